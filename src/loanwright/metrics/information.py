"""Weight of evidence and information value of counts per bin."""

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.distributions import normal_interval, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import (
    Floats,
    OneClassOnly,
    ParameterOutOfRange,
    ShapesDiffer,
    finite,
)

SMOOTHING = 0.5
"""Pseudo-count added to the goods and to the bads of each bin, by convention one half."""


def weight_of_evidence(good: ArrayLike, bad: ArrayLike, *, smoothing: float = SMOOTHING) -> Floats:
    """Return ln(%good / %bad) of each bin: positive is safer.

    Parameters
    ----------
    good, bad
        (bins,) counts of those who paid and of those who defaulted.
    smoothing
        Added to both counts of each bin, so that a bin without defaults is finite; > 0. The
        shares are of the unsmoothed totals: ln(((good + s) / Σgood) / ((bad + s) / Σbad)).

    Returns
    -------
    ndarray
        (bins,) natural logarithms. An empty bin knows nothing and gets exactly 0.

    Examples
    --------
    >>> weight_of_evidence([90, 10, 0], [20, 80, 0]).round(4).tolist()
    [1.4849, -2.0369, 0.0]
    """
    goods, bads = _counts(good, bad, smoothing)
    ratio = np.log((goods + smoothing) / (bads + smoothing)) - np.log(goods.sum() / bads.sum())
    return np.where(goods + bads > 0, ratio, 0.0)


def information_value(
    good: ArrayLike, bad: ArrayLike, *, smoothing: float = SMOOTHING, level: float = 0.95
) -> Estimate:
    """Return Σ (%good − %bad) · woe over the bins.

    Parameters
    ----------
    good, bad, smoothing
        As in `weight_of_evidence`.

    Returns
    -------
    Estimate
        0 where bins tell nothing; 0.02, 0.1 and 0.3 are the usual marks of weak, medium and
        strong. The interval is by the delta method over both multinomials, and starts at 0.

    Examples
    --------
    >>> round(information_value([90, 10], [20, 80]).value, 4)
    2.4653
    """
    goods, bads = _counts(good, bad, smoothing)
    woe = weight_of_evidence(goods, bads, smoothing=smoothing)
    share_good, share_bad = goods / goods.sum(), bads / bads.sum()
    value = float(np.sum((share_good - share_bad) * woe))
    smooth_good = (goods + smoothing) / goods.sum()
    smooth_bad = (bads + smoothing) / bads.sum()
    variance = _variance(share_good, woe + (share_good - share_bad) / smooth_good) / goods.sum()
    variance += _variance(share_bad, -woe - (share_good - share_bad) / smooth_bad) / bads.sum()
    return normal_interval(
        value, standard_error(variance), level=level, bounds=(0.0, np.inf), method="delta"
    )


def _variance(share: Floats, influence: Floats) -> float:
    mean = float(np.sum(share * influence))
    return float(np.sum(share * (influence - mean) ** 2))


def _counts(good: ArrayLike, bad: ArrayLike, smoothing: float) -> tuple[Floats, Floats]:
    goods, bads = finite(good, name="good"), finite(bad, name="bad")
    if goods.shape != bads.shape or goods.ndim != 1:
        raise ShapesDiffer(left="good", left_shape=goods.shape, right="bad", right_shape=bads.shape)
    if not smoothing > 0:
        raise ParameterOutOfRange(name="smoothing", value=smoothing, demand="it must be positive")
    if (goods < 0).any() or (bads < 0).any():
        raise ParameterOutOfRange(name="counts", value="negative", demand="they must be ≥ 0")
    if goods.sum() == 0 or bads.sum() == 0:
        raise OneClassOnly(rows=int(goods.sum() + bads.sum()), defaults=int(bads.sum()))
    return goods, bads
