"""Where the values of a feature are counted: its bins, the same for every sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from loanwright.drift.errors import ProfileRefused

#: Bins that an index is computed over, and how many finer ones each of them has.
BINS: Final = 10
FINER: Final = 3
MOST_CODES: Final = 1_000
MOST_EDGES: Final = 254

Kind = Literal["numeric", "category"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """The bins of one feature.

    Attributes
    ----------
    name
        The feature.
    kind
        ``numeric``, or ``category`` whose values are places of codes; any other is a new one.
    edges
        Rising upper ends of ranges, each inclusive; the last range has none.
    cuts
        Places of those edges that part the bins an index is computed over; all of them where
        nothing is said.
    special
        Numbers that are codes; each has a cell of its own.
    codes
        Names of the categories, in the order of their places.
    """

    name: str
    kind: Kind = "numeric"
    edges: tuple[float, ...] = ()
    cuts: tuple[int, ...] | None = field(default=None, repr=False)
    special: tuple[float, ...] = ()
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no value could be counted in."""
        rising = all(below < above for below, above in pairwise(self.edges))
        if not rising or not np.isfinite(self.edges).all() or len(self.edges) > MOST_EDGES:
            raise ProfileRefused(problem=f"the edges of {self.name} do not rise, or are too many")
        if self.cuts is not None and not set(self.cuts) <= set(range(len(self.edges))):
            raise ProfileRefused(problem=f"the cuts of {self.name} are no edges")

    @property
    def ranges(self) -> int:
        """Return how many cells hold quantities, or known categories."""
        return len(self.codes) if self.kind == "category" else len(self.edges) + 1

    @property
    def cells(self) -> int:
        """Return how many cells there are: ranges or codes, special or new values, missing."""
        return self.ranges + (1 if self.kind == "category" else len(self.special)) + 1

    @property
    def bins(self) -> NDArray[np.int64]:
        """Return (cells,) the bin of each cell."""
        places = np.arange(self.cells)
        if self.kind == "category" or self.cuts is None:
            return places
        above = np.searchsorted(np.asarray(self.cuts, dtype=np.int64), places[: self.ranges])
        behind = len(self.cuts) + 1 - self.ranges
        return np.concatenate([above, places[self.ranges :] + behind])

    def labels(self) -> list[str]:
        """Return what to call each bin: a range, a number that is a code, a category.

        New values are called ``new`` and missing ones ``missing``.

        Examples
        --------
        >>> Grid(name="age", edges=(25.0, 40.0)).labels()
        ['≤ 25', '25 … 40', '> 40', 'missing']
        >>> Grid(name="purpose", kind="category", codes=("car",)).labels()
        ['car', 'new', 'missing']
        """
        if self.kind == "category":
            return [*self.codes, "new", "missing"]
        kept = range(len(self.edges)) if self.cuts is None else self.cuts
        ends = [f"{self.edges[place]:.6g}" for place in kept]
        ranges = ["all"]
        if ends:
            between = [f"{low} … {high}" for low, high in pairwise(ends)]
            ranges = [f"≤ {ends[0]}", *between, f"> {ends[-1]}"]
        return [*ranges, *(f"= {value:g}" for value in self.special), "missing"]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        found: dict[str, Any] = {"name": self.name, "kind": self.kind}
        if self.kind == "category":
            return {**found, "codes": list(self.codes)}
        cuts = None if self.cuts is None else list(self.cuts)
        return {**found, "edges": list(self.edges), "cuts": cuts, "special": list(self.special)}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return what `to_mapping` wrote."""
        cuts = mapping.get("cuts")
        return cls(
            name=str(mapping["name"]),
            kind="category" if mapping["kind"] == "category" else "numeric",
            edges=tuple(float(one) for one in mapping.get("edges", ())),
            cuts=None if cuts is None else tuple(int(one) for one in cuts),
            special=tuple(float(one) for one in mapping.get("special", ())),
            codes=tuple(str(one) for one in mapping.get("codes", ())),
        )


def grid_of_values(
    name: str,
    values: NDArray[np.float64],
    *,
    special: Sequence[float] = (),
    bins: int = BINS,
    finer: int = FINER,
) -> Grid:
    """Return bins of equal size in a sample, each divided into finer ones.

    Parameters
    ----------
    name
        The feature.
    values
        (n,) numbers; NaN is missing. Quantiles of a sketch are as good.
    special
        Numbers that are codes and in no range.
    bins, finer
        How many, fewer where the values have ties.

    Examples
    --------
    >>> grid = grid_of_values("age", np.arange(1.0, 101.0), bins=4, finer=2)
    >>> grid.edges, grid.cuts
    ((13.0, 25.0, 38.0, 50.0, 63.0, 75.0, 88.0), (1, 3, 5))
    """
    known = values[np.isfinite(values) & ~np.isin(values, special)]
    steps = bins * finer
    if not len(known):
        return Grid(name=name, special=tuple(special))
    shares = np.arange(1, steps) / steps
    found = np.quantile(known, shares, method="inverted_cdf")
    # Nothing is above the greatest value: as an edge it would make an empty range.
    found = np.where(found >= known.max(), np.nan, found)
    edges = np.unique(found[np.isfinite(found)])
    coarse = found[finer - 1 :: finer]
    cuts = np.searchsorted(edges, np.unique(coarse[np.isfinite(coarse)]))
    return Grid(
        name=name,
        edges=tuple(edges.tolist()),
        cuts=tuple(cuts.tolist()),
        special=tuple(special),
    )
