"""Has the population moved? PSI with the value that chance alone would reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.distributions import chi_squared_quantile, normal_interval, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import (
    Floats,
    ParameterOutOfRange,
    SampleTooSmall,
    ShapesDiffer,
    ValuesNotFinite,
    check_level,
    finite,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PopulationStability:
    """A PSI and what to hold it against.

    Attributes
    ----------
    psi
        The index with its interval (delta method); 0 is no shift.
    critical
        The value that two samples of these sizes from one population exceed with probability
        1 − level: (1/n + 1/m) · χ²(bins − 1). The folk limits 0.1 and 0.25 ignore sizes.
    shifted
        Whether the index is above its critical value.
    reference, current
        Shares per bin.
    """

    psi: Estimate
    critical: float
    shifted: bool
    reference: tuple[float, ...]
    current: tuple[float, ...]


def psi_of_counts(
    reference: ArrayLike, current: ArrayLike, *, smoothing: float = 0.5, level: float = 0.95
) -> PopulationStability:
    """Return the population stability index of two tables of counts.

    Parameters
    ----------
    reference, current
        (bins,) counts in the same bins; bins empty in both are left out.
    smoothing
        Added to each count of the other bins, so that a bin empty on one side is finite; > 0.
    level
        Of the interval and of the critical value.

    Notes
    -----
    Σ (c − r) · ln(c / r) over smoothed shares. Null distribution: Yurdakul (2018).

    Examples
    --------
    >>> moved = psi_of_counts([500, 500], [400, 600])
    >>> round(moved.psi.value, 4), round(moved.critical, 4), moved.shifted
    (0.0405, 0.0077, True)
    """
    before, after = _counts(reference, current)
    if not smoothing > 0:
        raise ParameterOutOfRange(name="smoothing", value=smoothing, demand="it must be positive")
    n, m = before.sum(), after.sum()
    r = (before + smoothing) / (n + smoothing * len(before))
    c = (after + smoothing) / (m + smoothing * len(after))
    value = float(np.sum((c - r) * np.log(c / r)))
    variance = _variance(r, np.log(r / c) + 1 - c / r) / n
    variance += _variance(c, np.log(c / r) + 1 - r / c) / m
    psi = normal_interval(
        value, standard_error(variance), level=level, bounds=(0.0, np.inf), method="delta"
    )
    degrees = max(len(before) - 1, 1)
    critical = float((1 / n + 1 / m) * chi_squared_quantile(check_level(level), degrees))
    return PopulationStability(
        psi=psi,
        critical=critical,
        shifted=value > critical,
        reference=tuple(r.tolist()),
        current=tuple(c.tolist()),
    )


def psi(
    reference: ArrayLike,
    current: ArrayLike,
    *,
    bins: int = 10,
    smoothing: float = 0.5,
    level: float = 0.95,
) -> PopulationStability:
    """Return the population stability index of two samples of numbers.

    Parameters
    ----------
    reference, current
        (n,) and (m,) numbers; NaN is missing and has a bin of its own.
    bins
        Bins of equal size in the reference; fewer where it has ties.
    smoothing, level
        As in `psi_of_counts`.

    Examples
    --------
    >>> import numpy as np
    >>> same = psi(np.arange(1000), np.arange(1000))
    >>> same.psi.value, same.shifted
    (0.0, False)
    """
    if bins < 2:
        raise ParameterOutOfRange(name="bins", value=bins, demand="two or more are needed")
    before, after = (_numbers(values) for values in (reference, current))
    present = before[~np.isnan(before)]
    if not len(present):
        raise SampleTooSmall(rows=0, least=1)
    edges = np.unique(np.quantile(present, np.arange(1, bins) / bins, method="lower"))
    return psi_of_counts(
        _histogram(before, edges), _histogram(after, edges), smoothing=smoothing, level=level
    )


def _histogram(values: Floats, edges: Floats) -> Floats:
    # searchsorted puts NaN behind every edge; the last cell is kept for it alone.
    cell = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="left"))
    return np.bincount(cell, minlength=len(edges) + 2).astype(np.float64)


def _numbers(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ShapesDiffer(
            left="a sample", left_shape=array.shape, right="one column", right_shape="(n,)"
        )
    if not len(array):
        raise SampleTooSmall(rows=0, least=1)
    infinite = int(np.count_nonzero(np.isinf(array)))
    if infinite:
        raise ValuesNotFinite(name="a sample", count=infinite)
    return array


def _counts(reference: ArrayLike, current: ArrayLike) -> tuple[Floats, Floats]:
    before, after = finite(reference, name="reference"), finite(current, name="current")
    if before.shape != after.shape or before.ndim != 1:
        raise ShapesDiffer(
            left="reference", left_shape=before.shape, right="current", right_shape=after.shape
        )
    if (before < 0).any() or (after < 0).any():
        raise ParameterOutOfRange(name="counts", value="negative", demand="they must be ≥ 0")
    for counts in (before, after):
        if counts.sum() < 1:
            raise SampleTooSmall(rows=int(counts.sum()), least=1)
    used = (before + after) > 0
    return before[used], after[used]


def _variance(share: Floats, influence: Floats) -> float:
    mean = float(np.sum(share * influence))
    return float(np.sum(share * (influence - mean) ** 2))
