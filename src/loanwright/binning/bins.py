"""Bins as plain, printable, editable values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.errors import Rejected
from loanwright.features.errors import ValueHasNoBin
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.information import SMOOTHING, information_value

BinKind: TypeAlias = Literal["range", "category", "special", "missing"]


class BinningNotUsable(Rejected):
    """The bins of {feature} cannot be used: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """One group of values of a feature.

    Attributes
    ----------
    kind
        "range" (lower < x ≤ upper), "category" (codes), "special" (one value) or "missing".
    lower, upper
        Ends of a range; None is open.
    codes
        Category codes, rising.
    value
        The special value.
    count, bad
        Rows of the development sample in the bin, and how many of them defaulted.
    woe
        Weight of evidence, ln(%good / %bad): positive is safer. May be edited.
    """

    kind: BinKind
    lower: float | None = None
    upper: float | None = None
    codes: tuple[int, ...] = ()
    value: float | None = None
    count: int = 0
    bad: int = 0
    woe: float = 0.0

    @property
    def label(self) -> str:
        """Return the bin in words, such as ``1 < x ≤ 2``."""
        if self.kind == "missing":
            return "missing"
        if self.kind == "special":
            return f"= {_shortest(self.value)}"
        if self.kind == "category":
            return "codes " + ", ".join(map(str, self.codes)) if self.codes else "no code"
        if self.lower is None:
            return "any" if self.upper is None else f"≤ {_shortest(self.upper)}"
        above = f"> {_shortest(self.lower)}"
        return above if self.upper is None else f"{above} and ≤ {_shortest(self.upper)}"

    @property
    def bad_rate(self) -> float | None:
        """Return the default rate of the bin; None where it is empty."""
        return self.bad / self.count if self.count else None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "label": self.label,
            "kind": self.kind,
            "lower": self.lower,
            "upper": self.upper,
            "codes": list(self.codes),
            "value": self.value,
            "count": self.count,
            "bad": self.bad,
            "woe": self.woe,
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the bin that plain values describe; the label is only for reading."""
        return cls(
            kind=mapping["kind"],
            lower=mapping["lower"],
            upper=mapping["upper"],
            codes=tuple(int(code) for code in mapping["codes"]),
            value=mapping["value"],
            count=int(mapping["count"]),
            bad=int(mapping["bad"]),
            woe=float(mapping["woe"]),
        )


def _shortest(number: float | None) -> str:
    return "?" if number is None else f"{number:.15g}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureBinning:
    """All bins of one feature: ranges or categories first, then special values, then missing.

    Parameters
    ----------
    name
        The feature.
    bins
        Ranges must join without gap from −∞ to +∞; no code or special value may be in two bins.

    Examples
    --------
    >>> binning = FeatureBinning(name="delay", bins=(
    ...     Bin(kind="range", upper=1.0, woe=0.4), Bin(kind="range", lower=1.0, woe=-1.2),
    ...     Bin(kind="missing")))
    >>> binning.assign([0.0, 1.0, 1.5, float("nan")]).tolist()
    [0, 0, 1, 2]
    >>> print(binning)
    delay
      ≤ 1      count       0  bad       0  woe +0.4000
      > 1      count       0  bad       0  woe -1.2000
      missing  count       0  bad       0  woe +0.0000
    """

    name: str
    bins: tuple[Bin, ...]

    def __post_init__(self) -> None:
        problem = _problem(self.bins)
        if problem:
            raise BinningNotUsable(feature=self.name, problem=problem)

    def __str__(self) -> str:
        width = max(len(b.label) for b in self.bins)
        rows = (
            f"  {b.label:<{width}}  count {b.count:>7}  bad {b.bad:>7}  woe {b.woe:+.4f}"
            for b in self.bins
        )
        return "\n".join((self.name, *rows))

    @property
    def woe(self) -> NDArray[np.float64]:
        """Return the weights of evidence, one per bin."""
        return np.array([b.woe for b in self.bins], dtype=np.float64)

    @property
    def share(self) -> NDArray[np.float64]:
        """Return each bin's share of the development sample."""
        counts = np.array([b.count for b in self.bins], dtype=np.float64)
        total = counts.sum()
        return counts / total if total else np.full(len(counts), 1 / len(counts))

    def assign(self, values: ArrayLike) -> NDArray[np.int64]:
        """Return for each value the index of its bin.

        Parameters
        ----------
        values
            (n,) numbers or category codes; NaN is missing.

        Raises
        ------
        ValueHasNoBin
            Where a category code, or NaN, belongs to no bin.
        """
        numbers = np.asarray(values, dtype=np.float64)
        assigned = np.full(numbers.shape, -1, dtype=np.int64)
        self._assign_ranges(numbers, assigned)
        for index, group in enumerate(self.bins):
            if group.kind == "category":
                assigned[np.isin(numbers, group.codes)] = index
            elif group.kind == "special":
                assigned[numbers == group.value] = index
            elif group.kind == "missing":
                assigned[np.isnan(numbers)] = index
        lost = np.flatnonzero(assigned < 0)
        if len(lost):
            row = int(lost[0])
            raise ValueHasNoBin(row=row, feature=self.name, value=float(numbers.flat[row]))
        return assigned

    def _assign_ranges(self, numbers: NDArray[np.float64], assigned: NDArray[np.int64]) -> None:
        index = np.array([i for i, b in enumerate(self.bins) if b.kind == "range"], dtype=np.int64)
        if not len(index):
            return
        edges = np.array([self.bins[i].upper for i in index[:-1]], dtype=np.float64)
        known = ~np.isnan(numbers)
        assigned[known] = index[np.searchsorted(edges, numbers[known], side="left")]

    def transform(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return for each value the weight of evidence of its bin."""
        return self.woe[self.assign(values)]

    def information_value(self, *, smoothing: float = SMOOTHING) -> Estimate:
        """Return the information value of the bins over the development counts."""
        good = [b.count - b.bad for b in self.bins]
        return information_value(good, [b.bad for b in self.bins], smoothing=smoothing)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {"name": self.name, "bins": [b.to_mapping() for b in self.bins]}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the binning that plain values describe."""
        try:
            bins = tuple(Bin.from_mapping(b) for b in mapping["bins"])
            return cls(name=str(mapping["name"]), bins=bins)
        except (KeyError, TypeError, ValueError) as error:
            name = mapping.get("name", "?")
            raise BinningNotUsable(feature=name, problem=f"malformed ({error})") from error


def _problem(bins: Sequence[Bin]) -> str | None:
    if not bins:
        return "there are none"
    if any(not np.isfinite(b.woe) for b in bins):
        return "a weight of evidence is not finite"
    ranges = [b for b in bins if b.kind == "range"]
    if ranges and any(b.kind == "category" for b in bins):
        return "ranges and categories are mixed"
    return _gap(ranges) or _repetition(bins)


def _gap(ranges: Sequence[Bin]) -> str | None:
    if not ranges:
        return None
    if ranges[0].lower is not None or ranges[-1].upper is not None:
        return "the first range must be open below and the last one above"
    for before, after in pairwise(ranges):
        if before.upper is None or before.upper != after.lower:
            return "the ranges do not join"
    edges = [b.upper for b in ranges[:-1] if b.upper is not None]
    if any(not np.isfinite(edge) for edge in edges) or sorted(set(edges)) != edges:
        return "the edges do not rise"
    return None


def _repetition(bins: Sequence[Bin]) -> str | None:
    codes = [code for b in bins for code in b.codes]
    special = [b.value for b in bins if b.kind == "special"]
    if len(set(codes)) != len(codes):
        return "a category code is in two bins"
    if None in special or len(set(special)) != len(special):
        return "special values must be given, and be different"
    if sum(b.kind == "missing" for b in bins) > 1:
        return "there are two bins for missing values"
    return None
