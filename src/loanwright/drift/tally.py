"""What was counted of one feature in one sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from loanwright.drift.counting import MOMENTS, Counter, no_moments
from loanwright.drift.edges import shift_of
from loanwright.drift.errors import GridsDiffer, ProfileRefused
from loanwright.drift.grid import Grid


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Tally:
    """Counts in the cells of a grid, and what is known of the quantities.

    Attributes
    ----------
    grid
        Where was counted.
    counts
        (cells,) rows; the last cell is for missing values.
    moments
        Of quantities, about a value in the middle of the grid: count, sum, sum of squares, least,
        greatest; and by how much they lie outside the edges, summed, below and above.
    single
        How many categories were seen once alone, where the codes are those of this very sample.
    """

    grid: Grid
    counts: NDArray[np.int64] = field(repr=False)
    moments: NDArray[np.float64] = field(repr=False, default_factory=no_moments)
    single: int = 0

    @classmethod
    def of(cls, grid: Grid, counts: NDArray[np.int64]) -> Self:
        """Return the tally of counts alone."""
        if len(counts) != grid.cells:
            raise GridsDiffer(feature=grid.name)
        return cls(grid=grid, counts=np.asarray(counts, dtype=np.int64))

    @classmethod
    def all_of(cls, counter: Counter, grids: Mapping[str, Grid]) -> dict[str, Self]:
        """Return what a counter has counted, by feature."""
        return {
            name: cls(grid=grid, counts=counter.counts[name], moments=counter.moments[name])
            for name, grid in grids.items()
        }

    @property
    def rows(self) -> int:
        """Return how many rows were counted."""
        return int(self.counts.sum())

    @property
    def bin_counts(self) -> NDArray[np.float64]:
        """Return the rows in the bins that an index is computed over."""
        return np.bincount(self.grid.bins, weights=self.counts).astype(np.float64)

    @property
    def mean(self) -> float | None:
        """Return the mean of the quantities, None where there is none."""
        known, total = self.moments[:2].tolist()
        return shift_of(self.grid) + total / known if known else None

    @property
    def deviation(self) -> float:
        """Return the standard deviation of the quantities, 0 where there are none."""
        known, total, squares = self.moments[:3].tolist()
        return sqrt(max(squares / known - (total / known) ** 2, 0.0)) if known else 0.0

    @property
    def least(self) -> float:
        """Return the least quantity; infinity where there is none."""
        return float(self.moments[3])

    @property
    def greatest(self) -> float:
        """Return the greatest quantity; minus infinity where there is none."""
        return float(self.moments[4])

    @property
    def outside(self) -> tuple[float, float]:
        """Return by how much quantities lie below the first edge and above the last, summed."""
        return float(self.moments[5]), float(self.moments[6])

    @property
    def missing(self) -> float:
        """Return the share of missing values."""
        return int(self.counts[-1]) / self.rows if self.rows else 0.0

    def plus(self, other: "Tally") -> "Tally":
        """Return what was counted in both samples; the grids must be the same."""
        if other.grid != self.grid:
            raise GridsDiffer(feature=self.grid.name)
        moments = self.moments + other.moments
        moments[3] = min(self.least, other.least)
        moments[4] = max(self.greatest, other.greatest)
        return Tally(grid=self.grid, counts=self.counts + other.counts, moments=moments)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        moments = self.moments.tolist()
        return {
            **self.grid.to_mapping(),
            "counts": self.counts.tolist(),
            "moments": moments if moments[0] else None,
            "single": self.single,
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return what `to_mapping` wrote."""
        grid = Grid.from_mapping(mapping)
        counts = np.array(mapping["counts"], dtype=np.int64)
        moments = np.array(mapping.get("moments") or no_moments().tolist(), dtype=np.float64)
        if counts.shape != (grid.cells,) or (counts < 0).any() or moments.shape != (MOMENTS,):
            raise ProfileRefused(problem=f"the counts of {grid.name} do not fit its bins")
        return cls(grid=grid, counts=counts, moments=moments, single=int(mapping.get("single", 0)))
