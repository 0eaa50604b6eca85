"""Compiled: log-odds and exact contributions of single rows, the quadrature points as lanes.

The same operations as over blocks, written without a branch that depends on the row or on the shape
of the tree, since the processor could not foresee it: one loop down over the nodes of a tree in
preorder, one loop back up, and indices where a block kernel has choices. Of a node's children the
hot one is the left one for an alive row that goes left, otherwise the right one.
"""

from typing import Any, NamedTuple

import numpy as np

from loanwright.engine.addresses import (
    COVERS,
    STEP_FIELDS,
    TREE_FIELDS,
    Addresses,
    addresses_of,
    aligned_numbers,
)
from loanwright.engine.columns import Columns
from loanwright.engine.compiled import compiled
from loanwright.engine.kernels_columns import fill_cells
from loanwright.engine.lanes import address, broadcast4, fold4, load4, peek, poke, store
from loanwright.engine.layout import (
    COLUMN,
    LANES,
    RANK,
    STEP_EDGE,
    STEP_FEATURE,
    STEP_POINTS,
    STEP_RIGHT,
    Forest,
    Size,
)

SWITCH = (0.0, 1.0)


class Scratch(NamedTuple):
    """Addresses of what is known of the nodes (and then leaves) of one tree for one row.

    Attributes
    ----------
    path : ((2 m + 1) q,) float64
        Weights on the way down, values on the way up.
    omega : (m q,) float64
        Share of the cold child.
    cover : (m,) float64
        Absolute value of K.
    alive : (2 m + 1,) int64
        Per edge, whether the row is alive behind it; edge 0 always.
    passed : (m,) int64
        Whether the row goes left, alive or not.
    total : (2 m + 1,) float64
        Value of the leaf that the row reaches from here.
    switch : (2,) float64
        0 and 1.
    """

    path: Any
    omega: Any
    cover: Any
    alive: Any
    passed: Any
    total: Any
    switch: Any


@compiled
def explain_rows(
    columns: Columns, forest: Forest, size: Size, matrix: Any, out: Any, contributions: Any
) -> None:
    """Write the raw log-odds and the contributions of every row, one at a time."""
    cells = np.zeros((columns.kind.shape[0] + 1, 1), np.uint8)
    path = (2 * size.nodes + 1) * size.width
    numbers = aligned_numbers(path + size.nodes * (size.width + 3) + 1 + len(SWITCH))
    numbers[-len(SWITCH) :] = SWITCH
    flags = np.ones(3 * size.nodes + 1, np.int64)
    for row in range(matrix.shape[0]):
        fill_cells(columns, matrix, row, 1, cells)
        contributions[row] = 0.0
        out[row] = _explain_row(forest, size, cells, numbers, flags, contributions[row])
        if size.divisor != 1.0:
            out[row] /= size.divisor
            contributions[row] /= size.divisor


@compiled
def _explain_row(
    forest: Forest, size: Size, cells: Any, numbers: Any, flags: Any, phi: Any
) -> float:
    trees = addresses_of(forest)
    omega = (2 * size.nodes + 1) * size.width
    cover = omega + size.nodes * size.width
    scratch = Scratch(
        address(numbers),
        address(numbers[omega:]),
        address(numbers[cover:]),
        address(flags),
        address(flags[2 * size.nodes + 1 :]),
        address(numbers[cover + size.nodes :]),
        address(numbers[-len(SWITCH) :]),
    )
    total = 0.0
    for tree in range(trees.trees):
        _go_down(trees, tree, address(cells), scratch)
        _go_up(trees, tree, scratch, address(phi))
        total += peek(scratch.total, 0)
    return total


@compiled
def _go_down(trees: Addresses, tree: int, cells: Any, scratch: Scratch) -> None:
    base = tree * TREE_FIELDS
    first, nodes = np.int64(peek(trees.tree, base)), np.int64(peek(trees.tree, base + 1))
    points, weights = np.int64(peek(trees.tree, base + 3)), peek(trees.tree, base + 4)
    width = (points + LANES - 1) // LANES * LANES
    for lane in range(0, width, LANES):
        store(scratch.path, lane, load4(trees.points, weights + lane))
    for place in range(nodes):
        step, cover = (first + place) * STEP_FIELDS, (first + place) * COVERS
        cell = peek(cells, peek(trees.step, step + COLUMN))
        passed = np.int64(cell <= peek(trees.step, step + RANK))
        living = peek(scratch.alive, peek(trees.step, step + STEP_EDGE))
        to_left = living & passed
        poke(scratch.passed, place, passed)
        poke(scratch.alive, 2 * place + 1, to_left)
        poke(scratch.alive, 2 * place + 2, living - to_left)
        k = peek(trees.cover, cover + 1 + to_left) * peek(scratch.switch, living)
        poke(scratch.cover, place, k)
        fixed = broadcast4(peek(trees.cover, cover) * peek(scratch.switch, 1 - living))
        moving = broadcast4(k)
        begin = peek(trees.step, step + STEP_POINTS)
        hot = peek(trees.step, step + STEP_RIGHT + to_left) * width
        cold = peek(trees.step, step + STEP_RIGHT + 1 - to_left) * width
        for lane in range(0, width, LANES):
            omega = moving * load4(trees.points, begin + lane) + fixed
            weight = load4(scratch.path, place * width + lane)
            share = weight * omega
            store(scratch.omega, place * width + lane, omega)
            store(scratch.path, hot + lane, weight - share)
            store(scratch.path, cold + lane, share)


@compiled
def _go_up(trees: Addresses, tree: int, scratch: Scratch, phi: Any) -> None:
    base = tree * TREE_FIELDS
    first, nodes = np.int64(peek(trees.tree, base)), np.int64(peek(trees.tree, base + 1))
    values, points = np.int64(peek(trees.tree, base + 2)), np.int64(peek(trees.tree, base + 3))
    width = (points + LANES - 1) // LANES * LANES
    for leaf in range(nodes + 1):
        value = peek(trees.leaf, values + leaf)
        poke(scratch.total, nodes + leaf, value)
        for lane in range(0, width, LANES):
            store(scratch.path, (nodes + leaf) * width + lane, broadcast4(value))
    for place in range(nodes - 1, -1, -1):
        step = (first + place) * STEP_FIELDS
        to_left = peek(scratch.alive, 2 * place + 1)
        squares = peek(trees.step, step + STEP_POINTS) + width
        hot = peek(trees.step, step + STEP_RIGHT + to_left) * width
        cold = peek(trees.step, step + STEP_RIGHT + 1 - to_left) * width
        summed = broadcast4(0.0)
        for lane in range(0, width, LANES):
            at = place * width + lane
            value = load4(scratch.path, hot + lane)
            gap = load4(scratch.path, cold + lane) - value
            term = load4(scratch.path, at) * gap
            store(scratch.path, at, value + load4(scratch.omega, at) * gap)
            summed = summed + term * load4(trees.points, squares + lane)
        feature = peek(trees.step, step + STEP_FEATURE)
        total = peek(scratch.cover, place) * fold4(summed)
        poke(phi, feature, peek(phi, feature) - total)
        reached = peek(trees.step, step + STEP_RIGHT + peek(scratch.passed, place))
        poke(scratch.total, place, peek(scratch.total, reached))
