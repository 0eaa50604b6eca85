"""Compiled: log-odds and exact contributions of blocks of up to 32 rows, the rows as lanes.

One loop down over the nodes of a tree in preorder and one loop back up, without a branch that
depends on a row or on the shape of the tree, since the processor could not foresee it: leaves take
part in both loops like nodes.
"""

from typing import Any, NamedTuple

import numpy as np

from loanwright.engine.addresses import (
    COVERS,
    STEP_FIELDS,
    TREE_FIELDS,
    Addresses,
    addresses_of,
    aligned_cells,
    aligned_numbers,
)
from loanwright.engine.columns import Columns
from loanwright.engine.compiled import compiled
from loanwright.engine.kernels_columns import fill_cells
from loanwright.engine.kernels_log_odds import EVERY, WORD, add_trees
from loanwright.engine.lanes import (
    address,
    at_most,
    broadcast8,
    choose8,
    load8,
    peek,
    poke,
    store,
)
from loanwright.engine.layout import (
    COLUMN,
    RANK,
    STEP_EDGE,
    STEP_FEATURE,
    STEP_LEFT,
    STEP_POINTS,
    STEP_RIGHT,
    Forest,
    Size,
)
from loanwright.engine.layout import LANES as PADDING

LANES = 8
BLOCK = 32


class Work(NamedTuple):
    """Addresses of what the passes over one tree need for one block.

    Attributes
    ----------
    cells : uint8, (c, 64)
        The columns of the block.
    path : float64, (2 m + 1, points, rows)
        Per node, then per leaf: weights on the way down, values on the way up.
    alive : uint64, (2 m + 1,)
        Per edge, which rows are alive behind it; edge 0: all.
    phi : float64, (p, rows)
        Contributions.
    """

    cells: Any
    path: Any
    alive: Any
    phi: Any


@compiled
def explain_blocks(
    columns: Columns, forest: Forest, size: Size, matrix: Any, out: Any, contributions: Any
) -> None:
    """Write the raw log-odds and the contributions of every row."""
    cells = aligned_cells(columns.kind.shape[0] + 1, WORD)
    here = np.empty(size.slots, np.uint64)
    leaf = np.zeros(WORD, np.uint8)
    path = aligned_numbers((2 * size.nodes + 1) * size.width * BLOCK)
    alive = np.full(2 * size.nodes + 1, EVERY)
    phi = aligned_numbers(size.features * BLOCK)
    for start in range(0, matrix.shape[0], BLOCK):
        count = min(BLOCK, matrix.shape[0] - start)
        fill_cells(columns, matrix, start, count, cells)
        add_trees(forest, cells, here, leaf, out[start : start + count])
        groups = (count + LANES - 1) // LANES
        _explain_block(forest, cells, path, alive, phi, groups)
        for row in range(count):
            for feature in range(size.features):
                contributions[start + row, feature] = phi[feature * groups * LANES + row]
        if size.divisor != 1.0:
            out[start : start + count] /= size.divisor
            contributions[start : start + count] /= size.divisor


@compiled
def _explain_block(
    forest: Forest, cells: Any, path: Any, alive: Any, phi: Any, groups: int
) -> None:
    trees = addresses_of(forest)
    phi[:] = 0.0
    work = Work(address(cells), address(path), address(alive), address(phi))
    for tree in range(trees.trees):
        base = tree * TREE_FIELDS
        points, weights = np.int64(peek(trees.tree, base + 3)), peek(trees.tree, base + 4)
        for point in range(points):
            weight = broadcast8(peek(trees.points, weights + point))
            for group in range(groups):
                store(work.path, (point * groups + group) * LANES, weight)
        _go_down(trees, base, work, points, groups)
        _fill_leaves(trees, base, work, points * groups * LANES)
        _go_up(trees, base, work, points, groups)


@compiled
def _go_down(trees: Addresses, base: int, work: Work, points: int, groups: int) -> None:
    first, nodes = np.int64(peek(trees.tree, base)), np.int64(peek(trees.tree, base + 1))
    size, zero = points * groups * LANES, broadcast8(0.0)
    for place in range(nodes):
        step, cover = (first + place) * STEP_FIELDS, (first + place) * COVERS
        column = np.int64(peek(trees.step, step + COLUMN)) * WORD
        passed = at_most(work.cells, column, peek(trees.step, step + RANK))
        living = peek(work.alive, peek(trees.step, step + STEP_EDGE))
        poke(work.alive, 2 * place + 1, living & passed)
        poke(work.alive, 2 * place + 2, living & ~passed)
        begin = peek(trees.step, step + STEP_POINTS)
        left = np.int64(peek(trees.step, step + STEP_LEFT)) * size
        right = np.int64(peek(trees.step, step + STEP_RIGHT)) * size
        for group in range(groups):
            to_left = (living & passed) >> np.uint64(group * LANES)
            k, fixed = _shares(trees, cover, to_left, living >> np.uint64(group * LANES))
            for point in range(points):
                line = (point * groups + group) * LANES
                omega = k * broadcast8(peek(trees.points, begin + point)) + fixed
                weight = load8(work.path, place * size + line)
                share = weight * omega
                store(work.path, left + line, choose8(to_left, weight, zero) + share)
                store(work.path, right + line, choose8(to_left, zero, weight) - share)


@compiled
def _shares(trees: Addresses, cover: int, to_left: int, living: int) -> Any:
    """Return K, and the l of rows that are not alive."""
    zero = broadcast8(0.0)
    left, right = (
        broadcast8(-peek(trees.cover, cover + 2)),
        broadcast8(peek(trees.cover, cover + 1)),
    )
    k = choose8(to_left, left, right)
    return choose8(living, k, zero), choose8(living, zero, broadcast8(peek(trees.cover, cover)))


@compiled
def _fill_leaves(trees: Addresses, base: int, work: Work, size: int) -> None:
    nodes, values = np.int64(peek(trees.tree, base + 1)), np.int64(peek(trees.tree, base + 2))
    for leaf in range(nodes + 1):
        value = broadcast8(peek(trees.leaf, values + leaf))
        for line in range((nodes + leaf) * size, (nodes + leaf + 1) * size, LANES):
            store(work.path, line, value)


@compiled
def _go_up(trees: Addresses, base: int, work: Work, points: int, groups: int) -> None:
    first, nodes = np.int64(peek(trees.tree, base)), np.int64(peek(trees.tree, base + 1))
    padded = (points + PADDING - 1) // PADDING * PADDING
    size, zero = points * groups * LANES, broadcast8(0.0)
    for place in range(nodes - 1, -1, -1):
        step, cover = (first + place) * STEP_FIELDS, (first + place) * COVERS
        went_left = peek(work.alive, 2 * place + 1)
        either = went_left | peek(work.alive, 2 * place + 2)
        begin = peek(trees.step, step + STEP_POINTS)
        at_left = np.int64(peek(trees.step, step + STEP_LEFT)) * size
        at_right = np.int64(peek(trees.step, step + STEP_RIGHT)) * size
        for group in range(groups):
            to_left = went_left >> np.uint64(group * LANES)
            k, fixed = _shares(trees, cover, to_left, either >> np.uint64(group * LANES))
            sum0, sum1, sum2, sum3 = zero, zero, zero, zero
            for point in range(points):
                line = (point * groups + group) * LANES
                omega = k * broadcast8(peek(trees.points, begin + point)) + fixed
                left, right = load8(work.path, at_left + line), load8(work.path, at_right + line)
                term = load8(work.path, place * size + line)
                gap = left - right
                value = choose8(to_left, left, right) + omega * gap
                store(work.path, place * size + line, value)
                term = term * gap * broadcast8(peek(trees.points, begin + padded + point))
                sum0, sum1, sum2, sum3 = sum1, sum2, sum3, sum0 + term
            feature = np.int64(peek(trees.step, step + STEP_FEATURE))
            phi = (feature * groups + group) * LANES
            total = k * _fold(sum0, sum1, sum2, sum3, points)
            store(work.phi, phi, load8(work.phi, phi) - total)


@compiled
def _fold(sum0: Any, sum1: Any, sum2: Any, sum3: Any, points: int) -> Any:
    """Return (0 + 2) + (1 + 3) of four sums that stand rotated by the number of points."""
    if points & 1:
        return (sum3 + sum1) + (sum0 + sum2)
    return (sum0 + sum2) + (sum1 + sum3)
