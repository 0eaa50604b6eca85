"""Compiled: the raw log-odds of blocks of rows.

A tree is walked once for 64 rows at a time: a node turns one word of bits, "these rows are here",
into the words of its two children by one comparison of 64 bytes.
"""

from typing import Any, NamedTuple

import numpy as np

from loanwright.engine.addresses import (
    NODE_FIELDS,
    TREE_FIELDS,
    Addresses,
    addresses_of,
    aligned_cells,
)
from loanwright.engine.columns import Columns
from loanwright.engine.compiled import compiled
from loanwright.engine.kernels_columns import fill_cells
from loanwright.engine.lanes import address, at_most, peek, poke, set_bytes
from loanwright.engine.layout import (
    COLUMN,
    LEFT_CHILD,
    RANK,
    RIGHT_CHILD,
    SLOT,
    Forest,
    Size,
)

BLOCK = 1024
WORD = 64
BYTE_LEAVES = 256
EVERY = np.uint64(0xFFFFFFFFFFFFFFFF)


class Block(NamedTuple):
    """Addresses of what the walk of one block of rows needs.

    Attributes
    ----------
    cells : uint8, (c, stride)
        The columns of the block.
    stride : int
        Rows that fit in, a multiple of 64.
    here : uint64, (slots, stride / 64)
        Which rows reach the node of a slot.
    leaf : uint8, (stride,)
        The leaf that each row reaches.
    """

    cells: Any
    stride: int
    here: Any
    leaf: Any


@compiled
def log_odds_of_blocks(columns: Columns, forest: Forest, size: Size, matrix: Any, out: Any) -> None:
    """Write the raw log-odds of every row of the matrix to ``out``."""
    cells = aligned_cells(columns.kind.shape[0] + 1, BLOCK)
    here = np.empty(size.slots * (BLOCK // WORD), np.uint64)
    leaf = np.zeros(BLOCK, np.uint8)
    for start in range(0, matrix.shape[0], BLOCK):
        count = min(BLOCK, matrix.shape[0] - start)
        fill_cells(columns, matrix, start, count, cells)
        add_trees(forest, cells, here, leaf, out[start : start + count])
        if size.divisor != 1.0:
            out[start : start + count] /= size.divisor


@compiled
def add_trees(forest: Forest, cells: Any, here: Any, leaf: Any, out: Any) -> None:
    """Add up the trees, in order, for one block whose columns are filled."""
    trees = addresses_of(forest)
    block = Block(address(cells), cells.shape[1], address(here), address(leaf))
    out[:] = 0.0
    total = address(out)
    for tree in range(trees.trees):
        first = np.int64(peek(trees.tree, tree * TREE_FIELDS))
        nodes = np.int64(peek(trees.tree, tree * TREE_FIELDS + 1))
        values = np.int64(peek(trees.tree, tree * TREE_FIELDS + 2))
        if nodes < BYTE_LEAVES:
            _find_leaves(trees, first, nodes, block, out.shape[0])
            for row in range(out.shape[0]):
                value = peek(trees.leaf, values + peek(block.leaf, row))
                poke(total, row, peek(total, row) + value)
        else:
            for row in range(out.shape[0]):
                value = peek(trees.leaf, values + _descend(trees, first, block, row))
                poke(total, row, peek(total, row) + value)


@compiled
def _find_leaves(trees: Addresses, first: int, nodes: int, block: Block, rows: int) -> None:
    words, lines = (rows + WORD - 1) // WORD, block.stride // WORD
    for word in range(words):
        poke(block.here, word, EVERY)
        if nodes == 0:
            set_bytes(EVERY, block.leaf, word * WORD, 0)
    for place in range(first, first + nodes):
        node = place * NODE_FIELDS
        column = np.int64(peek(trees.node, node + COLUMN)) * block.stride
        rank = peek(trees.node, node + RANK)
        left, right = peek(trees.node, node + LEFT_CHILD), peek(trees.node, node + RIGHT_CHILD)
        slot = np.int64(peek(trees.node, node + SLOT))
        here, below = slot * lines, ((slot | 1) + 1) * lines
        for word in range(words):
            bits = peek(block.here, here + word)
            passed = at_most(block.cells, column + word * WORD, rank)
            if left >= 0:
                poke(block.here, below + word, bits & passed)
            else:
                set_bytes(bits & passed, block.leaf, word * WORD, -1 - left)
            if right >= 0:
                poke(block.here, below + lines + word, bits & ~passed)
            else:
                set_bytes(bits & ~passed, block.leaf, word * WORD, -1 - right)


@compiled
def _descend(trees: Addresses, first: int, block: Block, row: int) -> Any:
    place = np.int64(0)
    while place >= 0:
        node = (first + place) * NODE_FIELDS
        cell = peek(block.cells, peek(trees.node, node + COLUMN) * block.stride + row)
        if cell <= peek(trees.node, node + RANK):
            place = np.int64(peek(trees.node, node + LEFT_CHILD))
        else:
            place = np.int64(peek(trees.node, node + RIGHT_CHILD))
    return -1 - place
