"""The search for less discriminatory alternatives, and its frontier."""

from typing import Final

import numpy as np

from loanwright.errors import LoanwrightError
from loanwright.fairness.alternatives import (
    Alternative,
    AlternativeSearch,
    Applicants,
    SearchPlan,
    search_alternatives,
)
from loanwright.fairness.groups import groups_of
from loanwright.fairness.jurisdictions import Jurisdiction
from loanwright.validation.evidence import Evidence, Rows
from loanwright.validation.judging import Demand, named
from loanwright.validation.values import Cell, Column, Figure, Plot, Series, Table, said

MOST_ROWS: Final = 6_000
SUBSETS: Final = 8
GAIN: Final = 0.05
LOSS: Final = 0.005


def find_alternatives(
    evidence: Evidence, rules: Jurisdiction, name: str | None
) -> AlternativeSearch | None:
    """Return a short search over one protected feature, or None where none is asked or possible.

    Parameters
    ----------
    evidence, rules
        The sample, and whether the jurisdiction asks for the search.
    name
        The protected feature with the widest gap.
    """
    if name is None or not rules.search_alternatives or "development" not in evidence.samples:
        return None
    rows = _rows(evidence)
    feature = evidence.product.feature(name)
    column = evidence.columns[name][rows]
    groups = np.full(len(rows), -1, dtype=np.int64)
    for place, group in enumerate(groups_of(feature, column, cuts=rules.cuts.get(name, ()))):
        groups[group.rows & ~np.isnan(column)] = place
    applicants = Applicants(
        matrix=evidence.matrix[rows],
        columns=evidence.specs,
        default=evidence.default[rows],
        groups=groups,
        people=None if evidence.applicant is None else evidence.applicant[rows],
        date=None if evidence.date is None else evidence.date[rows],
    )
    # No clock: the same evidence must give the same bytes.
    plan = SearchPlan(subsets=SUBSETS, seconds=None, folds=2, seed=evidence.seed)
    try:
        return search_alternatives(applicants, plan)
    except LoanwrightError:
        return None


def _rows(evidence: Evidence) -> Rows:
    every = np.arange(len(evidence.default))
    return every[:: -(-len(every) // MOST_ROWS)]


def alternatives_figure(found: AlternativeSearch | None, name: str | None) -> Figure:
    """Return whether a fairer model was found that ranks as well."""
    demand = Demand(
        name="alternatives",
        title=said("Fairer models that rank as well", "Более справедливые модели не хуже по рангу"),
        threshold=said(
            f"none with a ratio higher by {GAIN} at a loss of AUC of at most {LOSS}",
            f"ни одной с отношением выше на {GAIN} при потере AUC не больше {LOSS}",
        ),
        by=search_alternatives,
        kind="words",
    )
    if found is None or not found.frontier:
        return demand.absent(
            "a jurisdiction that asks for a search, development rows and two groups",
            "юрисдикция, требующая поиска, строки разработки и две группы",
        )
    first = found.frontier[0]
    better = [one for one in found.frontier[1:] if _fairer(one, first)]
    remark = said(f"{name}: {found.tried} tried", f"{name}: испытано {found.tried}")
    return demand.judge(named(map(describe, better)), ok=not better, remark=remark)


def _fairer(one: Alternative, first: Alternative) -> bool:
    gain = _parity(one.ratio.value) - _parity(first.ratio.value)
    return gain >= GAIN and first.auc.value - one.auc.value <= LOSS


def _parity(ratio: float) -> float:
    return min(ratio, 1 / ratio) if ratio > 0 else 0.0


def describe(one: Alternative) -> str:
    """Return in words what a model of the frontier does without."""
    if one.left_out:
        return "− " + ", ".join(one.left_out)
    if one.weights:
        return ", ".join(f"{name} × {weight:g}" for name, weight in one.weights.items())
    return one.kind


def alternatives_tables(found: AlternativeSearch | None) -> tuple[Table, ...]:
    """Return the frontier as a table."""
    if found is None or not found.frontier:
        return ()
    rows: list[tuple[Cell, ...]] = [
        (describe(one), one.auc, one.ratio, None if one.difference is None
         else one.difference.p_value)
        for one in found.frontier
    ]  # fmt: skip
    return (
        Table(
            name="frontier",
            title=said("Frontier of AUC against disparity", "Граница: AUC против неравенства"),
            columns=(
                Column(title=said("Model", "Модель"), kind="words"),
                Column(title=said("AUC")),
                Column(title=said("Ratio of approval rates", "Отношение долей одобрения")),
                Column(title=said("P-value of the difference", "P-значение разности"),
                       kind="p_value"),
            ),
            rows=tuple(rows),
        ),
    )  # fmt: skip


def alternatives_plots(found: AlternativeSearch | None) -> tuple[Plot, ...]:
    """Return the frontier as points with intervals."""
    if found is None or len(found.frontier) < 2:
        return ()
    ordered = sorted(found.frontier, key=lambda one: one.ratio.value)
    x = [one.ratio.value for one in ordered]
    areas = [one.auc for one in ordered]
    return (
        Plot(
            name="frontier",
            title=said("Frontier of AUC against disparity", "Граница: AUC против неравенства"),
            description=said(
                "Each point is a model: the further to the right, the more alike groups are "
                "approved; the higher, the better it ranks. Scorecards on part of the rows.",
                "Каждая точка — модель: чем правее, тем ровнее одобряют группы; чем выше, тем "
                "лучше ранжирование. Скоркарты на части строк.",
            ),
            x=said("Least ratio of approval rates", "Наименьшее отношение долей одобрения"),
            y=said("AUC"),
            series=(
                Series(
                    shape="points",
                    label=said("models", "модели"),
                    x=x,
                    y=[one.value for one in areas],
                    lower=[one.lower for one in areas],
                    upper=[one.upper for one in areas],
                ),
            ),
        ),
    )
