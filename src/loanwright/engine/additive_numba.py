"""Compiled: additive models row by row."""

import math
from typing import Any

import numpy as np

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
from loanwright.engine.compiled import compiled


@compiled
def assess_rows(model: AdditiveLayout, matrix: Any, out: Any, contributions: Any) -> None:
    """Write log-odds, and add the contributions to an array of zeros."""
    for row in range(matrix.shape[0]):
        total = model.intercept
        for term in range(model.terms.shape[0]):
            kind, first, second = model.terms[term, 0], model.terms[term, 1], model.terms[term, 2]
            feature = model.axes[first, 1]
            cell = _cell(model, first, matrix[row, feature])
            if kind != TABLE and cell == 0:
                value = _line(model, term, kind, matrix[row, feature])
                total += value
                contributions[row, feature] += value - model.lines[term, 5]
                continue
            cell *= model.terms[term, 4]
            if second >= 0:
                cell += _cell(model, second, matrix[row, model.axes[second, 1]])
                cell += model.terms[term, 3]
                contributions[row, model.axes[second, 1]] += model.contribution[cell]
            else:
                cell += model.terms[term, 3]
            total += model.log_odds[cell]
            contributions[row, feature] += model.contribution[cell]
        out[row] = total


@compiled
def _cell(model: AdditiveLayout, axis: int, value: float) -> int:
    begin, end = model.axes[axis, 2], model.axes[axis, 3]
    if model.axes[axis, 0] == CODES:
        if np.isnan(value):
            return end
        if value < 0.0 or value >= end or value != math.floor(value):
            return end + 1
        return int(value)
    first, last = model.axes[axis, 4], model.axes[axis, 5]
    bins = end - begin + 1
    if np.isnan(value):
        return bins + last - first
    for place in range(first, last):
        if model.special[place] == value:
            return bins + place - first
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if model.edges[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low - begin


@compiled
def _line(model: AdditiveLayout, term: int, kind: int, value: float) -> float:
    low, high = model.lines[term, 0], model.lines[term, 1]
    held = low if value < low else high if value > high else value
    if kind == LOG_LINE:
        held = _logarithm(1.0 + held)
    return model.lines[term, 4] * ((held - model.lines[term, 2]) / model.lines[term, 3])


@compiled
def _logarithm(value: float) -> float:
    part, power = math.frexp(value)
    if part < SQRT_HALF:
        part, power = part * 2.0, power - 1
    f = part - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (EVEN[0] + w * (EVEN[1] + w * EVEN[2]))
    odd = z * (ODD[0] + w * (ODD[1] + w * (ODD[2] + w * ODD[3])))
    half = 0.5 * f * f
    whole = float(power)
    return whole * LN2_HIGH - ((half - (s * (half + (odd + even)) + whole * LN2_LOW)) - f)
