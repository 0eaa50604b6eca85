"""Chapter 12: how the model and its cutoff treat protected groups, where a jurisdiction asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from loanwright.fairness.groups import groups_of
from loanwright.fairness.jurisdictions import Jurisdiction, Screen, find_jurisdiction
from loanwright.fairness.measures import GroupMeasures, Treatment, group_measures
from loanwright.features.text import Text
from loanwright.metrics.comparison import holm
from loanwright.metrics.significance import normal_p_value
from loanwright.validation.chapters.profit import approve_from
from loanwright.validation.evidence import Evidence
from loanwright.validation.fairer import (
    alternatives_figure,
    alternatives_plots,
    alternatives_tables,
    find_alternatives,
)
from loanwright.validation.judging import Demand, headings, named
from loanwright.validation.values import Cell, Chapter, Figure, Plot, Series, Table, said

LEVEL: Final = 0.05
LEAST_ROWS: Final = 50
LEAST_GAP: Final = 0.1
MEASURES: Final[Mapping[str, Text]] = {
    "approval_rate": said("Approval rate", "Доля одобрений"),
    "adverse_impact_ratio": said("Adverse impact ratio", "Отношение долей одобрения"),
    "score_difference": said("Difference of scores, SD", "Разность баллов, SD"),
    "equal_opportunity": said("Approval of those who repay, difference",
                              "Одобрение возвращающих, разность"),
    "false_approval": said("Approval of those who default, difference",
                           "Одобрение невозвращающих, разность"),
    "default_rate": said("Default rate", "Доля дефолтов"),
    "observed_to_expected": said("Observed to stated defaults", "Дефолтов к заявленным"),
    "calibration_slope": said("Calibration slope", "Наклон калибровки"),
    "auc": said("AUC"),
}  # fmt: skip
_SHARES: Final = ("approval_rate", "default_rate", "equal_opportunity", "false_approval")


@dataclass(frozen=True, kw_only=True, slots=True)
class Treated:
    """One group of one protected feature: what was measured, and what was stated of it.

    Attributes
    ----------
    name
        Feature and group.
    stated
        Mean stated probability of default.
    p_value
        Two-sided: that its defaults are as many as stated.
    """

    name: Text
    measured: GroupMeasures
    stated: float
    p_value: float


def fairness_chapter(evidence: Evidence) -> Chapter:
    """Return how approvals, errors and calibration differ between protected groups."""
    rules = find_jurisdiction(evidence.beside.jurisdiction)
    groups = treated_groups(evidence, rules) if rules.shown != "nothing" else []
    feature = _most_unequal(groups)
    searched = find_alternatives(evidence, rules, feature)
    return Chapter(
        number=12,
        name="fairness",
        title=said("Fairness", "Справедливость"),
        about=said(
            "How the protected groups of the judged sample fare: who is approved, whether good "
            "applicants are refused more often, and whether the stated probabilities are as true "
            "for one group as for another.",
            "Как живётся защищённым группам проверочной выборки: кого одобряют, не чаще ли "
            "отказывают хорошим заявителям и одинаково ли верны вероятности для всех групп.",
        ),
        figures=(
            *(_screened(one, groups) for one in rules.screens),
            _calibration(groups, rules),
            alternatives_figure(searched, feature),
        ),
        tables=(_table(groups, rules), *alternatives_tables(searched), _law(rules)),
        plots=(*_plots(groups), *alternatives_plots(searched)),
        notes=(
            Text(en=f"{rules.title['en']}. {rules.note['en']}",
                 ru=f"{rules.title['ru']}. {rules.note['ru']}"),
            said(
                f"The law as looked up on {rules.as_of}: dated data, not advice. Protected "
                "features are measured here and decide nothing.",
                f"Право по состоянию на {rules.as_of}: датированные сведения, не совет. Защищённые "
                "признаки здесь измеряются и ничего не решают.",
            ),
            *_restricted(rules),
        ),
    )  # fmt: skip


def _restricted(rules: Jurisdiction) -> tuple[Text, ...]:
    if rules.shown != "restricted":
        return ()
    return (
        said("Restricted: this chapter is for those who answer for fairness.",
             "Ограниченный доступ: глава для отвечающих за справедливость."),
    )  # fmt: skip


def treated_groups(evidence: Evidence, rules: Jurisdiction) -> list[Treated]:
    """Return the measures of every group of every protected feature of the judged sample."""
    rows = evidence.judged
    cutoff = approve_from(evidence)
    score, stated = evidence.answers.score[rows], evidence.answers.probability[rows]
    treatment = Treatment(
        approved=score >= (np.median(score) if cutoff is None else cutoff),
        score=score,
        probability=stated,
        default=evidence.bad[rows],
    )
    found = []
    for feature in evidence.product.features.values():
        if not feature.protected or feature.derived or feature.name not in evidence.columns:
            continue
        column = evidence.columns[feature.name][rows]
        groups = groups_of(feature, column, cuts=rules.cuts.get(feature.name, ()))
        measured = group_measures(groups, treatment)
        for group, one in zip(groups, measured, strict=True):
            found.append(
                Treated(
                    name=Text(en=f"{feature.name}: {group.title.en}",
                              ru=f"{feature.name}: {group.title.ru}"),
                    measured=one,
                    stated=float(stated[group.rows].mean()),
                    p_value=misstated(evidence.bad[rows][group.rows], stated[group.rows]),
                )
            )  # fmt: skip
    return [one for one in found if one.measured.rows >= LEAST_ROWS]


def _most_unequal(groups: list[Treated]) -> str | None:
    """Return the protected feature whose approval rates differ most."""
    ratios = [
        (one.measured.measures["adverse_impact_ratio"].value, one.name.en)
        for one in groups
        if "adverse_impact_ratio" in one.measured.measures
    ]
    return min(ratios)[1].split(":")[0] if ratios else None


def misstated(bad: np.ndarray, stated: np.ndarray) -> float:
    """Return how often so far a number of defaults comes by chance, either way.

    Examples
    --------
    >>> stated = np.full(100, 0.2)
    >>> misstated(np.arange(100) < 20, stated), misstated(np.arange(100) < 40, stated) < 0.001
    (1.0, True)
    """
    spread = float(np.sqrt(np.sum(stated * (1 - stated)))) or 1.0
    return normal_p_value(round(float(bad.sum() - stated.sum()), 9) / spread)


def _screened(screen: Screen, groups: list[Treated]) -> Figure:
    name = MEASURES.get(screen.measure, said(screen.measure))
    demand = Demand(
        name=screen.measure,
        title=said(f"{name.en}, the worst group", f"{name.ru}, худшая группа"),
        threshold=said(
            f"at least {screen.at_least:g}, or a gap that chance explains. {screen.note['en']}",
            f"не меньше {screen.at_least:g} или разрыв, объяснимый случаем. {screen.note['ru']}",
        ),
        by=group_measures,
        kind="share" if screen.measure in _SHARES else "number",
    )
    found = [
        (one.measured.measures[screen.measure], one.name)
        for one in groups
        if not one.measured.reference and screen.measure in one.measured.measures
    ]
    if not found:
        return demand.absent("protected groups with enough rows in the judged sample",
                             "защищённые группы с достаточным числом строк")  # fmt: skip
    worst, group = min(found, key=lambda one: one[0].value)
    equal = 1.0 if screen.measure in ("adverse_impact_ratio", "observed_to_expected") else 0.0
    ok = worst.value >= screen.at_least or worst.upper >= equal
    return demand.judge(worst, ok=ok, breach=worst.upper < screen.at_least, remark=group)


def _calibration(groups: list[Treated], rules: Jurisdiction) -> Figure:
    demand = Demand(
        name="group_calibration",
        title=said("Groups whose risk is misstated", "Группы с неверно заявленным риском"),
        threshold=said(
            f"none significantly ({LEVEL:.0%}, Holm) and by more than {LEAST_GAP:.0%} of its rate",
            f"ни одной значимо ({LEVEL:.0%}, Холм) и больше чем на {LEAST_GAP:.0%} её доли",
        ),
        by=misstated,
        kind="words",
    )
    if rules.shown == "nothing":
        return demand.absent("a jurisdiction that measures by group (--jurisdiction)",
                             "юрисдикция с измерениями по группам (--jurisdiction)")  # fmt: skip
    if not groups:
        return demand.absent("protected features in the sample", "защищённые признаки в выборке")
    p_values = holm([one.p_value for one in groups]).tolist()
    wrong = [
        f"{one.name.en} (× {one.measured.measures['observed_to_expected'].value:.2f})"
        for one, p in zip(groups, p_values, strict=True)
        if p < LEVEL and abs(one.measured.measures["observed_to_expected"].value - 1) > LEAST_GAP
    ]
    return demand.judge(named(wrong), ok=not wrong, breach=min(p_values) < LEVEL / 50)


def _table(groups: list[Treated], rules: Jurisdiction) -> Table:
    shown = [name for name in rules.measured if name in MEASURES]
    rows: list[tuple[Cell, ...]] = [
        (
            one.name,
            one.measured.rows,
            one.stated,
            *(one.measured.measures.get(name) for name in shown),
        )
        for one in groups
    ]
    return Table(
        name="groups",
        title=said("Protected groups", "Защищённые группы"),
        columns=headings(
            ("Group", "Группа", "words"),
            ("Rows", "Строк", "count"),
            ("Stated", "Заявлено", "share"),
            *(
                (MEASURES[name].en, MEASURES[name].ru, "share" if name in _SHARES else "number")
                for name in shown
            ),
        ),
        rows=tuple(rows),
    )


def _law(rules: Jurisdiction) -> Table:
    return Table(
        name="law",
        title=said("The rules behind the screens", "Правила, стоящие за порогами"),
        columns=headings(
            ("Rule", "Правило", "words"),
            ("Source", "Источник", "words"),
            ("In force from", "Действует с", "words"),
            ("Duty", "Обязанность", "words"),
            ("How it was checked", "Как проверено", "words"),
        ),
        rows=tuple(
            (
                one.name,
                one.source,
                "—" if one.effective is None else one.effective.isoformat(),
                Text(**one.duty),
                one.standing,
            )
            for one in rules.rules
        ),
    )


def _plots(groups: list[Treated]) -> tuple[Plot, ...]:
    used = [one for one in groups if "default_rate" in one.measured.measures]
    if not used:
        return ()
    places = range(len(used))
    rates = [one.measured.measures["default_rate"] for one in used]
    return (
        Plot(
            name="group_calibration",
            title=said("Stated and observed default rates by group",
                       "Заявленные и наблюдаемые доли дефолтов по группам"),
            description=said(
                "Bars are stated probabilities, points with 95% intervals are what happened.",
                "Столбцы — заявленные вероятности, точки с 95%-ми интервалами — что произошло.",
            ),
            x=said("Group", "Группа"),
            y=said("Default rate", "Доля дефолтов"),
            percent="y",
            names=tuple(one.name for one in used),
            series=(
                Series(shape="bars", label=said("stated", "заявлено"), tone="muted",
                       x=places, y=[one.stated for one in used]),
                Series(shape="points", label=said("observed", "наблюдается"), tone="riskier",
                       x=places, y=[r.value for r in rates], lower=[r.lower for r in rates],
                       upper=[r.upper for r in rates]),
            ),
        ),
    )  # fmt: skip
