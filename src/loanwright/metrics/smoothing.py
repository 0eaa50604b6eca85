"""A smooth population that looks like a sample, for statistics that are maxima over cutoffs."""

from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from loanwright.metrics.samples import Floats

_CELLS = 4096
_EDGE = 6.0


class Cells(NamedTuple):
    """Shares of the bads and of the goods in fine cells, in rising order of risk."""

    bad: Floats
    good: Floats


def is_fine(levels: int, rows: int) -> bool:
    """Return whether risks have so many levels that a best cutoff wanders among several of them.

    A best cutoff is found to within the cube root of the rows; coarser levels fix it, and a
    statistic of theirs needs no smoothing.

    Examples
    --------
    >>> is_fine(500, 500), is_fine(10, 500)
    (True, False)
    """
    return bool(levels > 4 * rows ** (1 / 3))


def smooth_cells(bad: Floats, good: Floats) -> Cells:
    """Return smoothed shares of both classes over normal scores of their common ranks.

    Parameters
    ----------
    bad, good
        (levels,) counts at each distinct risk, in rising order.

    Notes
    -----
    Gaussian kernels of width σ n^(−1/5) for each class, shrunk towards the mean so that the
    spread stays (Silverman, Young 1987). Ranks alone count, so a rising map of the risks
    changes nothing.
    """
    rows = bad + good
    middle = (np.cumsum(rows) - rows / 2) / rows.sum()
    centres, below = _grid()
    scores = np.interp(middle, below, centres)
    return Cells(bad=_smooth(scores, bad, centres), good=_smooth(scores, good, centres))


def _smooth(scores: Floats, counts: Floats, centres: Floats) -> Floats:
    total = counts.sum()
    mean = float(scores @ counts / total)
    spread = float(np.sqrt((scores - mean) ** 2 @ counts / total))
    # A class with one row has no spread of its own; the scores' own is 1.
    width = (spread or 1.0) * total**-0.2
    shrunk = mean + (scores - mean) / np.sqrt(1 + total**-0.4)
    step = centres[1] - centres[0]
    place = np.clip(np.round((shrunk - centres[0]) / step), 0, _CELLS - 1).astype(np.int64)
    share = np.bincount(place, weights=counts, minlength=_CELLS) / total
    kernel = np.exp(-((np.arange(_CELLS) - _CELLS // 2) ** 2) / 2 * (step / width) ** 2)
    size = 2 * _CELLS
    product = np.fft.rfft(share, size) * np.fft.rfft(kernel, size)
    smoothed = np.fft.irfft(product, size)[_CELLS // 2 : _CELLS // 2 + _CELLS]
    smoothed = np.maximum(smoothed, 0.0)
    return np.asarray(smoothed / smoothed.sum())


@cache
def _grid() -> tuple[Floats, Floats]:
    """Return the centres of the cells, and the normal probabilities below them."""
    centres = np.linspace(-_EDGE, _EDGE, _CELLS)
    return centres, np.array([NormalDist().cdf(centre) for centre in centres])
