"""Compiled: arrays that begin where vectors like them to, and a forest as addresses."""

from typing import Any, NamedTuple

import numpy as np

from loanwright.engine.compiled import compiled
from loanwright.engine.lanes import address
from loanwright.engine.layout import Forest

TREE_FIELDS = 5
NODE_FIELDS = 5
STEP_FIELDS = 8
COVERS = 3
LINE = 64


class Addresses(NamedTuple):
    """Where the arrays of a `loanwright.engine.layout.Forest` begin, and how many trees it has."""

    tree: Any
    node: Any
    step: Any
    cover: Any
    leaf: Any
    points: Any
    trees: int


@compiled
def addresses_of(forest: Forest) -> Addresses:
    """Return the addresses of a forest that the caller keeps alive."""
    return Addresses(
        address(forest.tree),
        address(forest.node),
        address(forest.step),
        address(forest.cover),
        address(forest.leaf),
        address(forest.points),
        forest.tree.shape[0],
    )


@compiled
def aligned_numbers(count: int) -> Any:
    """Return that many float64 zeros on a boundary of 64 bytes, so that no vector straddles one."""
    numbers = np.zeros(count + LINE // 8, np.float64)
    start = (-numbers.ctypes.data % LINE) // 8
    return numbers[start : start + count]


@compiled
def aligned_cells(columns: int, rows: int) -> Any:
    """Return (columns, rows) zero bytes on a boundary of 64 bytes."""
    cells = np.zeros(columns * rows + LINE, np.uint8)
    start = -cells.ctypes.data % LINE
    return cells[start : start + columns * rows].reshape(columns, rows)
