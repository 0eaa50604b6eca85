"""Counts of a numeric feature, from its sorted values: no row is looked at twice."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from loanwright.metrics.samples import Booleans, Floats


class Count(NamedTuple):
    """Rows, and how many of them defaulted."""

    rows: int
    bad: int


class SortedValues(NamedTuple):
    """The values of a feature that are neither missing nor special, rising.

    Attributes
    ----------
    all, bad
        Of all rows, and of those that defaulted.
    """

    all: Floats
    bad: Floats

    @classmethod
    def of(cls, numbers: Floats, bad: Booleans) -> Self:
        """Sort; missing values go last."""
        return cls(np.sort(numbers), np.sort(numbers[bad]))

    def take_missing(self) -> tuple["SortedValues", Count]:
        """Return the values without the missing ones, and the count of those."""
        ends = [len(part) - int(np.count_nonzero(np.isnan(part))) for part in self]
        count = Count(len(self.all) - ends[0], len(self.bad) - ends[1])
        return SortedValues(self.all[: ends[0]], self.bad[: ends[1]]), count

    def take(self, special: Sequence[float]) -> tuple["SortedValues", list[Count]]:
        """Return the values without the special ones, and the counts of those."""
        parts, counts = list(self), []
        for value in special:
            spans = [np.searchsorted(part, [value, np.nextafter(value, np.inf)]) for part in parts]
            counts.append(Count(*(int(end - begin) for begin, end in spans)))
            parts = [
                np.concatenate([part[:begin], part[end:]]) if end > begin else part
                for part, (begin, end) in zip(parts, spans, strict=True)
            ]
        return SortedValues(*parts), counts

    def distinct(self, most: int) -> Floats | None:
        """Return the distinct values where there are at most so many, else None."""
        first = np.flatnonzero(self.all[1:] != self.all[:-1]) + 1
        if len(first) >= most:
            return None
        return self.all[np.concatenate([[0], first])]

    def quantiles(self, shares: Floats) -> Floats:
        """Return the observed values at or below these quantiles."""
        places = np.floor((len(self.all) - 1) * shares).astype(np.int64)
        return self.all[places]

    def above(self, value: float) -> float:
        """Return the least observed value above this one."""
        return float(self.all[np.searchsorted(self.all, value, side="right")])

    def counts(self, uppers: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and defaults up to each upper end, and beyond the last: (k + 1,) both."""
        rows, bads = (
            np.diff(np.searchsorted(part, uppers, side="right"), prepend=0, append=len(part))
            for part in self
        )
        return rows, bads
