"""From the columns of a matrix to the tokens of a network: which embeddings, and how much."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected

Array = NDArray[np.float64]
Places = NDArray[np.int64]
MOST_ROWS = 1 << 16


class NeuralInvalid(Rejected):
    """The network cannot be used: {reason} ({where})."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenColumn:
    """How one feature becomes a token.

    A number lies between two knots, and its token between their embeddings; beyond the ends it
    is the end. Each special value, each category code and missing have embeddings of their own.

    Attributes
    ----------
    name
        Of the feature.
    knots
        Two or more rising numbers; empty for a category.
    special
        Values that are codes, not quantities.
    codes
        Number of category codes; 0 for a number.
    """

    name: str
    knots: tuple[float, ...] = ()
    special: tuple[float, ...] = ()
    codes: int = 0

    def __post_init__(self) -> None:
        numeric = self.codes == 0
        rising = list(self.knots) == sorted(set(self.knots))
        if not all(map(isfinite, (*self.knots, *self.special))) or not rising:
            raise NeuralInvalid(reason="knots do not rise", where=self.name)
        if numeric != (len(self.knots) > 1) or not 0 <= self.codes <= MOST_ROWS:
            raise NeuralInvalid(reason="it needs two knots or some codes", where=self.name)
        if len(set(self.special)) != len(self.special) or (self.special and not numeric):
            raise NeuralInvalid(reason="special values do not fit", where=self.name)

    @property
    def rows(self) -> int:
        """Return how many embeddings it has: knots and special values, or codes and "other"."""
        return 1 + (self.codes + 1 if self.codes else len(self.knots) + len(self.special))

    def places(self, values: Array) -> tuple[Places, Places, Array]:
        """Return for each value two embeddings and the share of the way from one to the other."""
        missing = np.isnan(values)
        known = np.where(missing, 0.0, values)
        if self.codes:
            place = self._codes(known)
            place[missing] = self.rows - 1
            return place, place, np.zeros(len(values))
        knots = np.array(self.knots)
        place = np.clip(np.searchsorted(knots, known, side="right") - 1, 0, len(knots) - 2)
        bounded = np.clip(known, knots[0], knots[-1])
        share = (bounded - knots[place]) / (knots[place + 1] - knots[place])
        after = place + 1
        exact = [*((known == value) & ~missing for value in self.special), missing]
        for number, mask in enumerate(exact, start=len(knots)):
            place[mask] = after[mask] = number
            share[mask] = 0.0
        return place, after, share

    def _codes(self, values: Array) -> Places:
        known = (values >= 0) & (values < self.codes) & (values == np.floor(values))
        return np.where(known, np.where(known, values, 0.0).astype(np.int64), self.codes)


def token_places(columns: tuple[TokenColumn, ...], matrix: Array) -> tuple[Places, Places, Array]:
    """Return the embeddings of a matrix, each (n, p), in the numbering of one common table.

    Examples
    --------
    >>> delay = TokenColumn(name="delay", knots=(0.0, 2.0), special=(-1.0,))
    >>> purpose = TokenColumn(name="purpose", codes=3)
    >>> before, after, share = token_places((delay, purpose), np.array([[0.5, 1.0], [-1, np.nan]]))
    >>> before.tolist(), after.tolist(), share.tolist()
    ([[0, 5], [2, 8]], [[1, 5], [2, 8]], [[0.25, 0.0], [0.0, 0.0]])
    """
    before = np.empty(matrix.shape, np.int64)
    after, share = np.empty_like(before), np.empty(matrix.shape)
    first = 0
    for number, column in enumerate(columns):
        low, high, part = column.places(matrix[:, number])
        before[:, number], after[:, number], share[:, number] = low + first, high + first, part
        first += column.rows
    return before, after, share


def embed(columns: tuple[TokenColumn, ...], table: Array, matrix: Array) -> Array:
    """Return the tokens of a matrix, (n, p, d), from the table of embeddings (rows, d)."""
    before, after, share = token_places(columns, matrix)
    low = table[before]
    tokens: Array = low + share[:, :, None] * (table[after] - low)
    return tokens
