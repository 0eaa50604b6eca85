"""Gauss-Legendre quadrature over [0, 1], with the same bits on every machine."""

from decimal import Decimal, localcontext
from functools import lru_cache
from math import cos, pi

_DIGITS = 50
_STEPS = 6


def points_needed(features: int) -> int:
    """Return the number of points that integrate a path of so many distinct features exactly.

    The integrand of a Shapley weight has a factor for every other feature of the path, so its
    degree is ``features - 1``; Q points are exact up to degree ``2 Q - 1``.

    Examples
    --------
    >>> [points_needed(features) for features in (0, 1, 2, 3, 8, 9)]
    [1, 1, 1, 2, 4, 5]
    """
    return max(1, (features + 1) // 2)


@lru_cache
def gauss_legendre(points: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the abscissae, ascending, and the weights of Gauss-Legendre quadrature over [0, 1].

    Newton's method on the Legendre polynomial in 50 decimal digits, rounded once to float64.

    Parameters
    ----------
    points : int
        Number of points, at least 1.

    Examples
    --------
    >>> gauss_legendre(1)
    ((0.5,), (1.0,))
    >>> abscissae, weights = gauss_legendre(2)
    >>> round(sum(w * t**3 for t, w in zip(abscissae, weights, strict=True)), 15)
    0.25
    """
    with localcontext() as context:
        context.prec = _DIGITS
        pairs = sorted(_point(k, points) for k in range(points))
        return tuple(float(t) for t, _ in pairs), tuple(float(w) for _, w in pairs)


def _point(k: int, points: int) -> tuple[Decimal, Decimal]:
    x = Decimal(cos(pi * (k + 0.75) / (points + 0.5)))
    for _ in range(_STEPS):
        value, slope = _legendre(x, points)
        x -= value / slope
    slope = _legendre(x, points)[1]
    return (1 + x) / 2, 1 / ((1 - x * x) * slope * slope)


def _legendre(x: Decimal, degree: int) -> tuple[Decimal, Decimal]:
    before, value = Decimal(1), x
    for k in range(2, degree + 1):
        before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
    return value, degree * (x * value - before) / (x * x - 1)
