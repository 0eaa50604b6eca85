"""The anchor: moving a curve to a long-run rate, with the name of who ordered it."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from loanwright.calibration.curve import Anchor, Calibration
from loanwright.errors import Rejected
from loanwright.metrics.samples import Floats, SampleTooSmall, finite

_STEPS = 200


class AnchorRefused(Rejected):
    """The calibration cannot be anchored: {problem}."""


def anchor_shift(
    calibration: Calibration, log_odds: ArrayLike, *, rate: float, by: str, why: str
) -> Calibration:
    """Return the curve moved so that the mean probability equals a long-run rate.

    Parameters
    ----------
    calibration
        The curve as fitted.
    log_odds
        (n,) raw log-odds of the sample whose mean probability shall be the rate.
    rate
        The long-run default rate (central tendency), strictly between 0 and 1.
    by, why
        Who orders it and on what ground; they go into the package with the numbers.

    Returns
    -------
    Calibration
        The same curve, every calibrated log-odds higher by one number, with one more entry in
        ``anchors``. Ranking, AUC and the distances between applicants in points stay.

    Raises
    ------
    AnchorRefused
        Where the rate is none, or nobody answers for it.

    Examples
    --------
    >>> curve = Calibration(knots_x=(-1.0, 1.0), knots_y=(-1.0, 1.0))
    >>> moved = anchor_shift(curve, [-3.0, -2.0], rate=0.04, by="risk", why="mean of ten years")
    >>> round(float(np.mean(1 / (1 + np.exp(-moved.apply([-3.0, -2.0]))))), 6)
    0.04
    >>> round(moved.anchors[0].rate_before, 4)
    0.0833
    """
    raw = finite(log_odds, name="log_odds")
    if not len(raw):
        raise SampleTooSmall(rows=0, least=1)
    if not 0 < rate < 1:
        raise AnchorRefused(problem=f"{rate} is no rate between 0 and 1")
    if not by.strip() or not why.strip():
        raise AnchorRefused(problem="it needs the name of who orders it, and the ground")
    calibrated = calibration.apply(raw)
    shift = _shift_to(calibrated, rate)
    anchor = Anchor(
        rate_before=_mean(calibrated), rate_after=rate, shift=shift, by=by.strip(), why=why.strip()
    )
    interval = calibration.interval
    return replace(
        calibration,
        knots_y=tuple(y + shift for y in calibration.knots_y),
        anchors=(*calibration.anchors, anchor),
        interval=None if interval is None else interval.shifted(shift),
    )


def _shift_to(log_odds: Floats, rate: float) -> float:
    """Return the shift by bisection: the mean probability rises with it."""
    low, high = -60.0, 60.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _mean(log_odds + middle) < rate:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _mean(log_odds: Floats) -> float:
    return float(np.mean(1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))))
