"""How many are needed: worked out before the start, for a difference that somebody cares about."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from loanwright.experiments.errors import PlanRefused

LARGEST: Final = 100_000_000
_normal: Final = NormalDist()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """How many rows each of two arms needs.

    Attributes
    ----------
    base
        Rows of the arm that decides today.
    other
        Rows of the arm that is tried.
    """

    base: int
    other: int

    @property
    def whole(self) -> int:
        """Return the rows of both."""
        return self.base + self.other


def sizes_for_rates(
    base: float, effect: float, *, error: float = 0.05, power: float = 0.8, ratio: float = 1.0
) -> Sizes:
    """Return how many rows show a difference of two rates.

    Parameters
    ----------
    base
        The rate of the arm that decides today, in (0, 1).
    effect
        The smallest difference, other minus base, that must not be missed.
    error
        Probability, two-sided, of finding a difference where there is none.
    power
        Probability of finding this one.
    ratio
        Rows of the other arm for one of the base.

    Raises
    ------
    PlanRefused
        When no sample can do it.

    Notes
    -----
    With k the ratio, p₀ and p₁ = p₀ + δ the rates and p̄ = (p₀ + k·p₁) / (1 + k) (Fleiss, Levin,
    Paik, *Statistical Methods for Rates and Proportions*, 3rd ed., 4.14),

        n₀ = (z₁₋α⸝₂ √(p̄(1 − p̄)(1 + 1/k)) + z_power √(p₀(1 − p₀) + p₁(1 − p₁)/k))² / δ²

    Examples
    --------
    >>> sizes_for_rates(0.05, 0.01)
    Sizes(base=8158, other=8158)
    """
    rate = base + effect
    _check(error=error, power=power, ratio=ratio, effect=effect)
    if not (0 < base < 1 and 0 < rate < 1):
        raise PlanRefused(problem="both rates must lie between 0 and 1")
    pooled = (base + ratio * rate) / (1 + ratio)
    under_none = math.sqrt(pooled * (1 - pooled) * (1 + 1 / ratio))
    under_effect = math.sqrt(base * (1 - base) + rate * (1 - rate) / ratio)
    reach = _z(1 - error / 2) * under_none + _z(power) * under_effect
    return _sizes((reach / effect) ** 2, ratio)


def sizes_for_means(
    deviation: float, effect: float, *, error: float = 0.05, power: float = 0.8, ratio: float = 1.0
) -> Sizes:
    """Return how many rows show a difference of two means, such as profit on an application.

    Parameters
    ----------
    deviation
        Standard deviation of one row, in the unit of the effect.
    effect
        The smallest difference, other minus base, that must not be missed.
    error, power, ratio
        As for rates.

    Raises
    ------
    PlanRefused
        When no sample can do it.

    Notes
    -----
    n₀ = ((z₁₋α⸝₂ + z_power) σ / δ)² (1 + 1/k)

    Examples
    --------
    >>> sizes_for_means(400.0, 20.0)
    Sizes(base=6280, other=6280)
    """
    _check(error=error, power=power, ratio=ratio, effect=effect)
    if not 0 < deviation < math.inf:
        raise PlanRefused(problem="the standard deviation must be positive")
    reach = (_z(1 - error / 2) + _z(power)) * deviation / effect
    return _sizes(reach**2 * (1 + 1 / ratio), ratio)


def _check(*, error: float, power: float, ratio: float, effect: float) -> None:
    if not 0 < error < 0.5:
        raise PlanRefused(problem="the error must lie between 0 and 0.5")
    if not error < power < 1:
        raise PlanRefused(problem="the power must lie between the error and 1")
    if not 0 < ratio < math.inf:
        raise PlanRefused(problem="the ratio must be positive")
    if effect == 0 or not math.isfinite(effect):
        raise PlanRefused(problem="the effect must be a number other than 0")


def _sizes(needed: float, ratio: float) -> Sizes:
    if not max(needed, needed * ratio) <= LARGEST:
        raise PlanRefused(problem=f"it needs more than {LARGEST} rows; ask for a larger effect")
    return Sizes(base=math.ceil(needed), other=math.ceil(needed * ratio))


def _z(probability: float) -> float:
    return _normal.inv_cdf(probability)
