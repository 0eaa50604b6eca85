"""A stratified bootstrap over counts of distinct risks, for statistics of ranks."""

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from loanwright.metrics.distributions import normal_quantile
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import Floats, ParameterOutOfRange, Sample


class Counts(NamedTuple):
    """Numbers of bads and goods at each distinct risk, in rising order of risk."""

    bad: Floats
    good: Floats


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
    replicates: int,
    seed: int,
) -> Estimate:
    """Return the statistic with a bias-corrected percentile interval.

    Each replicate draws as many bads and as many goods as there were, with replacement. The
    percentiles are moved by the share of replicates below the statistic (Efron 1981), because a
    maximum such as KS is larger in replicates than in the sample.

    Raises
    ------
    ParameterOutOfRange
        Where there are fewer than 50 replicates.
    """
    if replicates < 50:
        raise ParameterOutOfRange(
            name="replicates", value=replicates, demand="50 or more are needed"
        )
    value = statistic(counts)
    drawn = _replicate(counts, statistic, replicates, np.random.default_rng(seed))
    lower, upper = np.quantile(drawn, _corrected(drawn, value, level))
    return Estimate(
        value=value,
        lower=float(lower),
        upper=float(upper),
        level=level,
        method=f"stratified bootstrap, bias-corrected, {replicates} replicates",
    )


def _replicate(
    counts: Counts,
    statistic: Callable[[Counts], float],
    replicates: int,
    random: np.random.Generator,
) -> Floats:
    bad = np.repeat(np.arange(len(counts.bad)), counts.bad.astype(np.int64))
    good = np.repeat(np.arange(len(counts.good)), counts.good.astype(np.int64))
    cells = len(counts.bad)
    drawn = np.empty(replicates)
    for replicate in range(replicates):
        drawn[replicate] = statistic(
            Counts(
                bad=_resample(bad, cells, random),
                good=_resample(good, cells, random),
            )
        )
    return drawn


def _resample(rows: np.ndarray, cells: int, random: np.random.Generator) -> Floats:
    chosen = rows[random.integers(len(rows), size=len(rows))]
    return np.bincount(chosen, minlength=cells).astype(np.float64)


def _corrected(drawn: Floats, value: float, level: float) -> tuple[float, float]:
    reach = normal_quantile(level)
    below = float(np.mean(drawn < value) + np.mean(drawn == value) / 2)
    edge = 1 / (2 * len(drawn))
    normal = NormalDist()
    shift = normal.inv_cdf(min(max(below, edge), 1 - edge))
    return normal.cdf(2 * shift - reach), normal.cdf(2 * shift + reach)
