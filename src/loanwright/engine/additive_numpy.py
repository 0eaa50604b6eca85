"""Additive models in plain numpy: equal to the compiled kernel bit for bit."""

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.additive_layout import (
    CODES,
    EVEN,
    LN2_HIGH,
    LN2_LOW,
    LOG_LINE,
    ODD,
    SQRT_HALF,
    TABLE,
    AdditiveLayout,
)

Array = NDArray[np.float64]


def assess_rows(model: AdditiveLayout, matrix: Array, out: Array, contributions: Array) -> None:
    """Write log-odds, and add the contributions to an array of zeros."""
    out[:] = model.intercept
    for term, (kind, first, second, start, width) in enumerate(model.terms.tolist()):
        feature = int(model.axes[first, 1])
        cells = _cells(model, first, matrix[:, feature])
        plain = cells == 0
        if second >= 0:
            other = int(model.axes[second, 1])
            cells = cells * width + _cells(model, second, matrix[:, other])
            contributions[:, other] += model.contribution[start + cells]
        value, contribution = model.log_odds[start + cells], model.contribution[start + cells]
        if kind != TABLE:
            value[plain] = _line(model.lines[term], kind, matrix[plain, feature])
            contribution[plain] = value[plain] - model.lines[term, 5]
        out += value
        contributions[:, feature] += contribution


def _cells(model: AdditiveLayout, axis: int, values: Array) -> NDArray[np.int64]:
    kind, _, begin, end, first, last = model.axes[axis].tolist()
    missing = np.isnan(values)
    if kind == CODES:
        known = (values >= 0) & (values < end) & (values == np.floor(values))
        cells = np.where(known, np.where(known, values, 0.0).astype(np.int64), end + 1)
        cells[missing] = end
        return cells
    bins = end - begin + 1
    cells = np.searchsorted(model.edges[begin:end], np.where(missing, 0.0, values), side="right")
    for place in range(first, last):
        cells[values == model.special[place]] = bins + place - first
    cells[missing] = bins + last - first
    return cells


def _line(line: Array, kind: int, values: Array) -> Array:
    held = np.where(values < line[0], line[0], np.where(values > line[1], line[1], values))
    if kind == LOG_LINE:
        held = logarithm(1.0 + held)
    answer: Array = line[4] * ((held - line[2]) / line[3])
    return answer


def logarithm(values: Array) -> Array:
    """Return the natural logarithm from + − × / alone, so that its bits are the same anywhere.

    Parameters
    ----------
    values
        Positive finite numbers.

    Returns
    -------
    ndarray
        Within one unit in the last place.

    Notes
    -----
    The argument is 2ᵏ·(1 + f) with 1 + f between √½ and √2; ln(1 + f) is a polynomial in
    s = f / (2 + f) (FreeBSD msun, e_log.c).

    Examples
    --------
    >>> logarithm(np.array([1.0, 2.0, 10.0])).tolist()
    [0.0, 0.6931471805599453, 2.302585092994046]
    """
    part, power = np.frexp(values)
    small = part < SQRT_HALF
    f = np.where(small, part * 2.0, part) - 1.0
    whole = np.where(small, power - 1, power).astype(np.float64)
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (EVEN[0] + w * (EVEN[1] + w * EVEN[2]))
    odd = z * (ODD[0] + w * (ODD[1] + w * (ODD[2] + w * ODD[3])))
    half = 0.5 * f * f
    answer: Array = whole * LN2_HIGH - ((half - (s * (half + (odd + even)) + whole * LN2_LOW)) - f)
    return answer
