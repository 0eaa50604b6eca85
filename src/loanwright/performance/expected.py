"""What is expected of accounts before their outcomes are there: bad rate and AUC from their PDs."""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.distributions import beta_quantile, normal_quantile
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import Floats, SampleTooSmall, check_level, finite
from loanwright.performance.correction import Correction, before_anything


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What is expected of a chunk of accounts.

    Attributes
    ----------
    rows
        How many accounts.
    bad
        How many are expected to be bad.
    rate, auc
        Between the ends lies what will be *observed*, not only its mean: the chance of each
        account is in the interval, as is how sure the calibration is. AUC is None where all
        probabilities are the same.
    """

    rows: int
    bad: float
    rate: Estimate
    auc: Estimate | None


def expect(
    log_odds: ArrayLike, correction: Correction | None = None, *, level: float = 0.95
) -> Expected:
    """Return the bad rate and the AUC that calibrated probabilities promise.

    Parameters
    ----------
    log_odds
        (n,) stated log-odds of default; two or more.
    correction
        What earlier chunks said of the calibration; None before anything has been compared.
    level
        Of the intervals.

    Notes
    -----
    Confidence-based performance estimation (CBPE): where the probabilities are right, the labels
    are independent draws of them. The mean of the bad rate is theirs; its variance is Σp(1 − p)/n²
    and what the covariance of the correction and the spread between chunks add. The interval is
    that of the beta distribution with this mean and variance, half an account wider at each end,
    as counts are whole. The AUC is the expected share of ordered pairs; its variance follows from
    the derivatives of that share by each probability, O(n log n), and the interval is symmetric
    on its logit.

    Examples
    --------
    >>> found = expect(np.linspace(-4, 0, 500))
    >>> round(found.rate.value, 3), round(found.auc.value, 3)
    (0.169, 0.776)
    >>> found.rate.lower < found.rate.value < found.rate.upper
    True
    """
    check_level(level)
    stated = finite(log_odds, name="log_odds")
    if len(stated) < 2:
        raise SampleTooSmall(rows=len(stated), least=2)
    line = correction or before_anything()
    probability = 1 / (1 + np.exp(-np.clip(line.apply(stated), -700, 700)))
    weight = probability * (1 - probability)
    design = line.design(stated)
    return Expected(
        rows=len(stated),
        bad=float(probability.sum()),
        rate=_rate(probability, weight, design, line, level),
        auc=_auc(stated, probability, design, line, level),
    )


def _rate(
    probability: Floats, weight: Floats, design: Floats, line: Correction, level: float
) -> Estimate:
    rows, mean = len(probability), float(probability.mean())
    gradient = design.T @ weight / rows
    variance = float(weight.sum()) / rows**2 + _of_line(gradient, line)
    # A variance that no beta distribution has is cut to one that is nearly as wide.
    variance = min(variance, 0.99 * mean * (1 - mean))
    size = mean * (1 - mean) / variance - 1
    a, b, tail = mean * size, (1 - mean) * size, (1 - level) / 2
    half = 0.5 / rows
    return Estimate(
        value=mean,
        lower=max(0.0, beta_quantile(tail, a, b) - half),
        upper=min(1.0, beta_quantile(1 - tail, a, b) + half),
        level=level,
        method="CBPE, beta",
    )


def _auc(
    risk: Floats, probability: Floats, design: Floats, line: Correction, level: float
) -> Estimate | None:
    if not float(risk.max()) > float(risk.min()):
        return None
    value, derivative = ordered_share(risk, probability)
    weight = probability * (1 - probability)
    gradient = design.T @ (weight * derivative)
    variance = float(np.sum(weight * derivative**2)) + _of_line(gradient, line)
    if not 0 < value < 1:
        return None
    centre = log(value / (1 - value))
    reach = normal_quantile(level) * sqrt(variance) / (value * (1 - value))
    lower, upper = (
        1 / (1 + exp(-min(max(end, -700), 700))) for end in (centre - reach, centre + reach)
    )
    return Estimate(value=value, lower=lower, upper=upper, level=level, method="CBPE, logit")


def _of_line(gradient: Floats, line: Correction) -> float:
    """Return the variance of what has this gradient by shift and slope."""
    return float(gradient @ line.covariance @ gradient + line.between * gradient[0] ** 2)


def ordered_share(risk: Floats, probability: Floats) -> tuple[float, Floats]:
    """Return the expected AUC, and its derivative by each probability.

    Parameters
    ----------
    risk
        (n,) by what is ranked; ties count one half.
    probability
        (n,) of being bad, independently.

    Examples
    --------
    >>> value, derivative = ordered_share(np.array([1.0, 2.0]), np.array([0.5, 0.5]))
    >>> value, derivative.round(6).tolist()
    (0.5, [-1.0, 1.0])
    """
    order = np.argsort(risk, kind="stable")
    ranked, p = risk[order], probability[order]
    q = 1 - p
    below, above = _tied_sums(ranked, q), float(p.sum()) - _tied_sums(ranked, p)
    good_below, bad_above = below - q / 2, above - p / 2
    bad, good = float(p.sum()), float(q.sum())
    pairs = bad * good - float(np.sum(p * q))
    value = float(np.sum(p * good_below)) / pairs
    own = (good_below - bad_above - value * ((good - q) - (bad - p))) / pairs
    derivative = np.empty_like(own)
    derivative[order] = own
    return value, derivative


def _tied_sums(ranked: Floats, weight: Floats) -> Floats:
    """(n,) weight of what lies below each in a sorted array, and half of what is tied with it."""
    total = np.concatenate([[0.0], np.cumsum(weight)])
    left, right = np.searchsorted(ranked, ranked, "left"), np.searchsorted(ranked, ranked, "right")
    return np.asarray((total[left] + total[right]) / 2)
