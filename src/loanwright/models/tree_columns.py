"""What trainers of trees without a notion of missing values or categories are given to see.

Every trainer column is made of one feature in such a way that a split of the column is a split
of the feature, and the engine needs to know of no column.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import Matrix
from loanwright.models.float32 import LARGEST, as_float32, at_most

PRIOR_ROWS = 20.0
"""Rows of average risk that every category is given before categories are ordered by risk."""


class Question(NamedTuple):
    """A split of a feature; rows that pass go to the trainer's right where it is ``inverted``."""

    feature: int
    threshold: float
    categories: frozenset[int] | None
    missing_left: bool
    inverted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeColumn:
    """One column that a trainer sees.

    Attributes
    ----------
    feature
        Index of the feature it is made of.
    kind
        "quantity": the number, ``fill`` where it is missing; "absence": 1 where the number is
        missing; "order": the rank of the category by risk.
    direction
        Sign of its effect on risk that the trainer must keep, or 0.
    fill
        Stands for a missing number; a float32.
    ranks
        Rank of each category code; the last one is that of missing and unknown codes.
    """

    feature: int
    kind: Literal["quantity", "absence", "order"]
    direction: int = 0
    fill: float = 0.0
    ranks: tuple[int, ...] = ()

    def read(self, values: Matrix) -> NDArray[np.float32]:
        """Return the column of these values of its feature."""
        if self.kind == "order":
            return np.array(self.ranks, np.float32)[known_codes(values, len(self.ranks) - 1)]
        if self.kind == "absence":
            return np.isnan(values).astype(np.float32)
        return np.where(np.isnan(values), np.float32(self.fill), as_float32(values))

    def question(self, bound: float) -> Question:
        """Return what ``column <= bound`` asks of the feature."""
        if self.kind == "quantity":
            return Question(self.feature, at_most(bound), None, self.fill <= bound)
        if self.kind == "absence":
            return Question(self.feature, inf, None, False)
        inverted = self.ranks[-1] <= bound
        passing = (rank <= bound for rank in self.ranks[:-1])
        codes = frozenset(code for code, passes in enumerate(passing) if passes != inverted)
        return Question(self.feature, 0.0, codes, False, inverted)


def known_codes(values: Matrix, categories: int) -> NDArray[np.int64]:
    """Return each category code as the engine reads it; missing and unknown ones as ``categories``.

    Examples
    --------
    >>> import numpy as np
    >>> known_codes(np.array([0.0, 2.7, 9.0, -3.0, np.nan]), 3).tolist()
    [0, 2, 3, 3, 3]
    """
    known = (values > -1.0) & (values < categories)
    return np.where(known, np.where(known, values, 0.0).astype(np.int64), categories)


def seen_by_trainer(columns: tuple[TreeColumn, ...], X: Matrix) -> NDArray[np.float32]:
    """Return the trainer's (n, c) matrix of an (n, p) matrix."""
    return np.column_stack([column.read(X[:, column.feature]) for column in columns])


def number_columns(feature: int, spec: ColumnSpec, values: Matrix) -> tuple[TreeColumn, ...]:
    """Return the columns of a number, given its development values.

    A missing number without a direction is the lowest, which one split tells from all others.
    One with a direction is the median and has a column of its own, so that the direction binds
    numbers only. Where none is missing in development, a missing one will be the median.
    """
    missing = np.isnan(values)
    known = as_float32(values[~missing])
    median = float(np.sort(known)[len(known) // 2]) if len(known) else 0.0
    direction = ordered_direction(spec)
    fill = -LARGEST if missing.any() and not direction else median
    number = TreeColumn(feature=feature, kind="quantity", direction=direction, fill=fill)
    if direction and missing.any():
        return number, TreeColumn(feature=feature, kind="absence")
    return (number,)


def category_column(feature: int, spec: ColumnSpec, values: Matrix, default: Matrix) -> TreeColumn:
    """Return the column of a category: its codes, and missing, in the order of their risk.

    Of two classes, the best division of categories is one of their order by default rate
    (Breiman et al., 1984); small categories are drawn to the average.
    """
    codes = known_codes(values, spec.categories)
    rows = np.bincount(codes, minlength=spec.categories + 1)
    bad = np.bincount(codes, weights=default, minlength=spec.categories + 1)
    rate = (bad + PRIOR_ROWS * default.mean()) / (rows + PRIOR_ROWS)
    ranks = np.empty(len(rows), np.int64)
    ranks[np.argsort(rate, kind="stable")] = np.arange(len(rows))
    return TreeColumn(feature=feature, kind="order", ranks=tuple(ranks.tolist()))


def ordered_direction(spec: ColumnSpec) -> int:
    """Return the direction to keep: categories and special codes are no quantities, so 0."""
    return 0 if spec.kind == "category" or spec.special else spec.direction
