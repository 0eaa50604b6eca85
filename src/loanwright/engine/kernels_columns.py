"""Compiled: the byte columns of a block of rows."""

from typing import Any

import numpy as np

from loanwright.engine.columns import (
    BIGGEST_CATEGORY,
    CATEGORIES,
    KZERO,
    NAN_LEFT,
    PLAIN,
    RANKS,
    ZERO_LEFT,
    ZERO_RIGHT,
    Columns,
)
from loanwright.engine.compiled import compiled


@compiled
def fill_cells(columns: Columns, matrix: Any, start: int, rows: int, cells: Any) -> None:
    """Write the columns of ``matrix[start : start + rows]`` into ``cells`` (c, at least rows)."""
    values = np.empty(rows, np.float64)
    ranks = np.empty(rows, np.int64)
    for source in range(columns.source.shape[0]):
        kind, feature, begin, size, first = columns.source[source]
        for row in range(rows):
            values[row] = matrix[start + row, feature]
        if kind == CATEGORIES:
            _fill_category(columns.words, begin, size, values, cells[first])
            continue
        _rank(columns.edges, begin, size, values, ranks)
        for column in range(first, columns.bounds[source + 1]):
            _fill_number(columns.kind[column], columns.low[column], values, ranks, cells[column])


@compiled
def _rank(edges: Any, begin: int, steps: int, values: Any, ranks: Any) -> None:
    for row in range(values.shape[0]):
        value = values[row]
        if np.isnan(value) or abs(value) <= KZERO:
            value = 0.0
        place = begin - 1
        step = (1 << steps) >> 1
        while step:
            place += step if edges[place + step] < value else 0
            step >>= 1
        ranks[row] = place - begin + 1


@compiled
def _fill_number(kind: int, low: int, values: Any, ranks: Any, cells: Any) -> None:
    by_zero = kind in (ZERO_LEFT, ZERO_RIGHT)
    gone = np.uint8(0 if kind in (ZERO_LEFT, NAN_LEFT) else 255)
    for row in range(values.shape[0]):
        cell = np.uint8(min(max(ranks[row] - low, 0), RANKS))
        missing = np.isnan(values[row]) or (by_zero and abs(values[row]) <= KZERO)
        cells[row] = gone if missing and kind != PLAIN else cell


@compiled
def _fill_category(words: Any, begin: int, size: int, values: Any, cells: Any) -> None:
    for row in range(values.shape[0]):
        value = values[row]
        cells[row] = 1
        if value > -1.0 and value < BIGGEST_CATEGORY:
            code = np.int64(value)
            if code < 64 * size:
                word = words[begin + (code >> 6)]
                cells[row] = 1 - ((word >> np.uint64(code & 63)) & np.uint64(1))
