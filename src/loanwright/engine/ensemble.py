"""A tree ensemble as a plain, checked value."""

from dataclasses import dataclass
from enum import IntEnum
from math import isfinite, isnan

from loanwright.errors import Rejected

MOST_LEAVES = 1 << 14
MOST_CATEGORIES = 1 << 20
MOST_ROWS = 1 << 53


class EnsembleInvalid(Rejected):
    """The trees cannot be used: {reason}."""


class Missing(IntEnum):
    """Which values a split counts as missing; the numbers are LightGBM's."""

    NONE = 0
    ZERO = 1
    NAN = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """An inner node: rows that pass go left.

    Attributes
    ----------
    feature : int
        Column of the matrix.
    threshold : float
        A number passes when it is at most this; infinity tells numbers from missing values.
    categories : frozenset of int, optional
        For a categorical split, the categories that pass; the threshold is then not used. A value
        is cut to its whole part; missing, negative and unknown categories do not pass.
    missing : Missing
        What counts as missing; where that is nothing, a missing number is read as 0.
    missing_left : bool
        Where a missing number goes.
    left, right : int
        Number of the child: an inner node from 0, or a leaf k as ``-1 - k``.
    count : int
        Development rows that came here.
    """

    feature: int
    threshold: float = 0.0
    categories: frozenset[int] | None = None
    missing: Missing = Missing.NAN
    missing_left: bool = False
    left: int
    right: int
    count: int

    def __post_init__(self) -> None:
        if self.feature < 0 or not 1 <= self.count <= MOST_ROWS:
            raise EnsembleInvalid(reason="a split needs a feature and development rows")
        if isnan(self.threshold):
            raise EnsembleInvalid(reason="a threshold is not a number")
        if any(not 0 <= code < MOST_CATEGORIES for code in self.categories or ()):
            raise EnsembleInvalid(reason="a category is out of range")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """One tree: its splits, the root first, and its leaves (log-odds and development rows)."""

    splits: tuple[Split, ...]
    leaf_values: tuple[float, ...]
    leaf_counts: tuple[int, ...]

    def __post_init__(self) -> None:
        leaves = len(self.leaf_values)
        if not 1 <= leaves <= MOST_LEAVES or leaves != len(self.splits) + 1:
            raise EnsembleInvalid(reason="a tree needs one leaf more than splits")
        if len(self.leaf_counts) != leaves or any(count < 0 for count in self.leaf_counts):
            raise EnsembleInvalid(reason="every leaf needs a count of development rows")
        if not all(map(isfinite, self.leaf_values)):
            raise EnsembleInvalid(reason="a leaf value is not finite")
        self._check_shape()

    def _check_shape(self) -> None:
        waiting = [0] if self.splits else []
        inner, leaves = set(waiting), set[int]()
        while waiting:
            split = self.splits[waiting.pop()]
            if self.rows_of(split.left) + self.rows_of(split.right) != split.count:
                raise EnsembleInvalid(reason="the development rows of a split do not add up")
            for child in (split.left, split.right):
                seen = inner if child >= 0 else leaves
                if child in seen:
                    raise EnsembleInvalid(reason="a node has two parents")
                seen.add(child)
                if child >= 0:
                    waiting.append(child)
        if len(inner) != len(self.splits) or len(leaves) != bool(self.splits) * (len(inner) + 1):
            raise EnsembleInvalid(reason="a node cannot be reached")

    def rows_of(self, child: int) -> int:
        """Return the development rows of an inner node, or of a leaf k given as ``-1 - k``."""
        if not -len(self.leaf_values) <= child < len(self.splits):
            raise EnsembleInvalid(reason="a child does not exist")
        return self.splits[child].count if child >= 0 else self.leaf_counts[-1 - child]

    @property
    def expected(self) -> float:
        """Return the mean of the leaf values over the development rows."""
        if not self.splits:
            return self.leaf_values[0]
        total, rows = 0.0, self.splits[0].count
        for value, count in zip(self.leaf_values, self.leaf_counts, strict=True):
            total += count / rows * value
        return total


@dataclass(frozen=True, kw_only=True, slots=True)
class TreeEnsemble:
    """Trees whose leaf values add up, in order, to raw log-odds of default.

    Attributes
    ----------
    features : tuple of str
        Names of the columns.
    trees : tuple of Tree
        In the order of summation.
    averaged : bool
        Whether the sum is divided by the number of trees (random forests).
    """

    features: tuple[str, ...]
    trees: tuple[Tree, ...]
    averaged: bool = False

    def __post_init__(self) -> None:
        if not self.features or not self.trees:
            raise EnsembleInvalid(reason="an ensemble needs features and trees")
        kinds: dict[int, bool] = {}
        for tree in self.trees:
            for split in tree.splits:
                categorical = split.categories is not None
                if split.feature >= len(self.features):
                    raise EnsembleInvalid(reason="a split's feature does not exist")
                if kinds.setdefault(split.feature, categorical) != categorical:
                    raise EnsembleInvalid(reason="a feature is both a number and a category")
