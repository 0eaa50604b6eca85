"""Chapter 12: how the model and its cutoff treat protected groups."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from loanwright.metrics.comparison import holm
from loanwright.metrics.discrimination import auc
from loanwright.metrics.distributions import jeffreys, normal_quantile
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.significance import normal_p_value
from loanwright.validation.chapters.profit import approve_from
from loanwright.validation.evidence import Booleans, Evidence, Floats
from loanwright.validation.judging import Demand, headings, named
from loanwright.validation.proxies import LEAST_OF_GROUP, protected_members
from loanwright.validation.values import Cell, Chapter, Figure, Plot, Series, Table, said

SCREEN: Final = 0.8
LEVEL: Final = 0.05
LEAST_GAP: Final = 0.1


def fairness_chapter(evidence: Evidence) -> Chapter:
    """Return how approvals, errors and calibration differ between protected groups."""
    groups = measured_groups(evidence)
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
        figures=(_impact(groups), _calibration(groups), _opportunity(groups)),
        tables=(_table(groups),),
        plots=_plots(groups),
        notes=(
            said(
                f"Jurisdiction: {evidence.beside.jurisdiction}. A ratio of 0.8 is a screen from "
                "employment practice; no lending law states it.",
                f"Юрисдикция: {evidence.beside.jurisdiction}. Отношение 0,8 — сигнал из трудовой "
                "практики; закона о кредите с таким числом нет.",
            ),
            said(
                "Protected features are kept out of the model; they are measured here and decide "
                "nothing.",
                "Защищённые признаки в модель не входят; здесь они измеряются и ничего не решают.",
            ),
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupMeasures:
    """How one protected group fares against all others.

    Attributes
    ----------
    name, rows
        Which group, and how many of the judged rows.
    approval, other_approval
        Shares at or above the cutoff, of the group and of the others.
    impact
        Ratio of the approval rates, group over others, with its interval.
    gap
        Observed less stated default rate of the group, and its p-value (two-sided).
    refused_good
        Share of good applicants refused, of the group less of the others.
    """

    name: str
    rows: int
    default_rate: Estimate
    stated: float
    approval: Estimate
    other_approval: Estimate
    impact: Estimate
    gap: float
    gap_p: float
    refused_good: Estimate
    area: Estimate | None


def measured_groups(evidence: Evidence) -> list[GroupMeasures]:
    """Return the measures of every protected group with enough rows."""
    rows = evidence.judged
    cutoff = approve_from(evidence)
    score = evidence.answers.score[rows]
    approved = score >= (cutoff if cutoff is not None else np.median(score))
    bad, stated = evidence.bad[rows], evidence.answers.probability[rows]
    return [
        measure_group(name, member, approved, bad, stated)
        for name, member in protected_members(evidence, rows)
        if LEAST_OF_GROUP <= member.sum() <= len(member) - LEAST_OF_GROUP
    ]


def measure_group(
    name: str, member: Booleans, approved: Booleans, bad: Booleans, stated: Floats
) -> GroupMeasures:
    """Return how a group fares; all arrays are (n,)."""
    own, others = approved[member], approved[~member]
    spread = float(np.sqrt(np.sum(stated[member] * (1 - stated[member]))))
    excess = float(bad[member].sum() - stated[member].sum())
    ranked = 10 <= bad[member].sum() <= member.sum() - 10
    return GroupMeasures(
        name=name,
        rows=int(member.sum()),
        default_rate=jeffreys(int(bad[member].sum()), int(member.sum())),
        stated=float(stated[member].mean()),
        approval=jeffreys(int(own.sum()), len(own)),
        other_approval=jeffreys(int(others.sum()), len(others)),
        impact=ratio_of_rates(int(own.sum()), len(own), int(others.sum()), len(others)),
        gap=excess / len(own),
        gap_p=normal_p_value(excess / (spread or 1.0)),
        refused_good=_difference(~approved[member & ~bad], ~approved[~member & ~bad]),
        area=auc(bad[member], stated[member]) if ranked else None,
    )


def ratio_of_rates(one: int, of_one: int, other: int, of_other: int) -> Estimate:
    """Return a ratio of two rates with its interval on the logarithm (Katz), halves added.

    Examples
    --------
    >>> print(ratio_of_rates(40, 100, 50, 100))
    0.8020 [0.5888, 1.0923]
    """
    a, b = (one + 0.5) / (of_one + 0.5), (other + 0.5) / (of_other + 0.5)
    error = np.sqrt(1 / (one + 0.5) - 1 / (of_one + 0.5) + 1 / (other + 0.5) - 1 / (of_other + 0.5))
    reach = float(np.exp(normal_quantile(0.95) * error))
    ratio = a / b
    return Estimate(
        value=ratio, lower=ratio / reach, upper=ratio * reach, level=0.95, method="log ratio"
    )


def _difference(one: Booleans, other: Booleans) -> Estimate:
    a, b = (float(side.mean()) if len(side) else 0.0 for side in (one, other))
    error = float(np.sqrt(a * (1 - a) / max(len(one), 1) + b * (1 - b) / max(len(other), 1)))
    reach = normal_quantile(0.95) * error
    return Estimate(
        value=a - b, lower=a - b - reach, upper=a - b + reach, level=0.95, method="normal"
    )


_NEEDS = ("protected features in the sample", "защищённые признаки в выборке")


def _impact(groups: list[GroupMeasures]) -> Figure:
    demand = Demand(
        name="adverse_impact",
        title=said("Least adverse impact ratio", "Наименьшее отношение долей одобрения"),
        threshold=said(
            f"at least {SCREEN}; a breach where the whole interval is below",
            f"не меньше {SCREEN}; нарушение, если весь интервал ниже",
        ),
        by=ratio_of_rates,
    )
    if not groups:
        return demand.absent(*_NEEDS)
    worst = min(groups, key=lambda one: one.impact.value)
    ok = worst.impact.value >= SCREEN
    return demand.judge(
        worst.impact, ok=ok, breach=worst.impact.upper < SCREEN, remark=said(worst.name)
    )


def _calibration(groups: list[GroupMeasures]) -> Figure:
    demand = Demand(
        name="group_calibration",
        title=said("Groups whose risk is misstated", "Группы с неверно заявленным риском"),
        threshold=said(
            f"none significantly ({LEVEL:.0%}, Holm) and by more than {LEAST_GAP:.0%} of its rate",
            f"ни одной значимо ({LEVEL:.0%}, Холм) и больше чем на {LEAST_GAP:.0%} её доли",
        ),
        by=measure_group,
        kind="words",
    )
    if not groups:
        return demand.absent(*_NEEDS)
    p_values = holm([one.gap_p for one in groups])
    wrong = [
        f"{one.name} ({one.gap:+.2%})"
        for one, p in zip(groups, p_values, strict=True)
        if p < LEVEL and abs(one.gap) > LEAST_GAP * one.stated
    ]
    return demand.judge(named(wrong), ok=not wrong, breach=bool(min(p_values) < LEVEL / 50))


def _opportunity(groups: list[GroupMeasures]) -> Figure:
    demand = Demand(
        name="equal_opportunity",
        title=said("Good applicants refused more often than in other groups",
                   "Хороших заявителей отклоняют чаще, чем в других группах"),
        threshold=said("by at most 5 points", "не больше чем на 5 пунктов"),
        by=measure_group,
        kind="share",
    )  # fmt: skip
    if not groups:
        return demand.absent(*_NEEDS)
    worst = max(groups, key=lambda one: one.refused_good.value)
    gap = worst.refused_good
    return demand.judge(gap, ok=gap.lower <= 0.05, remark=said(worst.name))


def _table(groups: list[GroupMeasures]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            one.name, one.rows, one.approval, one.impact, one.default_rate, one.stated,
            one.refused_good, one.area,
        )
        for one in groups
    ]  # fmt: skip
    return Table(
        name="groups",
        title=said("Protected groups", "Защищённые группы"),
        columns=headings(
            ("Group", "Группа", "words"),
            ("Rows", "Строк", "count"),
            ("Approved", "Одобрено", "share"),
            ("Ratio to the others", "Отношение к остальным", "number"),
            ("Default rate", "Доля дефолтов", "share"),
            ("Stated", "Заявлено", "share"),
            ("Good refused, difference", "Отказы хорошим, разность", "share"),
            ("AUC", "AUC", "number"),
        ),
        rows=tuple(rows),
    )


def _plots(groups: list[GroupMeasures]) -> tuple[Plot, ...]:
    if not groups:
        return ()
    places = range(len(groups))
    rates = [one.default_rate for one in groups]
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
            names=tuple(one.name for one in groups),
            series=(
                Series(shape="bars", label=said("stated", "заявлено"), tone="muted",
                       x=places, y=[one.stated for one in groups]),
                Series(shape="points", label=said("observed", "наблюдается"), tone="riskier",
                       x=places, y=[r.value for r in rates], lower=[r.lower for r in rates],
                       upper=[r.upper for r in rates]),
            ),
        ),
    )  # fmt: skip
