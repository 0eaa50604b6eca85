"""Inductive Venn-Abers intervals: two isotonic fits, one for each outcome that is not known yet."""

import numpy as np
from numpy.typing import ArrayLike

from loanwright.calibration.fit import LEAST_ROWS
from loanwright.calibration.interval import ProbabilityInterval
from loanwright.metrics.samples import Floats, SampleTooSmall, sample

#: Raw log-odds are grouped into at most this many cells of equal size.
MOST_CELLS = 200


def venn_abers(
    log_odds: ArrayLike, default: ArrayLike, *, cells: int = MOST_CELLS
) -> ProbabilityInterval:
    """Return the Venn-Abers interval of every raw log-odds.

    Parameters
    ----------
    log_odds, default
        (n,) raw log-odds and labels of the calibration sample, which the model has not seen.
    cells
        Into how many groups of equal size the raw log-odds are put beforehand.

    Raises
    ------
    SampleTooSmall, OneClassOnly, ValuesNotFinite, ShapesDiffer, LabelsNotBinary
        Where the sample does not serve.

    Notes
    -----
    For a new applicant in a cell the isotonic fit is made twice, with the applicant added as
    good (lower bound) and as bad (upper bound). Where applicants are exchangeable, the bound
    that belongs to the outcome is calibrated: of those with the value p a share of p defaults
    (Vovk, Petej, Fedorova 2015). Grouping first costs width, not validity: it is another score.

    Examples
    --------
    >>> import numpy as np
    >>> raw = np.repeat([-2.0, 0.0], 50)
    >>> bad = np.tile(np.arange(50) < 5, 2) | (np.arange(100) > 80)
    >>> interval = venn_abers(raw, bad)
    >>> [round(float(bound[0]), 3) for bound in interval.bounds([-2.0])]
    [0.098, 0.118]
    """
    checked = sample(default, log_odds)
    if len(checked.default) < LEAST_ROWS:
        raise SampleTooSmall(rows=len(checked.default), least=LEAST_ROWS)
    edges = _edges(checked.risk, cells)
    cell = np.searchsorted(edges, checked.risk, side="left")
    rows = np.bincount(cell, minlength=len(edges) + 1).astype(np.float64)
    bad = np.bincount(cell[checked.default], minlength=len(edges) + 1).astype(np.float64)
    lower = [_fitted_with(rows, bad, place, outcome=0.0) for place in range(len(rows))]
    upper = [_fitted_with(rows, bad, place, outcome=1.0) for place in range(len(rows))]
    return ProbabilityInterval(
        # Both rise by construction; rounding in the last digit must not make them fall.
        edges=tuple(edges.tolist()),
        lower=tuple(np.maximum.accumulate(lower).tolist()),
        upper=tuple(np.maximum.accumulate(upper).tolist()),
        rows=len(checked.default),
    )


def _edges(log_odds: Floats, cells: int) -> Floats:
    edges = np.unique(np.quantile(log_odds, np.arange(1, cells) / cells, method="lower"))
    return edges[edges < log_odds.max()]


def _fitted_with(rows: Floats, bad: Floats, place: int, *, outcome: float) -> float:
    """Return the isotonic rate of a cell after one more row of this outcome fell into it."""
    blocks: list[tuple[float, float, int]] = []
    for index, (n, b) in enumerate(zip(rows.tolist(), bad.tolist(), strict=True)):
        added = index == place
        block = (n + added, b + outcome * added, index)
        while blocks and blocks[-1][1] * block[0] >= block[1] * blocks[-1][0]:
            n_before, b_before, _ = blocks.pop()
            block = (block[0] + n_before, block[1] + b_before, index)
        blocks.append(block)
    for n, b, last in blocks:
        if place <= last:
            return b / n
    return float(bad.sum() / rows.sum())
