"""A bootstrap over counts of distinct risks, for statistics of ranks."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.metrics.distributions import normal_quantile
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import Floats, ParameterOutOfRange, Sample


class Counts(NamedTuple):
    """Numbers of bads and goods at each distinct risk, in rising order of risk."""

    bad: Floats
    good: Floats


class Resampling(NamedTuple):
    """How replicates are drawn.

    Attributes
    ----------
    replicates, seed
        How many, and the seed of the draw.
    stratified
        Whether each replicate holds as many bads and goods as the sample; otherwise the default
        rate varies as it would from sample to sample.
    """

    replicates: int
    seed: int
    stratified: bool


def distinct_counts(sample: Sample) -> Counts:
    """Return how many bads and goods share each distinct risk."""
    _, position = np.unique(sample.risk, return_inverse=True)
    cells = int(position.max()) + 1
    return Counts(
        bad=np.bincount(position[sample.default], minlength=cells).astype(np.float64),
        good=np.bincount(position[~sample.default], minlength=cells).astype(np.float64),
    )


def bootstrap(
    counts: Counts,
    statistic: Callable[[Counts], float],
    *,
    level: float,
    resampling: Resampling,
) -> Estimate:
    """Return a statistic between 0 and 1 with a bias-corrected normal bootstrap interval.

    The interval reaches a normal quantile times the spread of the replicates to both sides of
    the value less its bias, which is estimated by how far replicates lie above the sample on
    average: a maximum such as KS is larger in replicates than in the sample, and larger in the
    sample than in the population. Percentiles of KS covered the truth in 70 to 90 % of simulated
    samples where this interval covered it in 90 to 95 %.

    Raises
    ------
    ParameterOutOfRange
        Where there are fewer than 50 replicates.
    """
    replicates = resampling.replicates
    if replicates < 50:
        raise ParameterOutOfRange(
            name="replicates", value=replicates, demand="50 or more are needed"
        )
    value = statistic(counts)
    drawn = _replicate(counts, statistic, resampling)
    centre = 2 * value - float(drawn.mean())
    reach = normal_quantile(level) * float(drawn.std(ddof=1))
    kind = "stratified bootstrap" if resampling.stratified else "bootstrap"
    return Estimate(
        value=value,
        lower=max(0.0, min(value, centre - reach)),
        upper=min(1.0, max(value, centre + reach)),
        level=level,
        method=f"{kind}, bias-corrected, {replicates} replicates",
    )


def _replicate(
    counts: Counts, statistic: Callable[[Counts], float], resampling: Resampling
) -> Floats:
    random = np.random.default_rng(resampling.seed)
    cells = len(counts.bad)
    # Goods at cell i are rows i, bads at cell i are rows cells + i.
    rows = np.repeat(
        np.arange(2 * cells), np.concatenate([counts.good, counts.bad]).astype(np.int64)
    )
    goods = int(counts.good.sum())
    strata = (rows[:goods], rows[goods:]) if resampling.stratified else (rows,)
    drawn: list[float] = []
    while len(drawn) < resampling.replicates:
        both = np.sum([_resample(one, 2 * cells, random) for one in strata], axis=0)
        replicate = Counts(bad=both[cells:], good=both[:cells])
        # Without strata a tiny sample may lose a class; such a draw has no value.
        if replicate.bad.any() and replicate.good.any():
            drawn.append(statistic(replicate))
    return np.array(drawn)


def _resample(
    rows: NDArray[np.int64], cells: int, random: np.random.Generator
) -> NDArray[np.float64]:
    chosen = rows[random.integers(len(rows), size=len(rows))]
    return np.bincount(chosen, minlength=cells).astype(np.float64)
