"""How well risks separate those who default: AUC, Gini, KS and precision–recall."""

from math import exp, log

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.bootstrap import Counts, Resampling, bootstrap, distinct_counts
from loanwright.metrics.distributions import normal_quantile, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import Booleans, Floats, ShapesDiffer, sample


def auc(default: ArrayLike, risk: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return the area under the ROC curve with DeLong's interval.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    risk
        (n,) finite numbers, higher is riskier: a probability or log-odds of default. Give the
        negative of a score. Ties count one half.
    level
        Confidence level.

    Returns
    -------
    Estimate
        The interval is symmetric on the logit of the area. Where every pair is ordered alike
        and the variance is therefore 0, it is the exact bound for as many pairs as the smaller
        class has rows.

    Raises
    ------
    OneClassOnly, ValuesNotFinite, ShapesDiffer, LabelsNotBinary, SampleTooSmall
        Where the input is not such a sample.

    Notes
    -----
    DeLong, DeLong, Clarke-Pearson (1988), by midranks as in Sun, Xu (2014): O(n log n).

    Examples
    --------
    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value
    0.75
    """
    checked = sample(default, risk)
    above_good, above_bad = placements(checked.default, checked.risk)
    value = float(above_good.mean())
    variance = _variance_of_mean(above_good) + _variance_of_mean(above_bad)
    if value in (0.0, 1.0):
        return _perfect(value, min(len(above_good), len(above_bad)), level)
    reach = normal_quantile(level) * standard_error(variance) / (value * (1 - value))
    centre = log(value / (1 - value))
    lower, upper = (
        1 / (1 + exp(-min(max(end, -700), 700))) for end in (centre - reach, centre + reach)
    )
    return Estimate(value=value, lower=lower, upper=upper, level=level, method="DeLong, logit")


def placements(default: Booleans, risk: Floats) -> tuple[Floats, Floats]:
    """Return, for each bad, the share of goods below it; for each good, of bads above it.

    Ties count one half. The mean of either is the AUC.

    Examples
    --------
    >>> import numpy as np
    >>> below, above = placements(np.array([False, True, True]), np.array([1.0, 1.0, 2.0]))
    >>> below.tolist(), above.tolist()
    ([0.5, 1.0], [0.75])
    """
    bad, good = risk[default], risk[~default]
    order_good, order_bad = np.sort(good), np.sort(bad)
    below = np.searchsorted(order_good, bad, "left") + np.searchsorted(order_good, bad, "right")
    under = np.searchsorted(order_bad, good, "left") + np.searchsorted(order_bad, good, "right")
    return below / (2 * len(good)), 1 - under / (2 * len(bad))


def _variance_of_mean(values: Floats) -> float:
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else 0.25


def _perfect(value: float, pairs: int, level: float) -> Estimate:
    bound = ((1 - level) / 2) ** (1 / pairs)
    lower, upper = (bound, 1.0) if value == 1.0 else (0.0, 1 - bound)
    return Estimate(value=value, lower=lower, upper=upper, level=level, method="exact, all ordered")


def gini(default: ArrayLike, risk: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return 2 · AUC − 1, from −1 to 1, with the interval of the AUC carried over.

    Examples
    --------
    >>> gini([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value
    0.5
    """
    area = auc(default, risk, level=level)
    return Estimate(
        value=2 * area.value - 1,
        lower=2 * area.lower - 1,
        upper=2 * area.upper - 1,
        level=level,
        method=area.method,
    )


def ks(
    default: ArrayLike,
    risk: ArrayLike,
    *,
    level: float = 0.95,
    replicates: int = 500,
    seed: int = 0,
) -> Estimate:
    """Return the greatest distance between the risk distributions of bads and goods.

    Parameters
    ----------
    default, risk, level
        As in `auc`.
    replicates, seed
        Of the bootstrap, which is stratified by class.

    Returns
    -------
    Estimate
        Between 0 and 1, with a bias-corrected bootstrap interval. The value itself is a maximum
        and leans upwards (with 100 bads among 500 by 0.03): the interval lies lower.

    Examples
    --------
    >>> round(ks([0, 0, 0, 1, 1], [1, 2, 3, 3, 4]).value, 6)
    0.666667
    """
    counts = distinct_counts(sample(default, risk))
    resampling = Resampling(replicates=replicates, seed=seed, stratified=True, smooth=True)
    return bootstrap(counts, _ks, level=level, resampling=resampling)


def _ks(counts: Counts) -> float:
    bad = np.cumsum(counts.bad) / counts.bad.sum()
    good = np.cumsum(counts.good) / counts.good.sum()
    return float(np.max(np.abs(good - bad)))


def pr_auc(
    default: ArrayLike,
    risk: ArrayLike,
    *,
    level: float = 0.95,
    replicates: int = 500,
    seed: int = 0,
) -> Estimate:
    """Return average precision: the area under precision over recall, without interpolation.

    Parameters
    ----------
    default, risk, level, replicates, seed
        As in `ks`.

    Notes
    -----
    Σ (recallᵢ − recallᵢ₋₁) · precisionᵢ over distinct risks from the highest down, as
    scikit-learn's ``average_precision_score``. A useless model reaches the default rate. It
    depends on that rate, so the bootstrap lets the rate vary; its interval is symmetric on the
    logit (Boyd, Eng, Page 2013) and covers 93 to 94 % with 100 bads, 95 % with 400.

    Examples
    --------
    >>> round(pr_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value, 6)
    0.833333
    """
    counts = distinct_counts(sample(default, risk))
    resampling = Resampling(replicates=replicates, seed=seed, stratified=False)
    return bootstrap(counts, _average_precision, level=level, resampling=resampling, logit=True)


def _average_precision(counts: Counts) -> float:
    bad, good = counts.bad[::-1], counts.good[::-1]
    found = np.cumsum(bad)
    flagged = found + np.cumsum(good)
    precision = np.divide(found, flagged, out=np.zeros(len(found)), where=flagged > 0)
    return float(np.sum(bad * precision) / found[-1])


def roc_points(default: ArrayLike, risk: ArrayLike, *, points: int = 101) -> tuple[Floats, Floats]:
    """Return the ROC curve at evenly spaced shares of good applicants.

    Returns
    -------
    tuple
        Share of goods and of bads at or above each threshold, both (points,), from (0, 0) to
        (1, 1).

    Examples
    --------
    >>> goods, bads = roc_points([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], points=3)
    >>> goods.tolist(), bads.tolist()
    ([0.0, 0.5, 1.0], [0.5, 1.0, 1.0])
    """
    if points < 2:
        raise ShapesDiffer(
            left="points", left_shape=points, right="a curve", right_shape="2 or more"
        )
    counts = distinct_counts(sample(default, risk))
    good = np.concatenate([[0.0], np.cumsum(counts.good[::-1])]) / counts.good.sum()
    bad = np.concatenate([[0.0], np.cumsum(counts.bad[::-1])]) / counts.bad.sum()
    shares = np.linspace(0, 1, points)
    # At a vertical step the curve's upper end counts.
    last = np.searchsorted(good, shares, side="right") - 1
    after = np.minimum(last + 1, len(good) - 1)
    width = good[after] - good[last]
    part = np.divide(shares - good[last], width, out=np.zeros(points), where=width > 0)
    return shares, bad[last] + part * (bad[after] - bad[last])
