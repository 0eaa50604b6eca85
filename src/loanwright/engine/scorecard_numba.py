"""Compiled: scorecards row by row."""

from typing import Any

import numpy as np

from loanwright.engine.compiled import compiled
from loanwright.engine.scorecard import CardLayout


@compiled
def assess_rows(card: CardLayout, matrix: Any, out: Any, contributions: Any) -> int:
    """Write log-odds and contributions; return the first cell without a bin, or -1."""
    for row in range(matrix.shape[0]):
        total = card.intercept
        for feature in range(matrix.shape[1]):
            found = _bin(card, feature, matrix[row, feature])
            if found < 0:
                return row * matrix.shape[1] + feature
            total += card.log_odds[found]
            contributions[row, feature] = card.contribution[found]
        out[row] = total
    return -1


@compiled
def _bin(card: CardLayout, feature: int, value: float) -> int:
    if np.isnan(value):
        return card.missing[feature]
    begin, end = card.bounds[feature, 0], card.bounds[feature + 1, 0]
    place = begin + _below(card.exact, begin, end, value)
    if place < end and card.exact[place] == value:
        return card.exact_bin[place]
    begin, end = card.bounds[feature, 1], card.bounds[feature + 1, 1]
    if begin == end:
        return -1
    return card.range_bin[begin + _below(card.upper, begin, end, value)]


@compiled
def _below(numbers: Any, begin: int, end: int, value: float) -> int:
    """Return how many of ``numbers[begin:end]``, which ascend, are less than the value."""
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if numbers[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low - begin
