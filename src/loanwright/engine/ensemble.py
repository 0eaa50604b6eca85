"""A tree ensemble as a plain, checked value."""

from dataclasses import dataclass
from enum import IntEnum


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
        A number passes when it is at most this.
    categories : frozenset of int, optional
        For a categorical split, the categories that pass; the threshold is then not used.
    missing : Missing
        What counts as missing.
    missing_left : bool
        Where a missing value goes.
    left, right : int
        Number of the child: an inner node from 0, or a leaf k as ``-1 - k``.
    count : int
        Development rows that came here.
    """

    feature: int
    threshold: float
    categories: frozenset[int] | None
    missing: Missing
    missing_left: bool
    left: int
    right: int
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """One tree: its splits, the root first, and its leaves (log-odds and development rows)."""

    splits: tuple[Split, ...]
    leaf_values: tuple[float, ...]
    leaf_counts: tuple[int, ...]


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
