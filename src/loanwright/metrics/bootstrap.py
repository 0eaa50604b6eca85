"""A bootstrap over counts of distinct risks, for statistics of ranks."""

from collections.abc import Callable
from math import exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.metrics.distributions import normal_quantile
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import Floats, ParameterOutOfRange, Sample
from loanwright.metrics.smoothing import is_fine, smooth_cells


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
    smooth
        Whether replicates come from a smooth population that looks like the sample, where its
        risks have levels enough. For statistics that pick a best cutoff, such as KS.
    """

    replicates: int
    seed: int
    stratified: bool
    smooth: bool = False


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
    logit: bool = False,
) -> Estimate:
    """Return a statistic between 0 and 1 with a bias-corrected normal bootstrap interval.

    The interval reaches a normal quantile times the spread of the replicates to both sides of
    the value less its bias. The bias is how far replicates lie on average above the population
    they are drawn from: the sample itself, or its smooth likeness. A statistic that picks a best
    cutoff, such as KS or EMP, is larger in a sample than in the population, and the plain
    bootstrap sees little more than half of that; its intervals of KS covered the truth in 87 to
    92 % of simulated samples, those from the smooth likeness in 95 %. ``logit`` makes the interval
    symmetric on the logit, for statistics whose spread follows their value.

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
    rows = int(counts.bad.sum() + counts.good.sum())
    smooth = resampling.smooth and is_fine(len(counts.bad), rows)
    population = _likeness(counts) if smooth else counts
    draw = _replicate_likeness if smooth else _replicate
    drawn = draw(population, statistic, resampling)
    bias = float(drawn.mean()) - (statistic(population) if smooth else value)
    # The smooth likeness is an estimate too, steadier and a little off; half of it steadies both.
    centre = (value - bias + statistic(population)) / 2 if smooth else value - bias
    reach = normal_quantile(level) * float(drawn.std(ddof=1))
    lower, upper = (_logit_ends if logit else _ends)(centre, reach)
    kinds = ("smooth " if smooth else "") + ("stratified " if resampling.stratified else "")
    return Estimate(
        value=value,
        lower=max(0.0, min(value, lower)),
        upper=min(1.0, max(value, upper)),
        level=level,
        method=f"{kinds}bootstrap, bias-corrected, {replicates} replicates",
    )


def _ends(centre: float, reach: float) -> tuple[float, float]:
    return centre - reach, centre + reach


def _logit_ends(centre: float, reach: float) -> tuple[float, float]:
    if not 0 < centre < 1:
        return _ends(centre, reach)
    middle, width = log(centre / (1 - centre)), reach / (centre * (1 - centre))
    ends = (min(max(end, -700.0), 700.0) for end in (middle - width, middle + width))
    lower, upper = (1 / (1 + exp(-end)) for end in ends)
    return lower, upper


def _likeness(counts: Counts) -> Counts:
    """Return the smooth likeness of a sample, as counts that need not be whole."""
    cells = smooth_cells(counts.bad, counts.good)
    return Counts(bad=cells.bad * counts.bad.sum(), good=cells.good * counts.good.sum())


def _replicate_likeness(
    population: Counts, statistic: Callable[[Counts], float], resampling: Resampling
) -> Floats:
    random = np.random.default_rng(resampling.seed)
    bads, rows = (round(float(x)) for x in (population.bad.sum(), sum(map(np.sum, population))))
    share_bad, share_good = (side / side.sum() for side in population)
    drawn: list[float] = []
    while len(drawn) < resampling.replicates:
        bad = bads if resampling.stratified else int(random.binomial(rows, bads / rows))
        if 0 < bad < rows:
            counts = Counts(
                bad=_allot(bad, share_bad, random), good=_allot(rows - bad, share_good, random)
            )
            drawn.append(statistic(counts))
    return np.array(drawn)


def _allot(rows: int, share: Floats, random: np.random.Generator) -> Floats:
    """Return a multinomial draw; few rows are placed one by one, many cell by cell."""
    if rows > len(share):
        return random.multinomial(rows, share).astype(np.float64)
    place = np.searchsorted(np.cumsum(share)[:-1], random.random(rows), side="right")
    return np.bincount(place, minlength=len(share)).astype(np.float64)


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
