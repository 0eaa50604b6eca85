"""Counting the values of columns into the cells of their grids."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.drift.edges import Edges
from loanwright.drift.grid import Grid

Column = NDArray[np.float64]

#: Moments of a column: count, sum, sum of squares, least, greatest, and by how much values lie
#: below the first edge and above the last, summed.
MOMENTS: Final = 7


class Counter:
    """Counts columns into grids, block by block; memory does not grow with the rows.

    Parameters
    ----------
    grids
        One for each feature.
    threads
        How many columns are counted side by side; the counts are the same.
    compiled
        Whether compiled code counts where numba is installed; the counts are the same.

    Examples
    --------
    >>> counter = Counter([Grid(name="age", edges=(25.0, 40.0))])
    >>> counter.add({"age": np.array([20.0, 25.0, 30.0, np.nan])})
    >>> counter.counts["age"].tolist(), counter.rows
    ([2, 1, 0, 1], 4)
    """

    def __init__(self, grids: Sequence[Grid], *, threads: int = 1, compiled: bool = True) -> None:
        self.rows = 0
        self.counts = {one.name: np.zeros(one.cells, dtype=np.int64) for one in grids}
        self.moments = {one.name: no_moments() for one in grids}
        self._grids = {one.name: one for one in grids}
        self._edges = {one.name: Edges.of(one) for one in grids if one.kind == "numeric"}
        self._kernels = _kernels() if compiled else (count_numbers, count_codes)
        self._threads = threads

    def add(self, columns: Mapping[str, NDArray[np.float64]]) -> None:
        """Count a block: an (n,) column for each grid."""
        lengths = {len(columns[name]) for name in self._grids}
        if len(lengths) > 1:
            raise ValueError("columns of different lengths")
        self.rows += lengths.pop() if lengths else 0
        if self._threads < 2:
            for name in self._grids:
                self._count(name, columns[name])
            return
        with ThreadPoolExecutor(self._threads, thread_name_prefix="count") as pool:
            list(pool.map(lambda name: self._count(name, columns[name]), self._grids))

    def _count(self, name: str, column: NDArray[np.float64]) -> None:
        values = np.ascontiguousarray(column, dtype=np.float64)
        numbers, codes = self._kernels
        if name not in self._edges:
            codes(values, self.counts[name])
            return
        numbers(values, self._edges[name], self.counts[name], self.moments[name])


@cache
def _kernels() -> tuple[Callable[..., None], Callable[..., None]]:
    # Serving imports this module, and numba only when something is counted.
    if find_spec("numba") is None:
        return count_numbers, count_codes
    from loanwright.drift import kernels

    return kernels.count_numbers, kernels.count_codes


def no_moments() -> NDArray[np.float64]:
    """Return the moments of nothing."""
    return np.array([0.0, 0.0, 0.0, np.inf, -np.inf, 0.0, 0.0])


def count_numbers(values: Column, edges: Edges, counts: NDArray[np.int64], moments: Column) -> None:
    """Add the values of a column to counts and moments, without a compiler."""
    special, size = edges.special, len(counts)
    ranges = size - len(special) - 1
    cells = np.minimum(np.searchsorted(edges.uppers, values, side="left"), ranges - 1)
    for place, code in enumerate(special):
        cells[values == code] = ranges + place
    cells[np.isnan(values)] = size - 1
    counts += np.bincount(cells, minlength=size)
    known = values[cells < ranges]
    gaps = known - edges.shift
    moments[0] += len(known)
    moments[1] += gaps.sum()
    moments[2] += gaps @ gaps
    moments[3] = min(moments[3], known.min(initial=np.inf))
    moments[4] = max(moments[4], known.max(initial=-np.inf))
    moments[5] += np.maximum(edges.first - known, 0.0).sum()
    moments[6] += np.maximum(known - edges.last, 0.0).sum()


def count_codes(values: Column, counts: NDArray[np.int64]) -> None:
    """Add the places of categories to counts; what is no place of a code is new."""
    codes = len(counts) - 2
    with np.errstate(invalid="ignore"):
        known = (values >= 0) & (values < codes)
    cells = np.where(known, np.where(known, values, 0), codes).astype(np.int64)
    cells[np.isnan(values)] = codes + 1
    counts += np.bincount(cells, minlength=len(counts))
