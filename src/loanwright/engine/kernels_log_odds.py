"""Compiled: the raw log-odds of blocks of rows.

A tree is walked once for 64 rows at a time: a node turns one word of bits, "these rows are here",
into the words of its two children by one comparison of 64 bytes.
"""

from typing import Any

import numpy as np

from loanwright.engine.columns import Columns
from loanwright.engine.kernels_columns import compiled, fill_cells
from loanwright.engine.lanes import at_most, set_bytes
from loanwright.engine.layout import (
    COLUMN,
    LEFT_CHILD,
    RANK,
    RIGHT_CHILD,
    SLOT,
    Forest,
    Size,
)

BLOCK = 256
WORD = 64
BYTE_LEAVES = 256
EVERY = np.uint64(0xFFFFFFFFFFFFFFFF)


@compiled
def log_odds_of_blocks(columns: Columns, forest: Forest, size: Size, matrix: Any, out: Any) -> None:
    """Write the raw log-odds of every row of the matrix to ``out``."""
    rows = matrix.shape[0]
    cells = np.zeros((columns.kind.shape[0] + 1, BLOCK), np.uint8)
    here = np.empty((size.slots, BLOCK // WORD), np.uint64)
    leaf = np.empty(BLOCK, np.uint8)
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        fill_cells(columns, matrix, start, count, cells)
        add_trees(forest, cells, here, leaf, out[start : start + count])
        if size.divisor != 1.0:
            for row in range(start, start + count):
                out[row] /= size.divisor


@compiled
def add_trees(forest: Forest, cells: Any, here: Any, leaf: Any, out: Any) -> None:
    """Add up the trees, in order, for one block whose columns are filled."""
    flat = cells.reshape(-1)
    words = (out.shape[0] + WORD - 1) // WORD
    out[:] = 0.0
    for tree in range(forest.tree.shape[0]):
        first, nodes, values = forest.tree[tree, 0], forest.tree[tree, 1], forest.tree[tree, 2]
        if nodes == 0:
            for row in range(out.shape[0]):
                out[row] += forest.leaf[values]
        elif nodes < BYTE_LEAVES:
            _find_leaves(forest.node, first, nodes, flat, cells.shape[1], here, leaf, words)
            for row in range(out.shape[0]):
                out[row] += forest.leaf[values + leaf[row]]
        else:
            for row in range(out.shape[0]):
                out[row] += forest.leaf[
                    values + descend(forest.node, first, flat, cells.shape[1], row)
                ]


@compiled
def _find_leaves(
    node: Any, first: int, nodes: int, flat: Any, stride: int, here: Any, leaf: Any, words: int
) -> None:
    for word in range(words):
        here[0, word] = EVERY
    for place in range(first, first + nodes):
        column, rank = node[place, COLUMN], np.uint8(node[place, RANK])
        left, right = node[place, LEFT_CHILD], node[place, RIGHT_CHILD]
        slot = node[place, SLOT]
        below = (slot | 1) + 1
        for word in range(words):
            bits = here[slot, word]
            passed = at_most(flat, np.intp(column * stride + word * WORD), rank)
            if left >= 0:
                here[below, word] = bits & passed
            else:
                set_bytes(bits & passed, leaf, np.intp(word * WORD), np.uint8(-1 - left))
            if right >= 0:
                here[below + 1, word] = bits & ~passed
            else:
                set_bytes(bits & ~passed, leaf, np.intp(word * WORD), np.uint8(-1 - right))


@compiled
def descend(node: Any, first: int, flat: Any, stride: int, row: int) -> int:
    """Return the number of the leaf that one row reaches."""
    place = 0
    while place >= 0:
        at = first + place
        passed = flat[node[at, COLUMN] * stride + row] <= node[at, RANK]
        place = node[at, LEFT_CHILD] if passed else node[at, RIGHT_CHILD]
    return -1 - place
