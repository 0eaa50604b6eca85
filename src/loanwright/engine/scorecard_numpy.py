"""Scorecards in plain numpy: equal to the compiled kernel bit for bit."""

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.scorecard import CardLayout

Array = NDArray[np.float64]


def assess_rows(card: CardLayout, matrix: Array, out: Array, contributions: Array) -> int:
    """Write log-odds and contributions; return the first cell without a bin, or -1."""
    lost = np.zeros(matrix.shape, np.bool_)
    out[:] = card.intercept
    for feature in range(matrix.shape[1]):
        bins = _bins(card, feature, matrix[:, feature])
        lost[:, feature] = bins < 0
        out += card.log_odds[bins]
        contributions[:, feature] = card.contribution[bins]
    cells = np.flatnonzero(lost)
    return int(cells[0]) if len(cells) else -1


def _bins(card: CardLayout, feature: int, values: Array) -> NDArray[np.int64]:
    (exact, upper), (exact_end, upper_end) = card.bounds[feature], card.bounds[feature + 1]
    known = ~np.isnan(values)
    bins = np.full(len(values), card.missing[feature])
    bins[known] = -1
    if upper_end > upper:
        places = np.searchsorted(card.upper[upper:upper_end], values[known], side="left")
        bins[known] = card.range_bin[upper + places]
    for place in range(exact, exact_end):
        bins[values == card.exact[place]] = card.exact_bin[place]
    return bins
