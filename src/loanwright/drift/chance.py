"""How often chance alone makes two samples of one population differ so much."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.metrics.distributions import beta_cdf, chi_squared_cdf, chi_squared_quantile
from loanwright.metrics.significance import normal_p_value

Floats = NDArray[np.float64]
#: From (draws, bins) counts of two samples to (draws,) values of a statistic.
Statistic = Callable[[Floats, Floats], Floats]
#: Pairs of samples, so many, from one population.
Draw = Callable[[np.random.Generator, int], tuple[Floats, Floats]]

#: Where the smaller sample expects fewer rows than this in a bin, chi-squared is not trusted.
LEAST_EXPECTED: Final = 20
DRAWS: Final = 4_000
DRAWS_AT_ONCE: Final = 500
#: As often as this suffices to know that chance reaches a value often.
ENOUGH: Final = 40
SEED: Final = 20_260_101


@dataclass(frozen=True, kw_only=True, slots=True)
class Chance:
    """What chance alone does to a statistic.

    Attributes
    ----------
    p_value
        How often it is at least as large.
    critical
        What it exceeds once in twenty, or at the level that was asked for.
    simulated
        Whether samples were drawn, because formulas for large samples are poor here.
    """

    p_value: float
    critical: float
    simulated: bool = False


def chi_squared_chance(value: float, *, scale: float, degrees: int, level: float) -> Chance:
    """Return the chance of a statistic that is ``scale`` times chi-squared.

    Examples
    --------
    >>> found = chi_squared_chance(0.0034, scale=2 / 10_000, degrees=9, level=0.95)
    >>> round(found.p_value, 3), round(found.critical, 4)
    (0.049, 0.0034)
    """
    if degrees < 1:
        return Chance(p_value=1.0, critical=0.0)
    return Chance(
        p_value=max(1.0 - chi_squared_cdf(value / scale, degrees), 0.0),
        critical=scale * chi_squared_quantile(level, degrees),
    )


def is_sparse(before: Floats, after: Floats) -> bool:
    """Return whether a bin is so small that chi-squared cannot be trusted."""
    pooled = (before + after) / (before.sum() + after.sum())
    used = pooled[pooled > 0]
    return bool(len(used)) and used.min() * min(before.sum(), after.sum()) < LEAST_EXPECTED


def drawn_samples(before: Floats, after: Floats) -> Draw:
    """Return what draws pairs of samples from what both are together."""
    pooled = (before + after) / (before.sum() + after.sum())
    sizes = int(before.sum()), int(after.sum())

    def draw(random: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        first, second = (random.multinomial(n, pooled, size=count) for n in sizes)
        return first.astype(np.float64), second.astype(np.float64)

    return draw


def drawn_shares(before: Floats, after: Floats) -> Draw:
    """Return what draws pairs of shares as large samples have them: much faster, no bin rare."""
    pooled = (before + after) / (before.sum() + after.sum())
    root, reach = np.sqrt(pooled), sqrt(1 / before.sum() + 1 / after.sum())

    def draw(random: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        noise = random.standard_normal((count, len(pooled))) * root
        noise -= pooled * noise.sum(axis=1, keepdims=True)
        return np.broadcast_to(pooled, noise.shape), pooled + reach * noise

    return draw


def simulated_chance(
    statistic: Statistic, seen: float, draw: Draw, *, level: float, tail: float
) -> Chance:
    """Return the chance of a statistic by drawing both samples from what they are together.

    Parameters
    ----------
    statistic
        Large where the samples differ.
    seen
        Its value.
    draw
        Draws pairs of samples.
    level
        Of the critical value.
    tail
        A valid p-value of the same samples by another test. Where no draw reaches the value, it
        says how far beyond them it lies: of p-values below one draw it alone decides, so that
        they stay valid.

    Notes
    -----
    Draws end as soon as chance has reached the value often enough (Besag and Clifford 1991).
    """
    random = np.random.default_rng(SEED)
    found: list[Floats] = []
    reached = drawn = 0
    while drawn < DRAWS:
        values = statistic(*draw(random, DRAWS_AT_ONCE))
        found.append(values)
        # Equal but for rounding counts as reached.
        above = np.flatnonzero(values >= seen * (1 - 1e-12))
        if reached + len(above) >= ENOUGH:
            p_value = ENOUGH / (drawn + int(above[ENOUGH - reached - 1]) + 1)
            break
        reached, drawn = reached + len(above), drawn + DRAWS_AT_ONCE
    else:
        p_value = (reached + 1) / (drawn + 1) if reached else min(1 / (drawn + 1), tail)
    critical = float(np.quantile(np.concatenate(found), level, method="higher"))
    return Chance(p_value=p_value, critical=critical, simulated=True)


def pooled_p_value(before: Floats, after: Floats) -> float:
    """Return Pearson's p-value of two tables of counts, rare neighbours taken together.

    Examples
    --------
    >>> round(pooled_p_value(np.array([50.0, 50.0, 1.0]), np.array([60.0, 40.0, 0.0])), 3)
    0.135
    """
    first, second = merged(before, after)
    degrees = len(first) - 1
    if degrees < 1:
        return 1.0
    n, m = first.sum(), second.sum()
    pooled = (first + second) / (n + m)
    value = float(np.sum((second / m - first / n) ** 2 / pooled) / (1 / n + 1 / m))
    return max(1.0 - chi_squared_cdf(value, degrees), 0.0)


def merged(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Return the counts with neighbours taken together until none is rare."""
    least = LEAST_EXPECTED * (before.sum() + after.sum()) / min(before.sum(), after.sum())
    groups: list[list[float]] = []
    held = [0.0, 0.0]
    for one, other in zip(before.tolist(), after.tolist(), strict=True):
        held = [held[0] + one, held[1] + other]
        if sum(held) >= least:
            groups.append(held)
            held = [0.0, 0.0]
    if not groups:
        return np.array([before.sum()]), np.array([after.sum()])
    groups[-1] = [groups[-1][0] + held[0], groups[-1][1] + held[1]]
    first, second = np.array(groups).T
    return first, second


def kolmogorov_chance(distance: float, sizes: tuple[int, int], *, level: float) -> Chance:
    """Return the chance of a distance of Kolmogorov and Smirnov; ties make it only rarer.

    Notes
    -----
    The limiting distribution with Stephens's correction for size.

    Examples
    --------
    >>> found = kolmogorov_chance(0.0192, (10_000, 10_000), level=0.95)
    >>> round(found.p_value, 3), round(found.critical, 4)
    (0.049, 0.0192)
    """
    root = sqrt(sizes[0] * sizes[1] / (sizes[0] + sizes[1]))
    factor = root + 0.12 + 0.11 / root
    return Chance(
        p_value=_kolmogorov(distance * factor), critical=_kolmogorov_quantile(level) / factor
    )


@lru_cache(maxsize=16)
def _kolmogorov_quantile(level: float) -> float:
    low, high = 0.2, 4.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _kolmogorov(middle) > 1 - level else (low, middle)
    return high


def _kolmogorov(reach: float) -> float:
    if reach < 0.2:
        return 1.0
    terms = ((-1) ** (k - 1) * exp(-2 * k * k * reach * reach) for k in range(1, 31))
    return min(max(2 * sum(terms), 0.0), 1.0)


def proportions_p_value(hits: tuple[int, int], rows: tuple[int, int]) -> float:
    """Return how often two samples of one population have shares so far apart, on either side.

    Notes
    -----
    The pooled z statistic with Yates's correction; where either value is rare in either sample,
    the binomial distribution of the rare one over the two samples.

    Examples
    --------
    >>> round(proportions_p_value((50, 80), (1000, 1000)), 4)
    0.0085
    >>> proportions_p_value((0, 4), (1_000_000, 500)) < 1e-12
    True
    """
    total, size = sum(hits), sum(rows)
    rare = total <= size - total
    few = hits if rare else (rows[0] - hits[0], rows[1] - hits[1])
    expected = sum(few) * min(rows) / size
    if not sum(few):
        return 1.0
    if expected < LEAST_EXPECTED:
        share = rows[1] / size
        upper = _binomial_tail(few[1], sum(few), share)
        lower = _binomial_tail(few[0], sum(few), 1 - share)
        return min(1.0, 2 * min(upper, lower))
    pooled = total / size
    error = sqrt(pooled * (1 - pooled) * (1 / rows[0] + 1 / rows[1]))
    least = (1 / rows[0] + 1 / rows[1]) / 2
    gap = abs(hits[1] / rows[1] - hits[0] / rows[0])
    return normal_p_value(max(gap - least, 0.0) / error)


def _binomial_tail(least: int, of: int, share: float) -> float:
    """Return how often a binomial number is at least this."""
    return 1.0 if least <= 0 else beta_cdf(share, least, of - least + 1)


def unseen_p_value(rows: int, of: int, *, known: int, single: int) -> float:
    """Return how often so many rows have values that a sample of ``known`` rows had not.

    Parameters
    ----------
    rows, of
        Rows with new values, of how many in the chunk.
    known
        Rows of the reference.
    single
        Rows of the reference whose value it had only once, or not at all: the more there were,
        the more are still to come (Good 1953).

    Notes
    -----
    Predictive: the share of unseen values has a gamma distribution of shape ``single`` + 1.

    Examples
    --------
    >>> unseen_p_value(0, 1000, known=1000, single=0)
    1.0
    >>> round(unseen_p_value(5, 1000, known=1000, single=0), 4)
    0.0313
    """
    return 1.0 if rows <= 0 else beta_cdf(of / (of + known), rows, single + 1)
