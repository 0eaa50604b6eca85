"""The edges of a grid as they are searched."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from loanwright.drift.grid import Grid


class Edges(NamedTuple):
    """The edges of a grid as they are searched.

    Attributes
    ----------
    uppers : (2 ** steps - 1,) float64
        Filled up with infinity.
    steps : int
        Of the search.
    special : (s,) float64
        Numbers that are codes.
    shift, first, last : float
        What moments are about, and both ends of the edges.
    """

    uppers: NDArray[np.float64]
    steps: int
    special: NDArray[np.float64]
    shift: float
    first: float
    last: float

    @classmethod
    def of(cls, grid: Grid) -> Self:
        """Return the edges of a grid."""
        steps = len(grid.edges).bit_length()
        uppers = np.full((1 << steps) - 1, np.inf)
        uppers[: len(grid.edges)] = grid.edges
        ends = grid.edges[:1] + grid.edges[-1:] or (0.0, 0.0)
        return cls(
            uppers=uppers,
            steps=steps,
            special=np.array(grid.special, dtype=np.float64),
            shift=shift_of(grid),
            first=ends[0],
            last=ends[1],
        )


def shift_of(grid: Grid) -> float:
    """Return a value in the middle of a grid: sums about it lose no digits."""
    return grid.edges[len(grid.edges) // 2] if grid.edges else 0.0
