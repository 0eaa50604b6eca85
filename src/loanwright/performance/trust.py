"""Whether what is expected can be trusted: what speaks against it, by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from loanwright.metrics.comparison import holm
from loanwright.metrics.distributions import chi_squared_cdf
from loanwright.metrics.probability import LineNotFound, fit_line
from loanwright.metrics.samples import Floats
from loanwright.metrics.significance import normal_p_value
from loanwright.performance.correction import Correction, Matured, correct, shifts

#: Fewer accounts, or fewer expected bads, say too little.
LEAST_ROWS: Final = 50
LEAST_BAD: Final = 5.0
#: A test speaks against trust below this p-value.
SIGNIFICANCE: Final = 0.01
#: Of the probabilities that the model knew, so much lies beyond the ends at each side …
TAIL: Final = 0.005
#: … and more of a chunk beyond them in all speaks against trust.
MOST_OUTSIDE: Final = 0.05


class Doubt(StrEnum):
    """What speaks against what is expected."""

    TOO_FEW = "too_few"
    NEVER_COMPARED = "never_compared"
    CALIBRATION_DRIFTED = "calibration_drifted"
    EARLY_ARREARS_MOVED = "early_arrears_moved"
    OUTSIDE_DEVELOPMENT = "outside_development"


@dataclass(frozen=True, kw_only=True, slots=True)
class Early:
    """Early arrears of accounts of which they are known, with the stated log-odds."""

    late: np.ndarray
    log_odds: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What is known when a chunk is judged.

    Attributes
    ----------
    matured
        Chunks with outcomes, the oldest first.
    early_before, early
        Early arrears of the matured chunks, and of this one as far as they are known.
    development
        (lowest, highest) log-odds of the development sample, without the outermost tails.
    """

    matured: Sequence[Matured] = ()
    early_before: Early | None = None
    early: Early | None = None
    development: tuple[float, float] | None = None


def doubts(log_odds: Floats, expected_bad: float, evidence: Evidence) -> tuple[Doubt, ...]:
    """Return what speaks against what is expected of a chunk; nothing where it can be trusted.

    Parameters
    ----------
    log_odds
        (n,) stated log-odds of the chunk.
    expected_bad
        How many of it are expected to be bad.
    evidence
        What else is known.

    Examples
    --------
    >>> [str(one) for one in doubts(np.full(20, -3.0), 1.0, Evidence())]
    ['too_few', 'never_compared']
    """
    found = {
        Doubt.TOO_FEW: len(log_odds) < LEAST_ROWS or expected_bad < LEAST_BAD,
        Doubt.NEVER_COMPARED: not evidence.matured,
        Doubt.CALIBRATION_DRIFTED: calibration_drifted(evidence.matured),
        Doubt.EARLY_ARREARS_MOVED: early_arrears_moved(evidence.early_before, evidence.early),
        Doubt.OUTSIDE_DEVELOPMENT: _outside(log_odds, evidence.development),
    }
    return tuple(doubt for doubt, there in found.items() if there)


def calibration_drifted(matured: Sequence[Matured]) -> bool:
    """Tell whether the calibration changes from chunk to chunk, or changed in the last one.

    Notes
    -----
    Two tests, corrected by Holm: the heterogeneity of the shifts after one common correction
    (Cochran's Q), and the last chunk against a correction by those before it.
    """
    if len(matured) < 2:
        return False
    together = correct(matured)
    shift, variance = shifts(matured, together)
    mean = float(np.sum(shift / variance) / np.sum(1 / variance))
    statistic = float(np.sum((shift - mean) ** 2 / variance))
    uneven = 1 - chi_squared_cdf(statistic, len(matured) - 1)
    return bool(holm([uneven, _last_differs(matured)]).min() < SIGNIFICANCE)


def _last_differs(matured: Sequence[Matured]) -> float:
    before = correct(matured[:-1])
    (shift,), (variance,) = shifts(matured[-1:], before)
    return normal_p_value(float(shift) / np.sqrt(variance + _variance(before, matured[-1])))


def _variance(correction: Correction, chunk: Matured) -> float:
    fitted = 1 / (1 + np.exp(-np.clip(correction.apply(chunk.log_odds), -700, 700)))
    weight = fitted * (1 - fitted)
    mean = weight @ correction.design(chunk.log_odds) / max(float(weight.sum()), 1e-12)
    return float(mean @ correction.covariance @ mean + correction.between)


def early_arrears_moved(before: Early | None, now: Early | None) -> bool:
    """Tell whether early arrears differ from what they were at the same stated log-odds.

    Notes
    -----
    A logistic line of early arrears on the log-odds of the matured chunks says how many to
    expect; the difference is measured by the chance of both samples.
    """
    if before is None or now is None or not len(now.late) or not len(before.late):
        return False
    try:
        line = fit_line(before.late.astype(np.float64), before.log_odds)
    except LineNotFound:
        return False
    fitted = 1 / (1 + np.exp(-np.clip(line.intercept + line.slope * now.log_odds, -700, 700)))
    weight = fitted * (1 - fitted)
    if float(fitted.sum()) < LEAST_BAD:
        return False
    gradient = np.array([weight.sum(), weight @ now.log_odds])
    variance = float(weight.sum() + gradient @ line.covariance @ gradient)
    z = (float(now.late.sum()) - float(fitted.sum())) / np.sqrt(variance)
    return normal_p_value(z) < SIGNIFICANCE


def development_range(log_odds: Floats) -> tuple[float, float]:
    """Return the ends between which the log-odds of a development sample lie, but for tails."""
    lowest, highest = np.quantile(log_odds, [TAIL, 1 - TAIL])
    return float(lowest), float(highest)


def _outside(log_odds: Floats, development: tuple[float, float] | None) -> bool:
    if development is None:
        return False
    beyond = (log_odds < development[0]) | (log_odds > development[1])
    return bool(beyond.mean() > MOST_OUTSIDE)
