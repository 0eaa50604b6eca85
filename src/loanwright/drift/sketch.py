"""Quantiles of a stream in bounded memory; sketches of parts add up to one of the whole."""

from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

WIDTH: Final = 4_096


class QuantileSketch:
    """A mergeable sketch of the values of one column.

    Parameters
    ----------
    width
        Values that each level keeps at most; the memory is ``width`` times the number of levels,
        which is the logarithm of the rows.

    Notes
    -----
    Compactors after Karnin, Lang and Liberty (2016): a full level is sorted, and every second of
    its values, beginning with the first or the second by turns, goes to the next level with twice
    the weight. With the default width the rank of a quantile is off by less than 0.5 % of the
    rows. Nothing is random: the same values in the same blocks give the same sketch.

    Examples
    --------
    >>> one, other = QuantileSketch(), QuantileSketch()
    >>> one.add(np.arange(0.0, 50_000.0))
    >>> other.add(np.arange(50_000.0, 100_001.0))
    >>> one.merge(other)
    >>> one.rows, bool(abs(one.quantiles(np.array([0.5]))[0] - 50_000) < 500)
    (100001, True)
    """

    def __init__(self, width: int = WIDTH) -> None:
        self.rows = 0
        self._width = width
        self._levels: list[NDArray[np.float64]] = [np.empty(0)]
        self._turns: list[int] = [0]

    def add(self, values: NDArray[np.float64]) -> None:
        """Take in a block of values; missing and infinite ones are left out."""
        known = values[np.isfinite(values)]
        self.rows += len(known)
        self._push(0, known)

    def merge(self, other: Self) -> None:
        """Take in what another sketch has seen."""
        self.rows += other.rows
        for level, held in enumerate(other._levels):
            self._push(level, held)

    def quantiles(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values below which these shares of the rows lie; NaN where it saw none."""
        values = np.concatenate(self._levels)
        if not len(values):
            return np.full(len(shares), np.nan)
        order = np.argsort(values, kind="stable")
        behind = np.cumsum(self._weights()[order])
        places = np.searchsorted(behind, np.asarray(shares) * behind[-1], side="left")
        return np.asarray(values[order][np.minimum(places, len(values) - 1)])

    def values(self, count: int) -> NDArray[np.float64]:
        """Return so many values that stand for all, evenly over the ranks."""
        if not self.rows:
            return np.empty(0)
        most = min(count, self.rows)
        return self.quantiles((np.arange(most) + 0.5) / most)

    @property
    def held(self) -> int:
        """Return how many values are kept."""
        return sum(len(one) for one in self._levels)

    def _weights(self) -> NDArray[np.int64]:
        sizes = [len(one) for one in self._levels]
        return np.repeat(2 ** np.arange(len(sizes), dtype=np.int64), sizes)

    def _push(self, level: int, values: NDArray[np.float64]) -> None:
        while len(self._levels) <= level:
            self._levels.append(np.empty(0))
            self._turns.append(0)
        held = np.concatenate([self._levels[level], values])
        if len(held) <= self._width:
            self._levels[level] = held
            return
        held.sort()
        # An odd one stays, so that no weight is lost or made.
        self._levels[level] = held[len(held) // 2 * 2 :]
        self._turns[level] ^= 1
        self._push(level + 1, held[self._turns[level] : len(held) // 2 * 2 : 2])
