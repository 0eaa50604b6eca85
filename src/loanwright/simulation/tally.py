"""Sums over cells of alike applications, block by block: memory grows with cells, not with rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.simulation.errors import GroupTooFine

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

GOOD, BAD, UNKNOWN = 0, 1, 2
#: What was decided before: an outcome's severity, or nothing.
NOT_BEFORE: Final = 3
MOST_GROUPS: Final = 500
_MERGED_AT: Final = 64

#: Sizes of what a key is packed of; the score is above them all.
_SIZES: Final = {"group": MOST_GROUPS, "segment": 64, "floor": 3, "before": 4, "known": 3}
_BELOW_SCORE: Final = int(np.prod(list(_SIZES.values())))
#: Whole sums: applications and then money in minor units.
WHOLES: Final = ("rows", "lent", "balance", "income", "funds", "loss", "costs")
#: Real sums: stated probabilities, and the variance of defaults if they are right.
REALS: Final = ("expected", "variance")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cells:
    """Sums over applications that are alike in everything that a simulation asks for.

    Attributes
    ----------
    score, group, segment, floor, before, known
        (c,) each: what the applications of a cell share.
    wholes, reals
        (c, ·): sums over them, in the order of ``WHOLES`` and ``REALS``.
    """

    score: Whole
    group: Whole
    segment: Whole
    floor: Whole
    before: Whole
    known: Whole
    wholes: Whole = field(repr=False)
    reals: Real = field(repr=False)

    def __len__(self) -> int:
        return len(self.score)

    def whole(self, name: str) -> Whole:
        """Return the whole sums of this name."""
        return self.wholes[:, WHOLES.index(name)]

    def real(self, name: str) -> Real:
        """Return the real sums of this name."""
        return self.reals[:, REALS.index(name)]

    def only(self, chosen: NDArray[np.bool_]) -> Cells:
        """Return some of the cells."""
        return Cells(
            **{name: getattr(self, name)[chosen] for name in ("score", *_SIZES)},
            wholes=self.wholes[chosen],
            reals=self.reals[chosen],
        )


@dataclass(slots=True)
class Tally:
    """Cells that grow; the same blocks in the same order give the same sums."""

    column: str
    _names: dict[str, int] = field(default_factory=dict)
    _parts: list[tuple[Whole, Whole, Real]] = field(default_factory=list)

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the values of the column that were met, by their places."""
        return tuple(self._names)

    def places(self, values: NDArray[np.int64], names: Sequence[str]) -> Whole:
        """Return the places of values that are given as places in names."""
        for name in names:
            self._names.setdefault(name, len(self._names))
        if len(self._names) > MOST_GROUPS:
            raise GroupTooFine(column=self.column, most=MOST_GROUPS)
        known = np.array([self._names[name] for name in names], dtype=np.int64)
        return known[values] if len(names) else np.zeros(len(values), dtype=np.int64)

    def add(self, score: Whole, wholes: Whole, reals: Real, **parts: Whole) -> None:
        """Add rows: (n,) of every part of the key, (n, ·) of the sums."""
        keys = np.asarray(score, dtype=np.int64)
        for name, size in _SIZES.items():
            keys = keys * size + parts[name]
        self._parts.append(_summed(keys, wholes, reals))
        if len(self._parts) > _MERGED_AT:
            self._merge()

    def cells(self) -> Cells:
        """Return what was added so far."""
        self._merge()
        keys, wholes, reals = self._parts[0]
        parts = {}
        for name, size in reversed(_SIZES.items()):
            keys, parts[name] = keys // size, keys % size
        return Cells(score=keys, **parts, wholes=wholes, reals=reals)

    def _merge(self) -> None:
        empty = np.empty(0, np.int64), np.empty((0, len(WHOLES)), np.int64), np.empty((0, 2))
        keys, wholes, reals = zip(*(self._parts or [empty]), strict=True)
        self._parts = [_summed(np.concatenate(keys), np.concatenate(wholes), np.concatenate(reals))]


def _summed(keys: Whole, wholes: Whole, reals: Real) -> tuple[Whole, Whole, Real]:
    """Return each key once, in rising order, with the sums of its rows."""
    if not len(keys):
        return keys, wholes, reals
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    return (
        ordered[starts],
        np.add.reduceat(wholes[order], starts, axis=0),
        np.add.reduceat(reals[order], starts, axis=0),
    )
