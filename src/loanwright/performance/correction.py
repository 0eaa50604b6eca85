"""What matured chunks say of the calibration, drawn towards "it is right" while they are few."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected
from loanwright.metrics.samples import Floats, finite, labels

#: How far a calibrated model may be off before anything has been compared: standard deviations
#: of a shift of its log-odds, and of its slope around 1.
SHIFT_BEFORE: Final = 0.25
SLOPE_BEFORE: Final = 0.15
#: Chunks differ at least so much (standard deviation of their shifts), however alike they looked.
LEAST_BETWEEN: Final = 0.06
#: Newer chunks say more of the next one: no more than so many are learnt from.
LAST_CHUNKS: Final = 12
_STEPS: Final = 60


class CorrectionNotFound(Rejected):
    """The labels of the matured chunks do not determine a correction."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matured:
    """A chunk whose outcomes are known: labels, and the log-odds that were stated."""

    default: NDArray[np.bool_]
    log_odds: Floats

    def __post_init__(self) -> None:
        """Refuse what is no sample."""
        labels(self.default)
        finite(self.log_odds, name="log_odds")


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A line through the stated log-odds, and how sure it is.

    Attributes
    ----------
    shift, slope
        Corrected log-odds are ``centre + shift + slope · (stated − centre)``.
    covariance
        (2, 2) of shift and slope.
    between
        Variance of the shifts of chunks beyond what their sizes explain (DerSimonian–Laird):
        the next chunk has a shift of its own.
    chunks, rows, bad
        What was learnt from; all 0 before anything has matured.
    """

    centre: float
    shift: float
    slope: float
    covariance: Floats
    between: float
    chunks: int = 0
    rows: int = 0
    bad: int = 0

    def apply(self, log_odds: Floats) -> Floats:
        """Return corrected log-odds.

        Examples
        --------
        >>> before_anything().apply(np.array([-2.0, 0.0])).tolist()
        [-2.0, 0.0]
        """
        return self.centre + self.shift + self.slope * (log_odds - self.centre)

    def design(self, log_odds: Floats) -> Floats:
        """(n, 2) derivatives of the corrected log-odds by shift and slope."""
        return np.column_stack([np.ones_like(log_odds), log_odds - self.centre])


def before_anything() -> Correction:
    """Return the correction that corrects nothing, as unsure as one is before comparing."""
    return Correction(
        centre=0.0,
        shift=0.0,
        slope=1.0,
        covariance=np.diag([SHIFT_BEFORE**2, SLOPE_BEFORE**2]),
        between=0.0,
    )


def correct(chunks: Sequence[Matured], *, last: int = LAST_CHUNKS) -> Correction:
    """Return what the last matured chunks say of the calibration.

    Parameters
    ----------
    chunks
        In the order of time, the oldest first.
    last
        How many of the newest are learnt from.

    Notes
    -----
    A logistic line of the labels on the stated log-odds with normal priors, 0 for the shift at
    the mean and 1 for the slope: with few defaults the correction stays near none, with many it
    is what was observed. The covariance is that of the posterior (Laplace).

    Examples
    --------
    >>> bad, stated = np.array([True] * 30 + [False] * 70), np.full(100, np.log(0.1 / 0.9))
    >>> corrected = correct([Matured(default=bad, log_odds=stated)]).apply(stated)
    >>> (1 / (1 + np.exp(-corrected[:1]))).round(3).tolist()
    [0.185]
    """
    used = [one for one in chunks[-last:] if len(one.default)]
    if not used:
        return before_anything()
    label = np.concatenate([one.default for one in used]).astype(np.float64)
    stated = np.concatenate([one.log_odds for one in used])
    centre = float(stated.mean())
    line, covariance = _posterior(label, stated - centre, centre)
    found = Correction(
        centre=centre,
        shift=float(line[0]),
        slope=float(line[1]),
        covariance=covariance,
        between=0.0,
        chunks=len(used),
        rows=len(label),
        bad=int(label.sum()),
    )
    return replace(found, between=between_chunks(used, found))


def _posterior(label: Floats, stated: Floats, centre: float) -> tuple[Floats, Floats]:
    precision = np.diag([1 / SHIFT_BEFORE**2, 1 / SLOPE_BEFORE**2])
    design = np.column_stack([np.ones_like(stated), stated])
    prior = np.array([0.0, 1.0])
    line = prior.copy()
    for _ in range(_STEPS):
        fitted = 1 / (1 + np.exp(-np.clip(centre + design @ line, -700, 700)))
        gradient = design.T @ (label - fitted) - precision @ (line - prior)
        information = (design * (fitted * (1 - fitted))[:, None]).T @ design + precision
        step = np.linalg.solve(information, gradient)
        line = line + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        if float(np.abs(step).max()) < 1e-10:
            return line, np.linalg.inv(information)
    raise CorrectionNotFound


def shifts(chunks: Sequence[Matured], correction: Correction) -> tuple[Floats, Floats]:
    """(chunks,) how far each is off after the correction, in log-odds, and its variance."""
    found = np.zeros((2, len(chunks)))
    for place, one in enumerate(chunks):
        fitted = 1 / (1 + np.exp(-np.clip(correction.apply(one.log_odds), -700, 700)))
        information = max(float(np.sum(fitted * (1 - fitted))), 1e-12)
        found[:, place] = float(np.sum(one.default - fitted)) / information, 1 / information
    return found[0], found[1]


def between_chunks(chunks: Sequence[Matured], correction: Correction) -> float:
    """Return the variance of the shifts of chunks beyond chance (DerSimonian, Laird 1986).

    It is never less than the square of ``LEAST_BETWEEN``: applicants drift, and between the last
    matured chunk and the next one lies a whole window.
    """
    least = LEAST_BETWEEN**2
    if len(chunks) < 2:
        return least
    shift, variance = shifts(chunks, correction)
    weight = 1 / variance
    total = float(weight.sum())
    mean = float(np.sum(weight * shift)) / total
    excess = float(np.sum(weight * (shift - mean) ** 2)) - (len(chunks) - 1)
    return max(least, excess / (total - float(np.sum(weight**2)) / total))
