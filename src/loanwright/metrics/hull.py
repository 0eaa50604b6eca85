"""The concave hull of a ROC curve, as blocks of alike risk, and measures that live on it."""

from typing import NamedTuple

import numpy as np

from loanwright.metrics.bootstrap import Counts
from loanwright.metrics.samples import Floats, ParameterOutOfRange


class Blocks(NamedTuple):
    """The segments of a concave ROC hull, from the safest to the riskiest.

    Attributes
    ----------
    bad, good
        (blocks,) numbers of bads and goods; the default rate rises from block to block.
    """

    bad: Floats
    good: Floats


def concave_hull(counts: Counts) -> Blocks:
    """Return the blocks into which the upper concave hull of the ROC curve cuts the risks.

    The hull's slopes are the isotonic regression of the labels on the risk, and so scipy's
    pool-adjacent-violators finds it in linear time.

    Examples
    --------
    >>> import numpy as np
    >>> counts = Counts(bad=np.array([0.0, 1.0, 0.0, 1.0]), good=np.array([1.0, 0.0, 1.0, 0.0]))
    >>> concave_hull(counts).bad.tolist(), concave_hull(counts).good.tolist()
    ([0.0, 1.0, 1.0], [1.0, 1.0, 0.0])
    """
    from scipy.optimize import isotonic_regression

    rows = counts.bad + counts.good
    used = rows > 0
    bad, good, rows = counts.bad[used], counts.good[used], rows[used]
    starts = isotonic_regression(bad / rows, weights=rows).blocks[:-1]
    return Blocks(bad=np.add.reduceat(bad, starts), good=np.add.reduceat(good, starts))


def maximum_profit(blocks: Blocks, *, p0: float, p1: float, roi: float) -> tuple[float, float]:
    """Return the expected maximum profit and the share of applicants it declines.

    Parameters
    ----------
    blocks
        Of the hull.
    p0, p1, roi
        As in `loanwright.metrics.profit.emp`.

    Notes
    -----
    Declining the riskiest blocks at loss λ earns λ · (bads declined) − roi · (goods declined),
    per applicant. Block k joins from λₖ = roi · goodₖ / badₖ upwards, so the integral over the
    uniform part of λ is a sum over blocks.
    """
    rows = float(blocks.bad.sum() + blocks.good.sum())
    bad, good = blocks.bad / rows, blocks.good / rows
    enters = np.minimum(np.divide(roi * good, bad, out=np.ones_like(bad), where=bad > 0), 1.0)
    uniform = bad * (1 - enters**2) / 2 - roi * good * (1 - enters)
    worth = enters < 1
    lost = (bad - roi * good)[worth].sum()
    profit = (1 - p0 - p1) * float(uniform.sum()) + p1 * float(lost)
    share = (bad + good) * (1 - enters)
    declined = (1 - p0 - p1) * float(share.sum()) + p1 * float((bad + good)[worth].sum())
    return profit, declined


def least_loss(blocks: Blocks, *, shape: tuple[float, float]) -> float:
    """Return the expected least loss of a ranking where the cost ratio is beta distributed.

    Parameters
    ----------
    blocks
        Of the hull.
    shape
        (a, b) of the beta distribution of c, the cost of declining a good one among the costs of
        both errors.

    Notes
    -----
    A block with default rate p loses min(c · (1 − p), (1 − c) · p) per applicant; its mean over
    c is (1 − p) · E[c; c ≤ p] + p · E[1 − c; c > p], both incomplete beta functions.
    """
    from scipy.special import betainc

    a, b = shape
    if not (a > 0 and b > 0):
        raise ParameterOutOfRange(name="prior", value=shape, demand="both must be positive")
    rows = blocks.bad + blocks.good
    rate = blocks.bad / rows
    declined_good = (1 - rate) * a / (a + b) * betainc(a + 1, b, rate)
    approved_bad = rate * b / (a + b) * (1 - betainc(a, b + 1, rate))
    return float(np.sum(rows * (declined_good + approved_bad)) / rows.sum())
