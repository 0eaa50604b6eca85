"""Beta calibration as a strictly increasing curve of knots."""

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.curve import Calibration
from loanwright.metrics.probability import LineNotFound
from loanwright.metrics.samples import Floats

#: Knots of the curve; between them it is off by at most 1e-4 · |a − b| log-odds.
KNOTS = 129
#: Neither power falls below this, so the curve rises visibly at both ends.
LEAST_POWER = 0.05
_ENDS = 14.0
_STEPS = 200
_NOTHING = 1e-9


def beta_curve(log_odds: Floats, label: Floats, *, precision: float) -> Calibration:
    """Return the beta calibration curve: ``c + a·ln p − b·ln(1 − p)`` for raw log-odds of p.

    Parameters
    ----------
    log_odds, label
        (n,) raw log-odds, and 1 for default.
    precision
        Of a normal prior of a and b around 1; where a = b it is that of Platt's slope.

    Raises
    ------
    LineNotFound
        Where the likelihood has no finite maximum.

    Notes
    -----
    Kull, Silva Filho, Flach (2017). On log-odds the curve has slope a far below 0 and b far
    above, so it can bend one tail and leave the other. It is stored as knots placed where it
    bends, linear between them.

    Examples
    --------
    >>> import numpy as np
    >>> raw = np.linspace(-4, 4, 400)
    >>> curve = beta_curve(raw, (np.arange(400) % 7 < 3) * 1.0, precision=16.0)
    >>> len(curve.knots_x), curve.method
    (129, 'beta')
    """
    intercept, lower_power, upper_power = _powers(log_odds, label, precision)
    x = _places()
    y = intercept + lower_power * _log_share(x) - upper_power * _log_share(-x)
    return Calibration(knots_x=tuple(x.tolist()), knots_y=tuple(y.tolist()), method="beta")


def _log_share(log_odds: Floats) -> Floats:
    """Return ln p for the log-odds of p."""
    return -np.logaddexp(0.0, -log_odds)


def _places() -> Floats:
    # The curve bends as p(1 − p): equal steps of ∫ √(p(1 − p)) make equal errors.
    end = 2 * np.arctan(np.tanh(_ENDS / 4))
    return np.asarray(4 * np.arctanh(np.tan(np.linspace(-end, end, KNOTS) / 2)))


def _powers(log_odds: Floats, label: Floats, precision: float) -> tuple[float, float, float]:
    design = np.column_stack([np.ones_like(log_odds), _log_share(log_odds), -_log_share(-log_odds)])
    free = np.array([True, True, True])
    found = _maximum(design, label, precision, free)
    for power in (1, 2):
        if found[power] < LEAST_POWER:
            free[power] = False
    if not free.all():
        found = _maximum(design, label, precision, free)
    lower, upper = (max(float(power), LEAST_POWER) for power in found[1:])
    return float(found[0]), lower, upper


def _maximum(design: Floats, label: Floats, precision: float, free: NDArray[np.bool_]) -> Floats:
    """Return intercept and powers by Newton's method; powers that are not free stay least."""
    wanted = np.array([0.0, 1.0, 1.0])
    weight = np.array([0.0, precision / 2, precision / 2])

    def loss(at: Floats) -> float:
        log_odds = design @ at
        likelihood = np.sum(np.logaddexp(0.0, log_odds) - label * log_odds)
        return float(likelihood + np.sum(weight * (at - wanted) ** 2) / 2)

    rate = float(label.mean())
    now = np.where(free, np.array([np.log(rate / (1 - rate)), 0.0, 0.0]), LEAST_POWER)
    lowest = loss(now)
    for _ in range(_STEPS):
        fitted = 1 / (1 + np.exp(-np.clip(design @ now, -700, 700)))
        gradient = design.T @ (label - fitted) - weight * (now - wanted)
        spread = fitted * (1 - fitted)
        information = (design * spread[:, None]).T @ design + np.diag(weight)
        step = np.zeros(3)
        step[free] = _solved(information[np.ix_(free, free)], gradient[free])
        # The loss is convex: a step that is short enough lowers it until the minimum is reached.
        while loss(now + step) > lowest and float(np.abs(step).max()) > _NOTHING:
            step /= 2
        if float(np.abs(step).max()) <= _NOTHING:
            return now
        now = now + step
        lowest = loss(now)
    raise LineNotFound


def _solved(information: Floats, gradient: Floats) -> Floats:
    if not np.isfinite(information).all() or np.linalg.cond(information) > 1e14:
        raise LineNotFound
    return np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
