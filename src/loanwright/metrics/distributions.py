"""Quantiles that intervals need, in plain Python: serving machines have no scipy."""

from collections.abc import Callable
from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist

from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import ParameterOutOfRange, check_level

_TINY = 1e-300
_ROUNDING = 1e-16
_TERMS = 10_000
_SOLUTIONS = 500
_SOLVED = 1e-12


def normal_quantile(level: float) -> float:
    """Return z such that a normal deviate lies within ±z with this probability.

    Examples
    --------
    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    return NormalDist().inv_cdf(0.5 + check_level(level) / 2)


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function by Lentz's continued fraction.

    Examples
    --------
    >>> round(beta_cdf(0.3, 2, 3), 4)
    0.3483
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front * _beta_fraction(x, a, b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), _TINY)
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = 1.0
        for numerator in (even, odd):
            d = 1 / _away_from_zero(1 + numerator * d)
            c = _away_from_zero(1 + numerator / c)
            step = d * c
            value *= step
        if abs(step - 1) < _ROUNDING * 4:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Return x with ``beta_cdf(x, a, b) == probability``.

    Examples
    --------
    >>> round(beta_quantile(0.5, 2, 2), 6)
    0.5
    """
    return _solve(lambda x: beta_cdf(x, a, b), probability, upper=1.0)


def chi_squared_cdf(x: float, degrees: int) -> float:
    """Return the chi-squared distribution function, by series or continued fraction.

    Examples
    --------
    >>> round(chi_squared_cdf(16.919, 9), 5)
    0.95
    """
    if x <= 0:
        return 0.0
    shape, half = degrees / 2, x / 2
    front = exp(shape * log(half) - half - lgamma(shape))
    if half < shape + 1:
        return front * _gamma_series(half, shape)
    return 1 - front * _gamma_fraction(half, shape)


def _gamma_series(x: float, shape: float) -> float:
    term = total = 1 / shape
    for n in range(1, _TERMS):
        term *= x / (shape + n)
        total += term
        if term < total * _ROUNDING:
            break
    return total


def _gamma_fraction(x: float, shape: float) -> float:
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    value = d
    for n in range(1, _TERMS):
        numerator = -n * (n - shape)
        b += 2
        d = 1 / _away_from_zero(numerator * d + b)
        c = _away_from_zero(b + numerator / c)
        value *= d * c
        if abs(d * c - 1) < _ROUNDING * 4:
            break
    return value


@lru_cache(maxsize=256)
def chi_squared_quantile(probability: float, degrees: int) -> float:
    """Return x with ``chi_squared_cdf(x, degrees) == probability``.

    Examples
    --------
    >>> round(chi_squared_quantile(0.95, 9), 3)
    16.919
    """
    return _solve(lambda x: chi_squared_cdf(x, degrees), probability, upper=20.0 * degrees + 200)


def _solve(cdf: Callable[[float], float], probability: float, *, upper: float) -> float:
    """Return where the function reaches this probability, by the Illinois false position."""
    low, high = 0.0, upper
    below, above = -probability, cdf(upper) - probability
    side, middle = 0, upper / 2
    for _ in range(_SOLUTIONS):
        middle = (low * above - high * below) / (above - below)
        gap = cdf(middle) - probability
        if abs(gap) < _SOLVED * probability:
            break
        if gap > 0:
            high, above = middle, gap
            below = below / 2 if side > 0 else below
            side = 1
        else:
            low, below = middle, gap
            above = above / 2 if side < 0 else above
            side = -1
    return middle


def jeffreys(defaults: int, rows: int, *, level: float = 0.95) -> Estimate:
    """Return a default rate with its Jeffreys interval.

    The interval holds the middle of Beta(defaults + ½, rows − defaults + ½); its open end is 0
    where there are no defaults and 1 where there is nothing else (Brown, Cai, DasGupta 2001).

    Parameters
    ----------
    defaults, rows
        0 ≤ defaults ≤ rows, rows ≥ 1.

    Examples
    --------
    >>> print(jeffreys(3, 100))
    0.0300 [0.0085, 0.0779]
    """
    if not 0 <= defaults <= rows or rows < 1:
        raise ParameterOutOfRange(
            name="defaults", value=defaults, demand=f"it must lie between 0 and {rows} rows, ≥ 1"
        )
    tail = (1 - check_level(level)) / 2
    a, b = defaults + 0.5, rows - defaults + 0.5
    return Estimate(
        value=defaults / rows,
        lower=beta_quantile(tail, a, b) if defaults else 0.0,
        upper=beta_quantile(1 - tail, a, b) if defaults < rows else 1.0,
        level=level,
        method="Jeffreys",
    )


def normal_interval(
    value: float, error: float, *, level: float, bounds: tuple[float, float], method: str
) -> Estimate:
    """Return an estimate ± its normal quantile times its standard error, kept within bounds."""
    reach = normal_quantile(level) * error
    return Estimate(
        value=value,
        lower=max(bounds[0], value - reach),
        upper=min(bounds[1], value + reach),
        level=level,
        method=method,
    )


def standard_error(variance: float) -> float:
    """Return the root of a variance that rounding may have pushed just below zero."""
    return sqrt(max(variance, 0.0))
