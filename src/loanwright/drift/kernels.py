"""Compiled: counting the values of a column."""

from typing import Any, Final

import numpy as np

from loanwright.drift.edges import Edges
from loanwright.engine.compiled import compiled

BLOCK: Final = 1_024


@compiled
def count_numbers(values: Any, edges: Edges, counts: Any, moments: Any) -> None:
    """Add the values of a column to counts and moments."""
    cells = np.empty(BLOCK, np.int64)
    # Neighbouring rows add to tables of their own: none waits for the other.
    tables = np.zeros((4, counts.shape[0]), np.int64)
    for start in range(0, values.shape[0], BLOCK):
        rows = min(BLOCK, values.shape[0] - start)
        block = values[start : start + rows]
        _find_cells(block, edges, counts.shape[0], cells)
        for row in range(rows):
            tables[row & 3, cells[row]] += 1
        _add_moments(block, edges, cells, counts.shape[0] - len(edges.special) - 1, moments)
    for table in range(4):
        for cell in range(counts.shape[0]):
            counts[cell] += tables[table, cell]


@compiled
def _find_cells(values: Any, edges: Edges, size: int, cells: Any) -> None:
    rows, uppers, special = values.shape[0], edges.uppers, edges.special
    last = size - special.shape[0] - 2
    for row in range(rows):
        cells[row] = -1
    step = (1 << edges.steps) >> 1
    # All rows take a step before any takes the next: so they are taken several at a time.
    while step:
        for row in range(rows):
            place = cells[row]
            cells[row] = place + step if uppers[place + step] < values[row] else place
        step >>= 1
    for row in range(rows):
        value = values[row]
        cells[row] = min(cells[row] + 1, last) if value == value else size - 1
    for place in range(special.shape[0]):
        for row in range(rows):
            if values[row] == special[place]:
                cells[row] = last + 1 + place


@compiled
def _add_moments(values: Any, edges: Edges, cells: Any, ranges: int, moments: Any) -> None:
    known, total, squares, below, above = 0, 0.0, 0.0, 0.0, 0.0
    shift, first, last = edges.shift, edges.first, edges.last
    least, greatest = moments[3], moments[4]
    for row in range(values.shape[0]):
        if cells[row] < ranges:
            value = values[row]
            gap = value - shift
            total += gap
            squares += gap * gap
            known += 1
            if value < least:
                least = value
            if value > greatest:
                greatest = value
            below += first - value if value < first else 0.0
            above += value - last if value > last else 0.0
    moments[0] += known
    moments[1] += total
    moments[2] += squares
    moments[3], moments[4] = least, greatest
    moments[5] += below
    moments[6] += above


@compiled
def count_codes(values: Any, counts: Any) -> None:
    """Add the places of categories to counts; what is no place of a code is new."""
    codes = counts.shape[0] - 2
    for row in range(values.shape[0]):
        value = values[row]
        if np.isnan(value):
            counts[codes + 1] += 1
        elif value >= 0.0 and value < codes:
            counts[np.int64(value)] += 1
        else:
            counts[codes] += 1
