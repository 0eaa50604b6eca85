"""How true probabilities are: Brier score, log loss, recalibration line, reliability."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from loanwright.errors import Rejected
from loanwright.metrics.distributions import jeffreys, normal_interval, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import Floats, ParameterOutOfRange, Sample, probabilities

_STEPS = 60


class LineNotFound(Rejected):
    """No finite recalibration line fits: the risks separate the classes, or do not vary."""


def brier(default: ArrayLike, probability: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return the mean squared difference between label and probability; lower is better.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    probability
        (n,) probabilities of default, strictly between 0 and 1.

    Returns
    -------
    Estimate
        Between 0 and 1, with a normal interval from the spread of the squared differences.

    Examples
    --------
    >>> round(brier([0, 1], [0.2, 0.6]).value, 6)
    0.1
    """
    checked = probabilities(default, probability, both_classes=False)
    return _mean((checked.risk - checked.default) ** 2, level=level, bounds=(0.0, 1.0))


def brier_skill(default: ArrayLike, probability: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return the share of the Brier score of the plain default rate that the model removes.

    Returns
    -------
    Estimate
        1 − Brier / (rate · (1 − rate)): 1 is perfect, 0 no better than the rate, below 0 worse.
        The interval is by the delta method.

    Examples
    --------
    >>> round(brier_skill([0, 1], [0.2, 0.6]).value, 6)
    0.6
    """
    checked = probabilities(default, probability, both_classes=True)
    label = checked.default.astype(np.float64)
    rate = label.mean()
    loss, base = (checked.risk - label) ** 2, rate * (1 - rate)
    ratio = loss.mean() / base
    influence = (loss - loss.mean() - ratio * (1 - 2 * rate) * (label - rate)) / base
    error = standard_error(float(influence.var()) / len(label))
    method = "normal, delta method"
    return normal_interval(
        float(1 - ratio), error, level=level, bounds=(-np.inf, 1.0), method=method
    )


def log_loss(default: ArrayLike, probability: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return the mean negative logarithm of the probability given to what happened.

    Parameters
    ----------
    default, probability
        As in `brier`. Probabilities of 0 and 1 are refused rather than clipped.

    Examples
    --------
    >>> round(log_loss([0, 1], [0.5, 0.5]).value, 6)
    0.693147
    """
    checked = probabilities(default, probability, both_classes=False)
    losses = -np.where(checked.default, np.log(checked.risk), np.log1p(-checked.risk))
    return _mean(losses, level=level, bounds=(0.0, np.inf))


def _mean(values: Floats, *, level: float, bounds: tuple[float, float]) -> Estimate:
    error = standard_error(float(values.var(ddof=1)) / len(values))
    return normal_interval(float(values.mean()), error, level=level, bounds=bounds, method="normal")


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibrationLine:
    """The logistic recalibration of a model.

    Attributes
    ----------
    slope, intercept
        Of the logistic regression of the label on the model's log-odds; 1 and 0 are perfect. A
        slope below 1 says that probabilities are too extreme.
    in_the_large
        The intercept when the slope is held at 1: above 0, default is more frequent than said.
    """

    slope: Estimate
    intercept: Estimate
    in_the_large: Estimate


class FittedLine(NamedTuple):
    """Coefficients of a logistic line and their covariance."""

    intercept: float
    slope: float
    covariance: Floats


def calibration_line(
    default: ArrayLike, probability: ArrayLike, *, level: float = 0.95
) -> CalibrationLine:
    """Return the slope and the intercept of calibration, with Wald intervals.

    Parameters
    ----------
    default, probability
        As in `brier`, with both classes present.

    Raises
    ------
    LineNotFound
        Where the classes are separated or the probability is constant.

    Notes
    -----
    Cox (1958), by iteratively reweighted least squares.

    Examples
    --------
    >>> import numpy as np
    >>> stated = np.repeat([0.2, 0.8], 10)
    >>> happened = [1] * 2 + [0] * 8 + [1] * 8 + [0] * 2
    >>> line = calibration_line(happened, stated)
    >>> round(line.slope.value, 6), abs(round(line.intercept.value, 6))
    (1.0, 0.0)
    """
    checked = probabilities(default, probability, both_classes=True)
    log_odds = np.log(checked.risk) - np.log1p(-checked.risk)
    label = checked.default.astype(np.float64)
    fitted = fit_line(label, log_odds)
    errors = [standard_error(float(fitted.covariance[i, i])) for i in range(2)]
    slope, intercept = (
        normal_interval(value, error, level=level, bounds=(-np.inf, np.inf), method="Wald")
        for value, error in ((fitted.slope, errors[1]), (fitted.intercept, errors[0]))
    )
    large = _fit_shift(label, log_odds, level=level)
    return CalibrationLine(slope=slope, intercept=intercept, in_the_large=large)


def fit_line(label: Floats, log_odds: Floats, *, precision: float = 0.0) -> FittedLine:
    """Return the logistic line of labels on log-odds.

    Parameters
    ----------
    label, log_odds
        (n,) zeros and ones, and finite log-odds.
    precision
        Of a normal prior of the slope around 1; 0 is plain maximum likelihood.

    Raises
    ------
    LineNotFound
        Where the likelihood has no finite maximum.
    """
    centre, spread = float(log_odds.mean()), float(log_odds.std())
    if not spread > 1e-12 * max(1.0, abs(centre)):
        raise LineNotFound
    design = np.column_stack([np.ones_like(log_odds), (log_odds - centre) / spread])
    coefficients = np.zeros(2)
    for _ in range(_STEPS):
        gradient, information = _score(design, label, coefficients)
        gradient[1] -= precision * (coefficients[1] / spread - 1) / spread
        information[1, 1] += precision / spread**2
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e12:
            raise LineNotFound
        step = np.linalg.solve(information, gradient)
        # Half a unit of log-odds at a time keeps Newton's method from overshooting.
        coefficients = coefficients + step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-300))
        if float(np.abs(step).max()) < 1e-10:
            return _uncentred(coefficients, _inverse(information), centre, spread)
    raise LineNotFound


def _score(design: Floats, label: Floats, coefficients: Floats) -> tuple[Floats, Floats]:
    fitted = 1 / (1 + np.exp(-np.clip(design @ coefficients, -700, 700)))
    weight = fitted * (1 - fitted)
    return design.T @ (label - fitted), (design * weight[:, None]).T @ design


def _inverse(information: Floats) -> Floats:
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def _uncentred(
    coefficients: Floats, covariance: Floats, centre: float, spread: float
) -> FittedLine:
    back = np.array([[1.0, -centre / spread], [0.0, 1 / spread]])
    intercept, slope = back @ coefficients
    return FittedLine(
        intercept=float(intercept), slope=float(slope), covariance=back @ covariance @ back.T
    )


def _fit_shift(label: Floats, log_odds: Floats, *, level: float) -> Estimate:
    shift = 0.0
    information = 1.0
    for _ in range(_STEPS):
        fitted = 1 / (1 + np.exp(-np.clip(log_odds + shift, -700, 700)))
        information = float(np.sum(fitted * (1 - fitted)))
        if information < 1e-12:
            raise LineNotFound
        step = float(np.sum(label - fitted)) / information
        shift += float(np.clip(step, -4, 4))
        if abs(step) < 1e-10:
            break
    error = standard_error(1 / information)
    return normal_interval(shift, error, level=level, bounds=(-np.inf, np.inf), method="Wald")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReliabilityBin:
    """One group of alike probabilities: what was said and what happened."""

    lower: float
    upper: float
    count: int
    defaults: int
    mean_probability: float
    default_rate: Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Reliability:
    """Groups of alike probabilities, and the expected calibration error over them.

    Attributes
    ----------
    bins
        From the safest to the riskiest.
    ece
        Mean absolute difference of stated and observed rates, weighted by count.
    """

    bins: tuple[ReliabilityBin, ...]
    ece: float


def reliability(
    default: ArrayLike, probability: ArrayLike, *, bins: int = 10, level: float = 0.95
) -> Reliability:
    """Return stated against observed default rates in groups of equal size.

    Parameters
    ----------
    default, probability
        As in `brier`.
    bins
        How many groups; fewer come out where equal probabilities must stay together.
    level
        Of the Jeffreys intervals of the observed rates.

    Examples
    --------
    >>> table = reliability([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8], bins=2)
    >>> [(b.count, b.defaults, round(b.mean_probability, 2)) for b in table.bins]
    [(2, 0, 0.15), (2, 2, 0.75)]
    >>> round(table.ece, 6)
    0.2
    """
    if bins < 1:
        raise ParameterOutOfRange(name="bins", value=bins, demand="one or more are needed")
    checked = probabilities(default, probability, both_classes=False)
    edges = np.unique(np.quantile(checked.risk, np.arange(1, bins) / bins, method="lower"))
    group = np.searchsorted(edges, checked.risk, side="left")
    table = tuple(_group(checked, group == index, level=level) for index in np.unique(group))
    gaps = [b.count * abs(b.mean_probability - b.default_rate.value) for b in table]
    return Reliability(bins=table, ece=float(sum(gaps)) / len(checked.risk))


def _group(checked: Sample, chosen: np.ndarray, *, level: float) -> ReliabilityBin:
    risk = checked.risk[chosen]
    defaults = int(checked.default[chosen].sum())
    return ReliabilityBin(
        lower=float(risk.min()),
        upper=float(risk.max()),
        count=len(risk),
        defaults=defaults,
        mean_probability=float(risk.mean()),
        default_rate=jeffreys(defaults, len(risk), level=level),
    )
