"""Ratios and differences of two rates, with intervals and an exact test."""

from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from loanwright.metrics.distributions import normal_quantile
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import ParameterOutOfRange


def rate_ratio(
    hits: float, rows: int, reference_hits: float, reference_rows: int, *, level: float = 0.95
) -> Estimate:
    """Return the ratio of two rates with a log-normal interval.

    Parameters
    ----------
    hits, rows
        Of the group; the hits may be an expected count.
    reference_hits, reference_rows
        Of the group it is compared with.

    Notes
    -----
    Katz et al. (1978) on the logarithm, with half a hit added on both sides (Walter 1975), so
    that rates of 0 and 1 have an interval. The value itself is the plain ratio.

    Examples
    --------
    >>> print(rate_ratio(60, 100, 300, 400))
    0.8000 [0.6778, 0.9498]
    """
    _check(hits, rows)
    _check(reference_hits, reference_rows)
    if not reference_hits:
        raise ParameterOutOfRange(
            name="reference_hits", value=0, demand="a ratio to nothing is no number"
        )
    value = hits / rows / (reference_hits / reference_rows)
    a, n, b, m = hits + 0.5, rows + 0.5, reference_hits + 0.5, reference_rows + 0.5
    centre, error = log(a / n * m / b), sqrt(max(1 / a - 1 / n + 1 / b - 1 / m, 0.0))
    reach = normal_quantile(level) * error
    return Estimate(
        value=value,
        lower=min(value, exp(centre - reach)),
        upper=max(value, exp(centre + reach)),
        level=level,
        method="log-normal (Katz, half added)",
    )


def rate_difference(
    hits: int, rows: int, reference_hits: int, reference_rows: int, *, level: float = 0.95
) -> Estimate:
    """Return the difference of two rates with Newcombe's interval of Wilson scores.

    Notes
    -----
    Newcombe (1998), method 10.

    Examples
    --------
    >>> print(rate_difference(56, 70, 48, 80))
    0.2000 [0.0524, 0.3339]
    """
    _check(hits, rows)
    _check(reference_hits, reference_rows)
    first, second = hits / rows, reference_hits / reference_rows
    z = normal_quantile(level)
    low, high = _wilson(first, rows, z)
    reference_low, reference_high = _wilson(second, reference_rows, z)
    value = first - second
    return Estimate(
        value=value,
        lower=value - sqrt((first - low) ** 2 + (reference_high - second) ** 2),
        upper=value + sqrt((high - first) ** 2 + (second - reference_low) ** 2),
        level=level,
        method="Newcombe (Wilson scores)",
    )


def fisher_mid_p(hits: int, rows: int, reference_hits: int, reference_rows: int) -> float:
    """Return the two-sided mid-p value of Fisher's exact test that two rates are equal.

    Notes
    -----
    Tables less likely than the one seen count in full, equally likely ones by half (Lancaster
    1961): Fisher's own value errs on the safe side, and is met under equal rates far less often
    than stated.

    Examples
    --------
    >>> round(fisher_mid_p(1, 10, 9, 10), 6)
    0.000552
    """
    from scipy.stats import hypergeom

    _check(hits, rows)
    _check(reference_hits, reference_rows)
    together, total = hits + reference_hits, rows + reference_rows
    possible = np.arange(max(0, together - reference_rows), min(rows, together) + 1)
    chance: NDArray[np.float64] = hypergeom.pmf(possible, total, together, rows)
    seen = chance[hits - possible[0]]
    equal = np.abs(chance - seen) <= 1e-9 * seen
    return float(min(1.0, chance[(chance < seen) & ~equal].sum() + 0.5 * chance[equal].sum()))


def mean_difference(
    values: NDArray[np.float64], reference: NDArray[np.float64], *, level: float = 0.95
) -> Estimate:
    """Return the difference of two means in standard deviations (SMD).

    Notes
    -----
    Cohen's d with the pooled standard deviation; the interval is normal with variance
    1/n + 1/m + d²/(2(n + m)) (Hedges, Olkin 1985).

    Examples
    --------
    >>> mean_difference(np.array([1.0, 3.0]), np.array([2.0, 4.0])).value.__round__(4)
    -0.7071
    """
    n, m = len(values), len(reference)
    if min(n, m) < 2:
        raise ParameterOutOfRange(name="rows", value=min(n, m), demand="two or more are needed")
    spread = float(((n - 1) * values.var(ddof=1) + (m - 1) * reference.var(ddof=1)) / (n + m - 2))
    gap = float(values.mean() - reference.mean())
    value = gap / sqrt(spread) if spread > 0 else 0.0
    reach = normal_quantile(level) * sqrt(1 / n + 1 / m + value**2 / (2 * (n + m)))
    return Estimate(
        value=value,
        lower=value - reach,
        upper=value + reach,
        level=level,
        method="Hedges and Olkin",
    )


def _wilson(rate: float, rows: int, z: float) -> tuple[float, float]:
    centre = rate + z**2 / (2 * rows)
    reach = z * sqrt(rate * (1 - rate) / rows + (z / (2 * rows)) ** 2)
    widened = 1 + z**2 / rows
    return (centre - reach) / widened, (centre + reach) / widened


def _check(hits: float, rows: int) -> None:
    if rows < 1 or not 0 <= hits <= rows:
        raise ParameterOutOfRange(
            name="hits", value=hits, demand=f"it must lie between 0 and {rows} rows, ≥ 1"
        )
