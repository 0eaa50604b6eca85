"""Finding the bins of a feature on the development sample."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.binning.bins import Bin, BinningNotUsable, FeatureBinning
from loanwright.binning.counting import Count, SortedValues
from loanwright.binning.merge import MergeLimits, Shape, merge
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.information import SMOOTHING, weight_of_evidence
from loanwright.metrics.samples import (
    Booleans,
    Floats,
    OneClassOnly,
    ParameterOutOfRange,
    ShapesDiffer,
    labels,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class BinningOptions:
    """How fine bins may be.

    Attributes
    ----------
    prebins
        Quantile pre-bins that the dynamic programme merges, 2 … 64.
    max_bins
        At most so many ranges or category groups.
    min_share, min_count
        Least share of the development sample, and least rows, of each of them.
    min_bad
        Least defaults, and least non-defaults, of each of them. 0 by default: a group without
        any default is finite by its smoothing, and a leak that separates all must show.
    gain, free_gain
        Information value that one bin more must bring, in units of what chance brings to one
        fixed cut at these sample sizes, 1/goods + 1/bads: where the default rate may only rise
        or only fall, and where it is free and so fits chance more easily.
    undirected
        Shape of the default rate where the dictionary gives no direction.
    smoothing
        Added to the goods and the bads of every bin before the weight of evidence.
    """

    prebins: int = 32
    max_bins: int = 8
    min_share: float = 0.015
    min_count: int = 30
    min_bad: int = 0
    gain: float = 1.0
    free_gain: float = 4.0
    undirected: Literal["monotone", "free"] = "free"
    smoothing: float = SMOOTHING

    def __post_init__(self) -> None:
        if not 2 <= self.prebins <= 64:
            raise ParameterOutOfRange(
                name="prebins", value=self.prebins, demand="it must be 2 to 64"
            )
        if self.max_bins < 1:
            raise ParameterOutOfRange(name="max_bins", value=self.max_bins, demand="≥ 1 is needed")
        if not 0 <= self.min_share < 0.5:
            raise ParameterOutOfRange(
                name="min_share", value=self.min_share, demand="it must be 0 to 0.5"
            )
        if not self.smoothing > 0:
            raise ParameterOutOfRange(
                name="smoothing", value=self.smoothing, demand="it must be positive"
            )


DEFAULT_OPTIONS = BinningOptions()
_BLOCK: Final = 8


def fit_binning(
    values: ArrayLike,
    default: ArrayLike,
    *,
    spec: ColumnSpec,
    options: BinningOptions = DEFAULT_OPTIONS,
) -> FeatureBinning:
    """Return the bins of one feature that tell most about default.

    Numbers are cut at quantiles and merged by `merge`; with a direction in the dictionary the
    default rate may only rise (+1) or only fall (−1) from bin to bin. Categories are put in
    order of their default rate, rare ones together, and merged likewise. Each special value and
    missing have bins of their own, there even when the sample held none (they then weigh 0), so
    that every acceptable value has a bin.

    Parameters
    ----------
    values
        (n,) numbers or category codes; NaN is missing.
    default
        (n,) labels, 1 is bad.
    spec
        What the dictionary says about the column.
    options
        How fine bins may be.

    Raises
    ------
    OneClassOnly, LabelsNotBinary, ShapesDiffer, BinningNotUsable
        Where the sample does not serve.

    Examples
    --------
    >>> import numpy as np
    >>> delay = np.repeat([0.0, 1.0, 2.0, np.nan], 100)
    >>> happened = np.concatenate([np.arange(100) < bad for bad in (5, 20, 60, 30)])
    >>> spec = ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0)
    >>> print(fit_binning(delay, happened, spec=spec))
    delay
      ≤ 0          count     100  bad       5  woe +1.9468
      > 0 and ≤ 1  count     100  bad      20  woe +0.4603
      > 1          count     100  bad      60  woe -1.3089
      missing      count     100  bad      30  woe -0.0697
    """
    return _fit_column(np.asarray(values, dtype=np.float64), _checked(default), spec, options)


def fit_binnings(
    matrix: ArrayLike,
    default: ArrayLike,
    specs: Sequence[ColumnSpec],
    options: BinningOptions = DEFAULT_OPTIONS,
) -> tuple[FeatureBinning, ...]:
    """Return the bins of every feature, as `fit_binning` finds them one by one.

    Parameters
    ----------
    matrix
        (n, p) numbers and category codes; NaN is missing.
    default
        (n,) labels, 1 is bad.
    specs
        What the dictionary says about the p columns.
    options
        How fine bins may be.

    Returns
    -------
    tuple of FeatureBinning
        One for each column.

    Raises
    ------
    OneClassOnly, LabelsNotBinary, ShapesDiffer, BinningNotUsable
        Where the sample does not serve.

    Examples
    --------
    >>> import numpy as np
    >>> spec = ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0)
    >>> delay = np.repeat([0.0, 2.0], 100)
    >>> happened = np.arange(200) % 100 < np.where(delay > 0, 60, 5)
    >>> [one.name for one in fit_binnings(delay[:, None], happened, [spec])]
    ['delay']
    """
    numbers, bad = np.asarray(matrix, dtype=np.float64), _checked(default)
    if numbers.ndim != 2 or numbers.shape[1] != len(specs):
        shape = (len(bad), len(specs))
        raise ShapesDiffer(
            left="matrix", left_shape=numbers.shape, right="default and specs", right_shape=shape
        )
    found: list[FeatureBinning] = []
    for begin in range(0, len(specs), _BLOCK):
        # Columns of a matrix lie far apart: a few are brought together at a time.
        block = np.ascontiguousarray(numbers[:, begin : begin + _BLOCK].T)
        named = zip(block, specs[begin : begin + _BLOCK], strict=True)
        found += [_fit_column(column, bad, spec, options) for column, spec in named]
    return tuple(found)


def _checked(default: ArrayLike) -> Booleans:
    bad = labels(default)
    if bad.all() or not bad.any():
        raise OneClassOnly(rows=len(bad), defaults=int(bad.sum()))
    return bad


def _fit_column(
    numbers: Floats, bad: Booleans, spec: ColumnSpec, options: BinningOptions
) -> FeatureBinning:
    if numbers.shape != bad.shape:
        raise ShapesDiffer(
            left=spec.name, left_shape=numbers.shape, right="default", right_shape=bad.shape
        )
    find = _category_bins if spec.kind == "category" else _range_bins
    bins = find(numbers, bad, spec, _Context.of(bad, spec, options))
    return FeatureBinning(name=spec.name, bins=_weighed(bins, options.smoothing))


@dataclass(frozen=True, slots=True)
class _Context:
    """Options, and the limits that they mean for this sample."""

    options: BinningOptions
    limits: MergeLimits

    @classmethod
    def of(cls, bad: Booleans, spec: ColumnSpec, options: BinningOptions) -> "_Context":
        free = spec.kind == "category" or _shape(spec, options) == "free"
        gain = options.free_gain if free else options.gain
        return cls(
            options,
            MergeLimits(
                max_bins=options.max_bins,
                min_count=max(options.min_count, options.min_share * len(bad)),
                min_bad=options.min_bad,
                min_good=options.min_bad,
                gain=gain * (1 / int(bad.sum()) + 1 / int((~bad).sum())),
            ),
        )

    def merge(self, good: Floats, bad: Floats, shape: Shape) -> tuple[int, ...]:
        if good.sum() == 0 or bad.sum() == 0:
            return (len(good),)
        return merge(good, bad, shape=shape, limits=self.limits, smoothing=self.options.smoothing)


def _range_bins(numbers: Floats, bad: Booleans, spec: ColumnSpec, context: _Context) -> list[Bin]:
    values, missing = SortedValues.of(numbers, bad).take_missing()
    values, special = values.take(spec.special)
    own = [
        _counted(Bin(kind="special", value=value), count)
        for value, count in zip(spec.special, special, strict=True)
    ]
    return [*_ranges(values, spec, context), *own, _counted(Bin(kind="missing"), missing)]


def _ranges(values: SortedValues, spec: ColumnSpec, context: _Context) -> list[Bin]:
    if not len(values.all):
        return [Bin(kind="range")]
    if np.isinf(values.all[[0, -1]]).any():
        raise BinningNotUsable(feature=spec.name, problem="the sample holds infinite numbers")
    uppers = _prebin_edges(values, context.options.prebins)
    rows, bads = values.counts(uppers)
    ends = context.merge(
        (rows - bads).astype(np.float64), bads.astype(np.float64), _shape(spec, context.options)
    )
    inner = (_readable_cut(float(uppers[end - 1]), values) for end in ends[:-1])
    cuts = [None, *inner, None]
    starts = [0, *ends[:-1]]
    rows, bads = np.add.reduceat(rows, starts), np.add.reduceat(bads, starts)
    return [
        _counted(Bin(kind="range", lower=lower, upper=upper), Count(int(rows[k]), int(bads[k])))
        for k, (lower, upper) in enumerate(pairwise(cuts))
    ]


def _prebin_edges(values: SortedValues, prebins: int) -> Floats:
    """Return rising upper edges, observed values, of all pre-bins but the last."""
    distinct = values.distinct(prebins)
    if distinct is not None:
        return distinct[:-1]
    edges = np.unique(values.quantiles(np.arange(1, prebins) / prebins))
    return edges[edges < values.all[-1]]


def _shape(spec: ColumnSpec, options: BinningOptions) -> Shape:
    if spec.direction == 0:
        return options.undirected
    return "rising" if spec.direction > 0 else "falling"


def _readable_cut(below: float, values: SortedValues) -> float:
    """Return the number with fewest digits from ``below`` up to the next observed value."""
    above = values.above(below)
    for digits in range(1, 17):
        # Rounding upwards of the lower end: the first candidate that is not past the upper end.
        exponent = np.floor(np.log10(max(abs(below), abs(above)))) - digits + 1
        step = 10.0 ** float(exponent)
        candidate = float(f"{np.ceil(below / step) * step:.15g}")
        if below <= candidate < above:
            return candidate
    return below


def _category_bins(
    numbers: Floats, bad: Booleans, spec: ColumnSpec, context: _Context
) -> list[Bin]:
    gone = np.isnan(numbers)
    missing = _counted(Bin(kind="missing"), Count(int(gone.sum()), int(bad[gone].sum())))
    codes, bad = numbers[~gone], bad[~gone]
    _check_codes(codes, spec)
    good_counts, bad_counts = _histogram(codes.astype(np.int64), bad, spec.categories)
    groups = _ordered_groups(good_counts, bad_counts, context)
    unseen = tuple(np.flatnonzero(good_counts + bad_counts == 0).tolist())
    if not groups:
        return [Bin(kind="category", codes=unseen), missing]
    goods, bads = (
        np.array([counts[list(group)].sum() for group in groups])
        for counts in (good_counts, bad_counts)
    )
    ends = context.merge(goods, bads, "free")
    bins = [
        _counted(
            Bin(kind="category", codes=tuple(sorted(sum(groups[begin:end], start=())))),
            Count(int((goods + bads)[begin:end].sum()), int(bads[begin:end].sum())),
        )
        for begin, end in pairwise((0, *ends))
    ]
    return [*bins, *([Bin(kind="category", codes=unseen)] if unseen else []), missing]


def _check_codes(codes: Floats, spec: ColumnSpec) -> None:
    wrong = codes[(codes != np.floor(codes)) | (codes < 0) | (codes >= spec.categories)]
    if len(wrong):
        problem = f"{wrong[0]!r} is not a code from 0 to {spec.categories - 1}"
        raise BinningNotUsable(feature=spec.name, problem=problem)


def _ordered_groups(good: Floats, bad: Floats, context: _Context) -> list[tuple[int, ...]]:
    """Return categories in rising order of default rate, those with few rows as one group."""
    count = good + bad
    rare = (count > 0) & (count < context.limits.min_count)
    groups: list[tuple[int, ...]] = [(int(code),) for code in np.flatnonzero((count > 0) & ~rare)]
    if rare.any():
        groups.append(tuple(np.flatnonzero(rare).tolist()))
    smoothing = context.options.smoothing

    def rate(group: tuple[int, ...]) -> float:
        index = list(group)
        return float((bad[index].sum() + smoothing) / (count[index].sum() + 2 * smoothing))

    return sorted(groups, key=lambda group: (rate(group), group))


def _histogram(cell: NDArray[np.int64], bad: Booleans, size: int) -> tuple[Floats, Floats]:
    everything = np.bincount(cell, minlength=size).astype(np.float64)
    bads = np.bincount(cell[bad], minlength=size).astype(np.float64)
    return everything - bads, bads


def _counted(one: Bin, count: Count) -> Bin:
    return replace(one, count=count.rows, bad=count.bad)


def _weighed(bins: list[Bin], smoothing: float) -> tuple[Bin, ...]:
    good = np.array([b.count - b.bad for b in bins], dtype=np.float64)
    bad = np.array([b.bad for b in bins], dtype=np.float64)
    woe = weight_of_evidence(good, bad, smoothing=smoothing).round(6).tolist()
    return tuple(replace(one, woe=weight) for one, weight in zip(bins, woe, strict=True))
