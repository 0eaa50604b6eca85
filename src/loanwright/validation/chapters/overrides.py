"""Chapter 14: where people decided against the model: how often, who, why, and with what result."""

from typing import TYPE_CHECKING, Final

import numpy as np

from loanwright.metrics.comparison import holm
from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.estimate import Estimate
from loanwright.validation.beside import DECISIONS
from loanwright.validation.chapters.profit import GAIN, LOSS
from loanwright.validation.evidence import Evidence
from loanwright.validation.judging import Demand, headings, named
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

if TYPE_CHECKING:
    import polars as pl

TRIGGER: Final = 0.05
CONCERN: Final = 0.10
LEVEL: Final = 0.05
LEAST_OUTCOMES: Final = 20
BREAK_EVEN: Final = GAIN / (GAIN + LOSS)
NEEDED: Final = DECISIONS


def overrides_chapter(evidence: Evidence) -> Chapter:
    """Return what overrides there were, by whom and how they turned out."""
    table = decisions_of(evidence)
    return Chapter(
        number=14,
        name="overrides",
        title=said("Overrides", "Ручные отступления"),
        about=said(
            "How often people decided against what was recommended, whether some do so much more "
            "than others, whether a reason was written down, and how those credits turned out.",
            "Как часто люди решали против рекомендации, нет ли тех, кто делает это намного чаще, "
            "записана ли причина и чем закончились такие кредиты.",
        ),
        figures=(
            _rate(table),
            _people(table, "officer"),
            _people(table, "branch"),
            _reasons(table),
            _outcomes(table),
        ),
        tables=() if table is None else _tables(table),
        notes=(
            said(
                "Low side: approved though declining was recommended; high side: declined though "
                "approving was. 5% is the usual trigger of a review, 10% of concern.",
                "Низкая сторона: одобрено вопреки рекомендации отказать; высокая — отказано "
                "вопреки рекомендации одобрить. Обычно 5 % — повод проверить, 10 % — тревога.",
            ),
        ),
    )


def decisions_of(evidence: Evidence) -> "pl.DataFrame | None":
    """Return the table of decisions, where there is one; it was checked when it was given."""
    return evidence.beside.decisions


def _needs(demand: Demand, *columns: str) -> Figure:
    wanted = ", ".join((*NEEDED, *columns))
    return demand.absent(f"a table of decisions (--decisions) with {wanted}",
                         f"таблица решений (--decisions) со столбцами {wanted}")  # fmt: skip


def _without_base(demand: Demand) -> Figure:
    return demand.absent("decisions for which approving or declining was recommended",
                         "решения, по которым рекомендовано одобрить или отказать")  # fmt: skip


def override_sides(table: "pl.DataFrame") -> tuple[np.ndarray, np.ndarray]:
    """Return which rows were overridden on the low and on the high side."""
    recommended, outcome = (table[name].to_numpy().astype(str) for name in NEEDED)
    low = (recommended == "decline") & (outcome == "approve")
    high = (recommended == "approve") & (outcome == "decline")
    return low, high


def override_rates(table: "pl.DataFrame") -> tuple[Estimate | None, Estimate | None]:
    """Return low-side overrides as a share of recommended declines, and high-side of approvals.

    None stands for a side on which nothing was recommended.
    """
    recommended = table["recommended"].to_numpy().astype(str)
    found = []
    for side, of in zip(override_sides(table), ("decline", "approve"), strict=True):
        base = int((recommended == of).sum())
        found.append(jeffreys(int(side.sum()), base) if base else None)
    return found[0], found[1]


def _rate(table: "pl.DataFrame | None") -> Figure:
    demand = Demand(
        name="override_rate",
        title=said("Overrides of all decisions", "Доля отступлений во всех решениях"),
        threshold=said(
            f"the interval reaches down to {TRIGGER:.0%}; wholly above {CONCERN:.0%} a breach",
            f"интервал достаёт до {TRIGGER:.0%}; целиком выше {CONCERN:.0%} — нарушение",
        ),
        by=override_rates,
        kind="share",
    )
    if table is None:
        return _needs(demand)
    sides = override_rates(table)
    if sides == (None, None):
        return _without_base(demand)
    low, high = override_sides(table)
    rate = jeffreys(int((low | high).sum()), len(low))
    shares = ["—" if side is None else f"{side.value:.2%}" for side in sides]
    remark = said(
        f"low side {shares[0]} of recommended declines, high side {shares[1]} "
        "of recommended approvals",
        f"низкая сторона {shares[0]} рекомендованных отказов, высокая "
        f"{shares[1]} рекомендованных одобрений",
    )
    bad = rate.lower > TRIGGER
    return demand.judge(rate, ok=not bad, breach=rate.lower > CONCERN, remark=remark)


def unusual_people(table: "pl.DataFrame", column: str) -> list[tuple[str, int, Estimate, float]]:
    """Return for each officer or branch: decisions, override rate and p-value by Holm.

    One-sided binomial tests against the rate of all others.
    """
    from scipy.stats import binomtest

    low, high = override_sides(table)
    overridden = low | high
    who = table[column].cast(str).fill_null("—").to_numpy().astype(str)
    found = []
    for name in np.unique(who):
        mine = who == name
        rest = float(overridden[~mine].mean()) if (~mine).any() else float(overridden.mean())
        count, size = int(overridden[mine].sum()), int(mine.sum())
        p = binomtest(count, size, min(max(rest, 1e-6), 1 - 1e-6), alternative="greater").pvalue
        found.append((str(name), size, jeffreys(count, size), float(p)))
    corrected = holm([one[3] for one in found])
    return [(*one[:3], float(p)) for one, p in zip(found, corrected, strict=True)]


def _people(table: "pl.DataFrame | None", column: str) -> Figure:
    words = {"officer": said("Officers who override far more than others",
                             "Сотрудники, отступающие намного чаще других"),
             "branch": said("Branches that override far more than others",
                            "Отделения, отступающие намного чаще других")}  # fmt: skip
    demand = Demand(
        name=f"overrides_by_{column}",
        title=words[column],
        threshold=said(
            f"none significantly above the others ({LEVEL:.0%}, Holm) and above {TRIGGER:.0%}",
            f"никто не выше других значимо ({LEVEL:.0%}, Холм) и при этом выше {TRIGGER:.0%}",
        ),
        by=unusual_people,
        kind="words",
    )
    if table is None or column not in table.columns:
        return _needs(demand, column)
    if override_rates(table) == (None, None):
        return _without_base(demand)
    wrong = [
        f"{name} ({rate.value:.1%})"
        for name, _, rate, p in unusual_people(table, column)
        if p < LEVEL and rate.value > TRIGGER
    ]
    return demand.judge(named(wrong), ok=not wrong, breach=True)


def _reasons(table: "pl.DataFrame | None") -> Figure:
    demand = Demand(
        name="override_reasons",
        title=said("Overrides without a written reason", "Отступления без записанной причины"),
        threshold=said("none", "нет"),
        by=override_sides,
        kind="share",
    )
    if table is None or "override_reason" not in table.columns:
        return _needs(demand, "override_reason")
    low, high = override_sides(table)
    overridden = low | high
    if not overridden.any():
        return demand.absent("an override", "хотя бы одно отступление")
    written = table["override_reason"].cast(str).str.strip_chars().fill_null("") != ""
    share = float((~written.to_numpy() & overridden).sum() / overridden.sum())
    return demand.judge(share, ok=share == 0, breach=share > TRIGGER)


def _outcomes(table: "pl.DataFrame | None") -> Figure:
    demand = Demand(
        name="override_outcomes",
        title=said("Default rate of low-side overrides", "Доля дефолтов у одобренных вопреки"),
        threshold=said(
            f"the interval reaches down to {BREAK_EVEN:.1%}, where an approval earns nothing",
            f"интервал достаёт до {BREAK_EVEN:.1%}, где одобрение не приносит ничего",
        ),
        by=jeffreys,
        kind="share",
    )
    if table is None or "default" not in table.columns:
        return _needs(demand, "default")
    low, _ = override_sides(table)
    known = table["default"].is_not_null().to_numpy()
    bad = table["default"].fill_null(0).to_numpy().astype(np.bool_)
    recommended, outcome = (table[name].to_numpy().astype(str) for name in NEEDED)
    usual = known & (recommended == "approve") & (outcome == "approve")
    if (low & known).sum() < LEAST_OUTCOMES or usual.sum() < LEAST_OUTCOMES:
        return demand.absent(f"{LEAST_OUTCOMES} overrides with an outcome",
                             f"{LEAST_OUTCOMES} отступлений с исходом")  # fmt: skip
    rate = jeffreys(int(bad[low & known].sum()), int((low & known).sum()))
    ordinary = float(bad[usual].mean())
    remark = said(f"ordinary approvals {ordinary:.2%}", f"обычные одобрения {ordinary:.2%}")
    # Those whom the score declined are riskier than others; what counts is whether they pay.
    return demand.judge(rate, ok=rate.lower <= BREAK_EVEN, remark=remark)


def _tables(table: "pl.DataFrame") -> tuple[Table, ...]:
    tables = []
    for column, title in (
        ("officer", said("By officer", "По сотрудникам")),
        ("branch", said("By branch", "По отделениям")),
        ("override_reason", said("By reason", "По причинам")),
    ):
        if column not in table.columns:
            continue
        if column == "override_reason":
            low, high = override_sides(table)
            why = table[column].cast(str).fill_null("—").to_numpy().astype(str)
            rows: list[tuple[Cell, ...]] = [
                (str(name), int((why == name)[low].sum()), int((why == name)[high].sum()))
                for name in np.unique(why[low | high])
            ]
            columns = headings(
                ("Reason", "Причина", "words"),
                ("Low side", "Низкая сторона", "count"),
                ("High side", "Высокая сторона", "count"),
            )
        else:
            rows = list(unusual_people(table, column))
            columns = headings(
                ("Who", "Кто", "words"),
                ("Decisions", "Решений", "count"),
                ("Overridden", "Отступлений", "share"),
                ("P-value (Holm)", "P-значение (Холм)", "p_value"),
            )
        tables.append(Table(name=column, title=title, columns=columns, rows=tuple(rows)))
    return tuple(tables)
