"""The grades of a scale together: their order, their concentration, and few defaults."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.comparison import holm
from loanwright.metrics.one_factor import as_counts, check_correlation, defaults_cdf
from loanwright.metrics.samples import (
    Floats,
    ParameterOutOfRange,
    SampleTooSmall,
    ShapesDiffer,
    check_level,
    finite,
)
from loanwright.metrics.significance import Alternative, normal_p_value


@dataclass(frozen=True, kw_only=True, slots=True)
class RateOrder:
    """Whether default rates rise from the best grade to the worst.

    Attributes
    ----------
    rates
        Of each grade from the best to the worst; NaN where it is empty.
    inversions
        Pairs (better, worse) of neighbouring grades that hold somebody, by position, where the
        better one defaulted more.
    p_values
        Of each inversion, corrected by Holm over all neighbouring pairs: how often two equal
        rates look as inverted.
    p_value
        The least of them; 1 where nothing is inverted.
    """

    rates: tuple[float, ...]
    inversions: tuple[tuple[int, int], ...]
    p_values: tuple[float, ...]
    p_value: float


def rate_order(defaults: ArrayLike, rows: ArrayLike) -> RateOrder:
    """Return where a better grade defaulted more than the next, and whether chance explains it.

    Parameters
    ----------
    defaults, rows
        (grades,) counts from the best grade to the worst. Empty grades are passed over.

    Notes
    -----
    One-sided two-sample z with the pooled rate for each pair of neighbours; Holm over the pairs.
    Its error is at most 5 % for the scale, and less the more truly the rates rise.

    Examples
    --------
    >>> order = rate_order([2, 0, 9, 4], [100, 0, 100, 100])
    >>> order.inversions, round(order.p_value, 4)
    (((2, 3),), 0.1515)
    """
    bad, size = as_counts(defaults, rows)
    held = np.flatnonzero(size)
    if len(held) < 2:
        raise SampleTooSmall(rows=len(held), least=2)
    pairs = list(zip(held[:-1].tolist(), held[1:].tolist(), strict=True))
    raw = [_inversion(bad[[b, w]], size[[b, w]]) for b, w in pairs]
    corrected = holm(raw)
    rates = np.divide(bad, size, out=np.full(len(size), np.nan), where=size > 0)
    inverted = [i for i, (better, worse) in enumerate(pairs) if rates[better] > rates[worse]]
    found = [float(corrected[i]) for i in inverted]
    return RateOrder(
        rates=tuple(rates.tolist()),
        inversions=tuple(pairs[i] for i in inverted),
        p_values=tuple(found),
        p_value=min(found, default=1.0),
    )


def _inversion(bad: Floats, size: Floats) -> float:
    pooled = float(bad.sum() / size.sum())
    variance = pooled * (1 - pooled) * float((1 / size).sum())
    if variance == 0:
        return 1.0
    gap = float(bad[0] / size[0] - bad[1] / size[1])
    return normal_p_value(gap / sqrt(variance), Alternative.GREATER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Concentration:
    """How unevenly applicants are spread over the grades.

    Attributes
    ----------
    herfindahl
        Σ share², from 1 / grades (even) to 1 (all in one).
    index
        1 + ln(Σ share²) / ln(grades), from 0 (even) to 1: the ECB's Herfindahl index.
    variation
        Coefficient of variation of the shares, √(grades · Σ (share − 1 / grades)²).
    p_value
        How often a portfolio as concentrated as the reference shows this concentration by chance,
        from the multinomial spread of both samples; None without a reference.
    p_value_ecb
        The same by the ECB's formula, which takes the grades for independent draws and forgets
        how many applicants there are: it practically never rejects.
    """

    herfindahl: float
    index: float
    variation: float
    p_value: float | None
    p_value_ecb: float | None


def herfindahl(rows: ArrayLike, *, reference: ArrayLike | None = None) -> Concentration:
    """Return the concentration over grades, and whether it rose above a reference.

    Parameters
    ----------
    rows
        (grades,) counts, empty grades included; two grades or more.
    reference
        (grades,) counts of the same grades at development, or None.

    Notes
    -----
    ECB, Instructions (2019), 2.5.5.3. Its p-value is 1 − Φ(√(K − 1) · (CV − CV₀) /
    √(CV² (½ + CV²))). Ours compares Σ share², unbiased for the counts drawn, by the delta
    method over both multinomials.

    Examples
    --------
    >>> found = herfindahl([50, 30, 20], reference=[40, 35, 25])
    >>> round(found.herfindahl, 4), round(found.index, 4), round(found.p_value, 4)
    (0.38, 0.1193, 0.1135)
    """
    counts = _grade_counts(rows, name="rows")
    share = counts / counts.sum()
    together = float(np.sum(share**2))
    variation = sqrt(max(0.0, len(share) * together - 1))
    p_value = p_value_ecb = None
    if reference is not None:
        before = _grade_counts(reference, name="reference")
        if before.shape != counts.shape:
            raise ShapesDiffer(
                left="rows", left_shape=counts.shape, right="reference", right_shape=before.shape
            )
        p_value = _concentrated(counts, before)
        p_value_ecb = _concentrated_ecb(variation, before)
    return Concentration(
        herfindahl=together,
        index=1 + log(together) / log(len(share)),
        variation=variation,
        p_value=p_value,
        p_value_ecb=p_value_ecb,
    )


def _grade_counts(rows: ArrayLike, *, name: str) -> Floats:
    counts = finite(rows, name=name)
    if counts.ndim != 1 or len(counts) < 2:
        raise ShapesDiffer(
            left=name, left_shape=counts.shape, right="a scale", right_shape="two or more grades"
        )
    if (counts < 0).any():
        raise ParameterOutOfRange(name=name, value="negative", demand="counts must be ≥ 0")
    if counts.sum() < 2:
        raise SampleTooSmall(rows=int(counts.sum()), least=2)
    return counts


def _concentrated(current: Floats, reference: Floats) -> float:
    parts = [_unbiased_square(counts) for counts in (current, reference)]
    gap = parts[0][0] - parts[1][0]
    variance = parts[0][1] + parts[1][1]
    if variance <= 0:
        return float(gap <= 0)
    return normal_p_value(gap / sqrt(variance), Alternative.GREATER)


def _unbiased_square(counts: Floats) -> tuple[float, float]:
    """Return the unbiased Σ share² of the population, and its variance."""
    total = float(counts.sum())
    share = counts / total
    square = float(np.sum(counts * (counts - 1))) / (total * (total - 1))
    cube = float(np.sum(share**3))
    plain = float(np.sum(share**2))
    # The second term is what remains where all grades are even and the first vanishes.
    variance = 4 * (cube - plain**2) / total + 2 * plain * (1 - plain) / (total * (total - 1))
    return square, max(0.0, variance)


def _concentrated_ecb(variation: float, reference: Floats) -> float:
    share = reference / reference.sum()
    before = sqrt(max(0.0, len(share) * float(np.sum(share**2)) - 1))
    spread = sqrt(variation**2 * (0.5 + variation**2))
    if spread == 0:
        return float(variation <= before)
    statistic = sqrt(len(share) - 1) * (variation - before) / spread
    return normal_p_value(statistic, Alternative.GREATER)


@dataclass(frozen=True, kw_only=True, slots=True)
class GradeSizes:
    """Whether the grades of a scale are filled so that each can be judged.

    Attributes
    ----------
    empty
        Positions of grades that hold nobody.
    thin
        Positions of grades that hold somebody, but fewer than was asked for.
    crowded
        Positions of grades that hold more than the largest share allowed.
    """

    empty: tuple[int, ...]
    thin: tuple[int, ...]
    crowded: tuple[int, ...]


def grade_sizes(rows: ArrayLike, *, least: int = 30, largest_share: float = 0.5) -> GradeSizes:
    """Return which grades are empty, thin or crowded.

    Parameters
    ----------
    rows
        (grades,) counts.
    least
        Below it a grade that is not empty is thin.
    largest_share
        Above it a grade is crowded.

    Examples
    --------
    >>> grade_sizes([0, 10, 60, 300])
    GradeSizes(empty=(0,), thin=(1,), crowded=(3,))
    """
    counts = _grade_counts(rows, name="rows")
    share = counts / counts.sum()
    return GradeSizes(
        empty=tuple(np.flatnonzero(counts == 0).tolist()),
        thin=tuple(np.flatnonzero((counts > 0) & (counts < least)).tolist()),
        crowded=tuple(np.flatnonzero(share > largest_share).tolist()),
    )


def pluto_tasche(
    defaults: Sequence[int],
    rows: Sequence[int],
    *,
    confidence: float = 0.75,
    asset_correlation: float = 0.0,
) -> tuple[float, ...]:
    """Return upper bounds of the probability of default of grades with few defaults.

    Parameters
    ----------
    defaults, rows
        (grades,) counts from the best grade to the worst.
    confidence
        In (0, 1): higher is more cautious.
    asset_correlation
        ρ of the one-factor model; correlation widens the bounds greatly.

    Returns
    -------
    tuple
        One bound for each grade, never falling towards the worse grades.

    Notes
    -----
    Pluto, Tasche (2005), the most prudent estimation: the bound of a grade is that of all
    applicants in it or in worse ones together, as if these were no worse than it: the rate at
    which so few defaults have probability 1 − confidence. Where a better grade defaulted more,
    the bounds are kept from falling.

    Examples
    --------
    >>> bounds = pluto_tasche([0, 0, 0], [100, 400, 300], confidence=0.5)
    >>> [round(100 * bound, 2) for bound in bounds]
    [0.09, 0.1, 0.23]
    """
    bad, size = as_counts(np.asarray(defaults), np.asarray(rows))
    check_level(confidence)
    check_correlation(asset_correlation)
    if size.sum() == 0:
        raise SampleTooSmall(rows=0, least=1)
    worse_bad, worse_size = (np.cumsum(side[::-1])[::-1] for side in (bad, size))
    bounds = [
        _upper_bound(int(count), int(total), 1 - confidence, asset_correlation) if total else 1.0
        for count, total in zip(worse_bad, worse_size, strict=True)
    ]
    return tuple(np.maximum.accumulate(bounds).tolist())


def _upper_bound(defaults: int, rows: int, share: float, asset_correlation: float) -> float:
    """Return the rate at which at most so many defaults have this probability."""
    from scipy.optimize import brentq
    from scipy.stats import beta

    if defaults == rows:
        return 1.0
    if asset_correlation == 0:
        return float(beta.ppf(1 - share, defaults + 1, rows - defaults))

    def excess(rate: float) -> float:
        return defaults_cdf(defaults, rows, rate, asset_correlation=asset_correlation) - share

    return float(brentq(excess, 1e-12, 1 - 1e-12, xtol=1e-12))
