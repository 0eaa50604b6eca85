"""Evidence on two rates that may be looked at as often as one likes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from loanwright.experiments.errors import EvidenceRefused

_HALVINGS: Final = 60
_PRIOR: Final = 0.5
_EDGE: Final = 1e-12


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How often something happened in an arm, and how often it did not."""

    hits: int
    misses: int

    @property
    def number(self) -> int:
        """Return how many rows there are."""
        return self.hits + self.misses

    @property
    def rate(self) -> float | None:
        """Return the share of hits; None of nothing."""
        return self.hits / self.number if self.number else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Which differences are possible.

    Attributes
    ----------
    lower, upper
        Ends, between -1 and 1.
    level
        Probability that the range holds at every look at once.
    """

    lower: float
    upper: float
    level: float


def log_evidence(base: Counts, other: Counts, *, lowest: float, highest: float) -> float:
    """Return the logarithm of the evidence against a difference within these bounds.

    Parameters
    ----------
    base, other
        What was counted so far.
    lowest, highest
        Bounds of the difference of the rates, other minus base, that is doubted.

    Raises
    ------
    EvidenceRefused
        When the bounds are not -1 <= lowest <= highest <= 1.

    Notes
    -----
    The evidence is the likelihood of what was seen, averaged over all rates by Jeffreys' prior
    Beta(½, ½) for each arm, over the largest likelihood of any two rates within the bounds:

        E = ∏ B(h + ½, m + ½) / B(½, ½)  ÷  max p₀ʰ⁰(1 − p₀)ᵐ⁰ p₁ʰ¹(1 − p₁)ᵐ¹

    For the true rates the average over the likelihood is a martingale that begins at 1, and the
    maximum only makes E smaller. So, if the difference is within the bounds, E ever reaches 1/α
    with probability at most α (Ville), however often one looks and for whatever reason one stops;
    for any number of rows, by no approximation.

    Source: Robbins, *Statistical Methods Related to the Law of the Iterated Logarithm*, 1970;
    Ramdas, Grünwald, Vovk, Shafer, *Game-Theoretic Statistics and Safe Anytime-Valid Inference*,
    2023.

    Examples
    --------
    >>> base, fell = Counts(hits=1_200, misses=800), Counts(hits=900, misses=1_100)
    >>> log_evidence(base, fell, lowest=-0.05, highest=1) > math.log(20)
    True
    """
    if not -1 <= lowest <= highest <= 1:
        raise EvidenceRefused(problem="-1 <= lowest <= highest <= 1 is needed")
    averaged = _averaged(base) + _averaged(other)
    return averaged - _largest(base, other, lowest=lowest, highest=highest)


def difference(base: Counts, other: Counts) -> float | None:
    """Return the difference of the rates, other minus base; None where an arm has no rows."""
    if base.rate is None or other.rate is None:
        return None
    return other.rate - base.rate


def possible(base: Counts, other: Counts, *, level: float = 0.95) -> Range:
    """Return the differences, other minus base, that the evidence has not ruled out.

    The true one is in the ranges of all looks together with at least this probability.

    Raises
    ------
    EvidenceRefused
        When the level does not lie between 0 and 1.

    Examples
    --------
    >>> found = possible(Counts(hits=600, misses=400), Counts(hits=450, misses=550))
    >>> round(found.lower, 3), round(found.upper, 3)
    (-0.249, -0.049)
    """
    if not 0 < level < 1:
        raise EvidenceRefused(problem="the level must lie between 0 and 1")
    seen = difference(base, other)
    if seen is None:
        return Range(lower=-1.0, upper=1.0, level=level)
    enough = -math.log(1 - level)

    def doubted(bound: float) -> bool:
        return log_evidence(base, other, lowest=bound, highest=bound) >= enough

    return Range(
        lower=_end(doubted, inside=seen, outside=-1.0),
        upper=_end(doubted, inside=seen, outside=1.0),
        level=level,
    )


def _end(doubted: Callable[[float], bool], *, inside: float, outside: float) -> float:
    if not doubted(outside):
        return outside
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if doubted(middle) else (middle, outside)
    return outside


def _averaged(counts: Counts) -> float:
    return _log_beta(counts.hits + _PRIOR, counts.misses + _PRIOR) - _log_beta(_PRIOR, _PRIOR)


def _log_beta(first: float, second: float) -> float:
    return math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second)


def _largest(base: Counts, other: Counts, *, lowest: float, highest: float) -> float:
    """Return the largest logarithm of the likelihood within the bounds; it is concave."""
    seen = difference(base, other)
    if seen is None:
        # An arm without rows has whatever rate suits the other one.
        return _likelihood(base, base.rate or 0.0) + _likelihood(other, other.rate or 0.0)
    if lowest <= seen <= highest:
        return _likelihood(base, _rate(base)) + _likelihood(other, _rate(other))
    bound = lowest if seen < lowest else highest
    rate = _best(base, other, bound)
    return _likelihood(base, rate) + _likelihood(other, rate + bound)


def _best(base: Counts, other: Counts, bound: float) -> float:
    """Return the rate of the base that suits both best when the other's is so much higher."""
    low, high = max(0.0, -bound), min(1.0, 1.0 - bound)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = _slope(base, middle) + _slope(other, middle + bound) > 0
        low, high = (middle, high) if rising else (low, middle)
    return (low + high) / 2


def _slope(counts: Counts, rate: float) -> float:
    rate = min(max(rate, _EDGE), 1 - _EDGE)
    return counts.hits / rate - counts.misses / (1 - rate)


def _likelihood(counts: Counts, rate: float) -> float:
    rate = min(max(rate, 0.0), 1.0)
    return _times(counts.hits, rate) + _times(counts.misses, 1.0 - rate)


def _times(number: int, rate: float) -> float:
    if number == 0:
        return 0.0
    return number * math.log(rate) if rate > 0 else -math.inf


def _rate(counts: Counts) -> float:
    return counts.hits / counts.number
