"""The expected calibration error, with an interval that knows that chance alone makes one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.estimate import Estimate
from loanwright.metrics.groups import group_sums
from loanwright.metrics.samples import ParameterOutOfRange, check_level, probabilities


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibrationError:
    """The expected calibration error, and how large chance alone makes it.

    Attributes
    ----------
    ece
        Mean absolute distance of stated and observed rates of the groups. Its value leans
        upwards; the interval is of the error in the population, and starts at 0 where chance
        explains what was seen.
    chance
        The mean of the value if the model were perfectly calibrated.
    p_value
        How often a perfectly calibrated model shows at least this value.
    """

    ece: Estimate
    chance: float
    p_value: float


def calibration_error(
    default: ArrayLike,
    probability: ArrayLike,
    *,
    groups: int = 10,
    level: float = 0.95,
    replicates: int = 2000,
    seed: int = 0,
) -> CalibrationError:
    """Return the expected calibration error over groups of equal size, with an honest interval.

    Parameters
    ----------
    default, probability
        As in `spiegelhalter`.
    groups
        Of equal size; equal probabilities stay together.
    level, replicates, seed
        Of the interval and its simulation.

    Notes
    -----
    The value is a sum of absolute values, so even a perfect model has one: about
    0.8 · √(groups / n) · σ with σ² the mean of p (1 − p). An interval around the value therefore
    misses the truth. This one asks which true errors, the observed gaps all stretched by one
    factor, would show at most or at least the observed value with probability (1 − level) / 2.

    Examples
    --------
    >>> found = calibration_error([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8], groups=2)
    >>> round(found.ece.value, 6), found.ece.lower
    (0.2, 0.0)
    """
    checked = probabilities(default, probability, both_classes=False)
    if groups < 1:
        raise ParameterOutOfRange(name="groups", value=groups, demand="one or more are needed")
    table = group_sums(checked, groups)
    share = table.rows / table.rows.sum()
    gap = (table.defaults - table.expected) / table.rows
    stated = table.expected / table.rows
    noise = np.random.default_rng(seed).normal(size=(replicates, len(gap)))
    value = float(np.sum(share * np.abs(gap)))
    null = np.abs(noise * np.sqrt(table.variance) / table.rows) @ share
    tail = (1 - check_level(level)) / 2

    def exceeded(stretch: float) -> float:
        rate = np.clip(stated + stretch * gap, 0.0, 1.0)
        spread = np.sqrt(rate * (1 - rate) / table.rows)
        return float(np.mean(np.abs(noise * spread + stretch * gap) @ share >= value))

    lower = _stretch(exceeded, tail) if exceeded(0.0) < tail else 0.0
    upper = _stretch(exceeded, 1 - tail)
    return CalibrationError(
        ece=Estimate(
            value=value,
            lower=lower * value,
            upper=upper * value,
            level=level,
            method=f"inverted test, {replicates} simulations",
        ),
        chance=float(null.mean()),
        p_value=(1 + int(np.sum(null >= value))) / (replicates + 1),
    )


def _stretch(exceeded: Callable[[float], float], share: float) -> float:
    """Return the factor at which the observed value is exceeded in this share of simulations."""
    low, high = 0.0, 1.0
    while exceeded(high) < share and high < 1e6:
        high *= 2
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if exceeded(middle) < share else (low, middle)
    return high
