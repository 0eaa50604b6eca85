"""Columns of bytes: every distinct question that the splits of an ensemble ask of a feature.

A number becomes its rank among the thresholds of its feature, so that a split is one comparison of
bytes, ``column <= rank``, whatever its missing values or categories mean. More than 254 thresholds
take several columns, each clipped to its own stretch of ranks; a distinct set of categories takes
a column of zeros (passes) and ones.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.ensemble import Missing, Split, TreeEnsemble

RANKS: Final = 254
LEFT, RIGHT = np.uint8(0), np.uint8(255)
KZERO: Final = float(np.float32(1e-35))
BIGGEST_CATEGORY: Final = float(1 << 31)
PLAIN, ZERO_LEFT, ZERO_RIGHT, NAN_LEFT, NAN_RIGHT = range(5)
NUMBERS, CATEGORIES = range(2)

Question = tuple[int, int, int] | tuple[int, frozenset[int]]


class Columns(NamedTuple):
    """Flat arrays that say how the columns are computed.

    Attributes
    ----------
    source : (s, 5) int32
        Per source (a used feature, or a distinct set of categories): its kind, the feature, where
        its edges or words begin, log2 of its edges (or its number of words), its first column.
    bounds : (s + 1,) int32
        Columns ``bounds[i]`` to ``bounds[i + 1]`` belong to source i.
    kind, low : (c,) int32
        Per column: what missing means and which rank it begins at.
    edges : (e,) float64
        Per feature, its sorted thresholds, then infinity up to a power of two less one.
    words : (w,) uint64
        Bit sets of categories.
    """

    source: NDArray[np.int32]
    bounds: NDArray[np.int32]
    kind: NDArray[np.int32]
    low: NDArray[np.int32]
    edges: NDArray[np.float64]
    words: NDArray[np.uint64]


class ColumnIndex:
    """Gives every split its column and its rank in it."""

    def __init__(self, ensemble: TreeEnsemble) -> None:
        splits = [split for tree in ensemble.trees for split in tree.splits]
        numeric = [split for split in splits if split.categories is None]
        self._thresholds = _distinct_thresholds(numeric)
        self._ranks = {
            feature: {threshold: rank for rank, threshold in enumerate(edges)}
            for feature, edges in self._thresholds.items()
        }
        questions: dict[Question, None] = dict.fromkeys(sorted(map(self._question, numeric)))
        questions.update(
            dict.fromkeys((s.feature, s.categories) for s in splits if s.categories is not None)
        )
        self._number = {question: number for number, question in enumerate(questions)}

    def place(self, split: Split) -> tuple[int, int]:
        """Return the column and the rank such that ``column <= rank`` sends a row left."""
        if split.categories is not None:
            return self._number[split.feature, split.categories], 0
        question = self._question(split)
        return self._number[question], self._ranks[split.feature][split.threshold] - question[2]

    def _question(self, split: Split) -> tuple[int, int, int]:
        rank = self._ranks[split.feature][split.threshold]
        return split.feature, _missing_kind(split), rank // RANKS * RANKS

    def columns(self) -> Columns:
        """Return the arrays that compute the columns."""
        sources: list[tuple[int, int, int, int, int]] = []
        kinds: list[int] = []
        lows: list[int] = []
        edges: list[float] = []
        words: list[int] = []
        for number, question in enumerate(self._number):
            feature = question[0]
            if len(question) == 2:
                found = _bit_words(question[1])
                sources.append((CATEGORIES, feature, len(words), len(found), number))
                words += found
                kinds.append(PLAIN)
                lows.append(0)
                continue
            if not sources or sources[-1][1] != feature:
                steps = len(self._thresholds[feature]).bit_length()
                sources.append((NUMBERS, feature, len(edges), steps, number))
                edges += self._thresholds[feature]
                edges += [np.inf] * ((1 << steps) - 1 - len(self._thresholds[feature]))
            kinds.append(question[1])
            lows.append(question[2])
        return Columns(
            source=np.array(sources, np.int32).reshape(-1, 5),
            bounds=np.array([row[4] for row in sources] + [len(self._number)], np.int32),
            kind=np.array(kinds, np.int32),
            low=np.array(lows, np.int32),
            edges=np.array(edges, np.float64),
            words=np.array(words, np.uint64),
        )


def _distinct_thresholds(splits: Iterable[Split]) -> dict[int, list[float]]:
    found: dict[int, set[float]] = {}
    for split in splits:
        found.setdefault(split.feature, set()).add(split.threshold)
    return {feature: sorted(thresholds) for feature, thresholds in found.items()}


def _missing_kind(split: Split) -> int:
    if split.missing is Missing.NONE:
        return PLAIN
    if split.missing is Missing.ZERO:
        return ZERO_LEFT if split.missing_left else ZERO_RIGHT
    return NAN_LEFT if split.missing_left else NAN_RIGHT


def _bit_words(categories: frozenset[int]) -> list[int]:
    words = [0] * (max(categories, default=0) // 64 + 1)
    for code in categories:
        words[code // 64] |= 1 << code % 64
    return words


def fill_columns(columns: Columns, matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the columns of a matrix, shape (c, n), in plain numpy."""
    filled = np.empty((len(columns.kind), len(matrix)), np.uint8)
    for kind, feature, start, size, first in columns.source:
        values = matrix[:, feature]
        if kind == CATEGORIES:
            filled[first] = _outside(values, columns.words[start : start + size])
            continue
        edges = columns.edges[start : start + (1 << size) - 1]
        values = np.where(np.abs(values) <= KZERO, 0.0, values)
        missing = np.isnan(values)
        ranks = np.searchsorted(edges, np.where(missing, 0.0, values), side="left")
        zero = missing | (values == 0.0)
        for column in range(first, columns.bounds[1:][columns.bounds[1:] > first][0]):
            how = columns.kind[column]
            cell = np.clip(ranks - columns.low[column], 0, RANKS).astype(np.uint8)
            gone = zero if how in (ZERO_LEFT, ZERO_RIGHT) else missing & (how != PLAIN)
            filled[column] = np.where(gone, LEFT if how in (ZERO_LEFT, NAN_LEFT) else RIGHT, cell)
    return filled


def _outside(values: NDArray[np.float64], words: NDArray[np.uint64]) -> NDArray[np.bool_]:
    known = (values > -1.0) & (values < BIGGEST_CATEGORY)
    codes = np.where(known, values, 0.0).astype(np.int64)
    known &= codes < 64 * len(words)
    codes = np.where(known, codes, 0)
    bits = words[codes // 64] >> (codes % 64).astype(np.uint64)
    return ~(known & ((bits & np.uint64(1)) == 1))
