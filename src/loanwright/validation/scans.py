"""Scans of a sample for what makes figures lie: leaks, copies, units, codes, young outcomes."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.binning.fit import fit_binning
from loanwright.features.feature import Feature
from loanwright.metrics.comparison import holm
from loanwright.metrics.discrimination import auc
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.significance import normal_p_value
from loanwright.validation.checks import LEAK_AUC
from loanwright.validation.evidence import Evidence, Floats, Rows
from loanwright.validation.judging import Demand, named
from loanwright.validation.values import Figure, said

MOST_COPIES: Final = 0.01
#: With fewer distinct columns, equal rows are nothing to wonder at.
COLUMNS_TO_TELL_PEOPLE_APART: Final = 6
UNIT_JUMP: Final = 4.0
SHARE_OF_A_CODE: Final = 0.02
SIGNIFICANCE: Final = 0.05


def missing_shares(matrix: Floats) -> Floats:
    """Return the share of missing values of each column."""
    return np.asarray(np.isnan(matrix).mean(axis=0), dtype=np.float64)


def single_aucs(evidence: Evidence, rows: Rows) -> dict[str, Estimate]:
    """Return the AUC of each model feature alone, through its bins.

    Notes
    -----
    Bins are fitted on the same rows; with thousands of rows that flatters by less than 0.01.
    """
    default = evidence.bad[rows].astype(np.int8)
    found = {}
    for place, spec in enumerate(evidence.specs):
        values = evidence.matrix[rows, place]
        binning = fit_binning(values, default, spec=spec)
        found[spec.name] = auc(default, -binning.transform(values))
    return found


def leaks(evidence: Evidence) -> Figure:
    """Return the largest AUC of a feature alone; above 0.85 it knows the outcome."""
    demand = Demand(
        name="leaks",
        title=said("Largest AUC of a feature alone", "Наибольшая AUC одного признака"),
        threshold=said(
            f"at most {LEAK_AUC}; more is a leak", f"не больше {LEAK_AUC}; иначе утечка"
        ),
        by=single_aucs,
    )

    def make() -> Figure:
        found = single_aucs(evidence, evidence.samples.get("development", evidence.judged))
        name, best = max(found.items(), key=lambda one: one[1].value)
        suspects = [one for one, area in found.items() if area.value > LEAK_AUC]
        return demand.judge(
            best, ok=not suspects, breach=True, remark=said(named(suspects or [name]))
        )

    return demand.attempt(make)


def dates_of_knowledge(evidence: Evidence) -> Figure:
    """Return which date features lie after the application: nobody knew them then."""
    demand = Demand(
        name="dates_of_knowledge",
        title=said("Features dated after the application", "Признаки с датой после заявки"),
        threshold=said("none", "нет"),
        by=dates_of_knowledge,
        kind="words",
    )
    dated = [f for f in evidence.product.features.values() if f.type == "date" and not f.derived]
    known = [f for f in dated if f.name in evidence.columns]
    late, days = {}, evidence.days
    for feature in known:
        gap = np.full(1, np.nan) if days is None else evidence.columns[feature.name] - days
        if np.isfinite(gap).any():
            late[feature.name] = float(np.mean(gap[np.isfinite(gap)] > 0))
    if not late:
        return demand.absent(
            "a date of application that is a day (YYYY-MM-DD), and date features",
            "дата заявки в виде дня (ГГГГ-ММ-ДД) и признаки с датами",
        )
    wrong = [f"{name}: {share:.1%}" for name, share in late.items() if share > 0]
    return demand.judge(named(wrong), ok=not wrong, breach=max(late.values()) > MOST_COPIES)


def duplicate_rows(evidence: Evidence) -> Figure:
    """Return the share of rows that repeat another row in every raw feature."""
    demand = Demand(
        name="duplicate_people",
        title=said("Rows that repeat another row", "Строки, повторяющие другие"),
        threshold=said(
            f"at most {MOST_COPIES:.0%}; more are people counted twice",
            f"не больше {MOST_COPIES:.0%}; иначе люди посчитаны дважды",
        ),
        by=share_of_copies,
        kind="share",
    )
    columns = [
        evidence.columns[f.name]
        for f in evidence.product.features.values()
        if f.name in evidence.columns and f.type != "date"
    ]
    if len(columns) < COLUMNS_TO_TELL_PEOPLE_APART:
        return demand.absent(
            f"{COLUMNS_TO_TELL_PEOPLE_APART} raw features to tell people apart",
            f"{COLUMNS_TO_TELL_PEOPLE_APART} исходных признаков, чтобы различать людей",
        )
    share = share_of_copies(np.column_stack(columns))
    return demand.judge(share, ok=share <= MOST_COPIES, breach=share > 5 * MOST_COPIES)


def share_of_copies(rows: Floats) -> float:
    """Return the share of rows that are equal to an earlier one, missing values included.

    Examples
    --------
    >>> share_of_copies(np.array([[1.0, np.nan], [1.0, np.nan], [2.0, 0.0], [3.0, 0.0]]))
    0.25
    """
    # Adding zero makes −0 and 0 the same bytes; one NaN stands for all.
    clean = np.ascontiguousarray(np.where(np.isnan(rows), np.nan, rows) + 0.0)
    keys = clean.view(np.dtype((np.void, clean.dtype.itemsize * clean.shape[1]))).ravel()
    return float(1 - len(np.unique(keys)) / len(keys))


def shared_people(evidence: Evidence) -> Figure:
    """Return the share of people of the judged sample from whom the model has learned."""
    demand = Demand(
        name="shared_people",
        title=said("People in both samples", "Люди из обеих выборок"),
        threshold=said(
            "nobody of the judged sample is in the development sample",
            "никого из проверочной выборки нет в выборке разработки",
        ),
        by=shared_people,
        kind="share",
    )
    if evidence.applicant is None or "development" not in evidence.samples:
        return demand.absent(
            "a column of the person, and the development sample",
            "столбец с человеком и выборка разработки",
        )
    people = evidence.applicant[evidence.judged]
    known = evidence.applicant[evidence.samples["development"]]
    share = float(np.isin(people, known).mean())
    return demand.judge(share, ok=share == 0, breach=True)


def collapsed_categories(evidence: Evidence) -> Figure:
    """Return which codes were common and have vanished."""
    demand = Demand(
        name="collapsed_categories",
        title=said("Codes that have vanished", "Исчезнувшие коды"),
        threshold=said(
            f"no code of at least {SHARE_OF_A_CODE:.0%} has vanished",
            f"ни один код с долей от {SHARE_OF_A_CODE:.0%} не исчез",
        ),
        by=collapsed_categories,
        kind="words",
    )
    earlier = _earlier_columns(evidence)
    if earlier is None:
        return demand.absent("a reference sample", "исходная выборка")
    gone = []
    for feature in _raw(evidence, "category"):
        then, now = earlier.get(feature.name), evidence.columns[feature.name][_latest(evidence)]
        if then is not None and len(then):
            gone += [
                f"{feature.name}={code}"
                for place, code in enumerate(feature.codes)
                if np.mean(then == place) >= SHARE_OF_A_CODE
                and np.mean(now == place) < SHARE_OF_A_CODE / 20
            ]
    return demand.judge(named(gone), ok=not gone, breach=True)


def changed_units(evidence: Evidence) -> Figure:
    """Return which numbers are suddenly several times as large or small."""
    demand = Demand(
        name="changed_units",
        title=said("Numbers whose size has jumped", "Числа, чья величина скакнула"),
        threshold=said(
            f"no median has changed {UNIT_JUMP:g}-fold",
            f"медианы не изменились в {UNIT_JUMP:g} раз",
        ),
        by=changed_units,
        kind="words",
    )
    earlier = _earlier_columns(evidence)
    if earlier is None:
        return demand.absent("a reference sample", "исходная выборка")
    jumped = []
    for feature in _raw(evidence, "number", "integer", "money"):
        then, now = earlier.get(feature.name), evidence.columns[feature.name][_latest(evidence)]
        ratio = None if then is None else _ratio(then, now)
        if ratio is not None and not 1 / UNIT_JUMP < ratio < UNIT_JUMP:
            jumped.append(f"{feature.name}: × {ratio:.3g}")
    return demand.judge(named(jumped), ok=not jumped, breach=True)


def _ratio(then: Floats, now: Floats) -> float | None:
    """Return how many times as large the middle of the positive values is now."""
    before, after = then[then > 0], now[now > 0]
    enough = len(before) > 0.2 * len(then) and len(after) > 0.2 * len(now) and len(after)
    return float(np.median(after) / np.median(before)) if enough else None


def _raw(evidence: Evidence, *types: str) -> list[Feature]:
    return [
        feature
        for feature in evidence.product.features.values()
        if feature.type in types and not feature.derived and feature.name in evidence.columns
    ]


def _latest(evidence: Evidence) -> Rows:
    """Return the latest half of the judged rows where they are dated, else all of them."""
    rows = evidence.judged
    if evidence.date is None:
        return rows
    return rows[evidence.date[rows] >= np.nanmedian(evidence.date[rows])]


def _earlier_columns(evidence: Evidence) -> dict[str, Floats] | None:
    if evidence.beside.reference is not None:
        return dict(evidence.beside.reference)
    rows = evidence.samples.get("development")
    if rows is None:
        return None
    if evidence.date is not None:
        # The change may have begun within the development sample: look at its older half.
        rows = rows[evidence.date[rows] <= np.nanmedian(evidence.date[rows])]
    return {name: column[rows] for name, column in evidence.columns.items()}


def outcome_maturity(evidence: Evidence) -> Figure:
    """Return whether defaults are missing where outcomes are youngest.

    Notes
    -----
    Observed less expected defaults, per month, over the rows that the model has not learned from:
    where outcomes are not ripe, the gap falls from month to month. Weighted least squares of the
    gap on the month; a one-sided test of its slope, and of the last third being short of
    defaults; both must reject.
    """
    demand = Demand(
        name="outcome_maturity",
        title=said(
            "Defaults missing in the latest months", "Нехватка дефолтов в последних месяцах"
        ),
        threshold=said(
            "observed defaults do not fall behind the expected ones towards the end "
            f"({SIGNIFICANCE:.0%}, one-sided)",
            "наблюдаемые дефолты к концу не отстают от ожидаемых "
            f"({SIGNIFICANCE:.0%}, односторонний критерий)",
        ),
        by=outcome_maturity,
        kind="p_value",
    )
    months = evidence.months
    if months is None:
        return demand.absent("a date of application", "дата заявки")
    p_slope, p_last = fading(months, evidence.bad.astype(np.float64), evidence.answers.probability)
    worst = max(p_slope, p_last)
    return demand.judge(worst, ok=worst >= SIGNIFICANCE, breach=worst < SIGNIFICANCE / 50)


def fading(months: NDArray[np.int64], bad: Floats, stated: Floats) -> tuple[float, float]:
    """Return one-sided p-values of a falling gap, and of too few defaults in the last third.

    Parameters
    ----------
    months, bad, stated
        (n,) month of each row, label, and stated probability.

    Examples
    --------
    >>> month = np.repeat(np.arange(4), 500)
    >>> stated = np.full(2000, 0.2)
    >>> ripe = np.tile([1.0, 0, 0, 0, 0], 400)
    >>> round(min(fading(month, ripe, stated)), 1)
    0.5
    >>> max(fading(month, np.where(month < 2, ripe, 0.0), stated)) < 0.001
    True
    """
    from math import sqrt

    gap, spread = bad - stated, stated * (1 - stated)
    time = months - np.average(months, weights=spread)
    slope = normal_p_value(float(gap @ time) / sqrt(float(spread @ time**2) or 1.0), "less")
    last = months > np.quantile(np.unique(months), 2 / 3)
    short = normal_p_value(float(gap[last].sum()) / sqrt(float(spread[last].sum()) or 1.0), "less")
    return slope, short


Trends = list[tuple[str, int, Estimate, float]]


def trends(evidence: Evidence, rows: Rows) -> Trends:
    """Return for each feature with a direction: name, direction, Somers' D with default, p-value.

    The p-value is one-sided: small where the sample contradicts the direction. It is corrected by
    Holm for as many features as have one.
    """
    found = []
    for place, spec in enumerate(evidence.specs):
        values = evidence.matrix[rows, place]
        usable = ~np.isnan(values) & ~np.isin(values, spec.special)
        bad = evidence.bad[rows][usable]
        if not spec.direction or bad.sum() < 10 or (~bad).sum() < 10:
            continue
        area = auc(bad, values[usable])
        reach = (area.upper - area.lower) / 2 or 1e-9
        z = (area.value - 0.5) * spec.direction * 1.96 / reach
        found.append((spec.name, spec.direction, area, normal_p_value(z, "less")))
    corrected = holm([one[3] for one in found]).tolist()
    return [(*one[:3], p) for one, p in zip(found, corrected, strict=True)]
