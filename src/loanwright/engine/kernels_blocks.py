"""Compiled: log-odds and exact contributions of blocks of up to 64 rows, the rows as lanes."""

from typing import Any

import numpy as np

from loanwright.engine.columns import Columns
from loanwright.engine.kernels_columns import compiled, fill_cells
from loanwright.engine.kernels_log_odds import EVERY, WORD, add_trees
from loanwright.engine.lanes import at_most, broadcast8, choose8, load8, store
from loanwright.engine.layout import (
    ALIVE_SLOT,
    COLUMN,
    DOWN,
    FEATURE,
    LEFT_CHILD,
    POINTS,
    RANK,
    RIGHT_CHILD,
    SLOT,
    UP,
    Forest,
    Size,
)

LANES = 8


@compiled
def explain_blocks(
    columns: Columns,
    forest: Forest,
    size: Size,
    matrix: Any,
    out: Any,
    contributions: Any,
    block: int,
) -> None:
    """Write the raw log-odds and the contributions of every row, ``block`` rows at a time."""
    rows = matrix.shape[0]
    cells = np.zeros((columns.kind.shape[0] + 1, WORD), np.uint8)
    here = np.empty((size.slots, 1), np.uint64)
    leaf = np.empty(WORD, np.uint8)
    path = np.zeros(size.slots * size.width * block, np.float64)
    phi = np.empty(size.features * block, np.float64)
    alive = np.empty(size.slots, np.uint64)
    alive[0] = EVERY
    for start in range(0, rows, block):
        count = min(block, rows - start)
        fill_cells(columns, matrix, start, count, cells)
        add_trees(forest, cells, here, leaf, out[start : start + count])
        phi[:] = 0.0
        groups = (count + LANES - 1) // LANES
        for tree in range(forest.tree.shape[0]):
            _explain_tree(forest, tree, cells.reshape(-1), path, alive, phi, groups)
        for row in range(count):
            for feature in range(size.features):
                contributions[start + row, feature] = phi[feature * groups * LANES + row]
        if size.divisor != 1.0:
            out[start : start + count] /= size.divisor
            contributions[start : start + count] /= size.divisor


@compiled
def _explain_tree(
    forest: Forest, tree: int, cells: Any, path: Any, alive: Any, phi: Any, groups: int
) -> None:
    first, nodes, values, event, points, weights = forest.tree[tree]
    line = groups * LANES
    for point in range(points):
        for group in range(groups):
            store(
                path,
                np.intp(point * line + group * LANES),
                broadcast8(forest.points[weights + point]),
            )
    left = nodes
    while left:
        step = forest.event[event]
        event += 1
        place, kind = first + (step >> 2), step & 3
        if kind != UP:
            _answer(forest.node[place], cells, alive)
        if kind == DOWN:
            _go_down(forest, place, path, alive, points, groups)
        else:
            left -= 1
            _go_up(forest, place, values, path, alive, phi, points, groups)


@compiled
def _answer(node: Any, cells: Any, alive: Any) -> None:
    below = (node[SLOT] | 1) + 1
    before = alive[node[ALIVE_SLOT]]
    passed = at_most(cells, np.intp(node[COLUMN] * WORD), np.uint8(node[RANK]))
    alive[below] = before & passed
    alive[below + 1] = before & ~passed


@compiled
def _go_down(forest: Forest, place: int, path: Any, alive: Any, points: int, groups: int) -> None:
    node = forest.node[place]
    left, right, slot, begin = node[LEFT_CHILD], node[RIGHT_CHILD], node[SLOT], node[POINTS]
    below = (slot | 1) + 1
    line, size = groups * LANES, points * groups * LANES
    zero, ratio = broadcast8(0.0), broadcast8(forest.cover[place, 0])
    k_left, k_right = broadcast8(-forest.cover[place, 2]), broadcast8(forest.cover[place, 1])
    went_left = alive[below]
    either = went_left | alive[below + 1]
    repeated = node[ALIVE_SLOT] != 0
    for group in range(groups):
        shift = np.uint64(group * LANES)
        to_left, living = went_left >> shift, either >> shift
        k = choose8(to_left, k_left, k_right)
        at = slot * size + group * LANES
        at_left = below * size + group * LANES
        at_right = at_left + size
        for point in range(points):
            omega = k * broadcast8(forest.points[begin + point])
            if repeated:
                omega = choose8(living, omega, ratio)
            weight = load8(path, np.intp(at + point * line))
            share = weight * omega
            if left >= 0:
                store(path, np.intp(at_left + point * line), choose8(to_left, weight, zero) + share)
            if right >= 0:
                store(
                    path, np.intp(at_right + point * line), choose8(to_left, zero, weight) - share
                )


@compiled
def _go_up(
    forest: Forest,
    place: int,
    values: int,
    path: Any,
    alive: Any,
    phi: Any,
    points: int,
    groups: int,
) -> None:
    node = forest.node[place]
    left, right, slot, begin = node[LEFT_CHILD], node[RIGHT_CHILD], node[SLOT], node[POINTS]
    below = (slot | 1) + 1
    line, size = groups * LANES, points * groups * LANES
    zero, ratio = broadcast8(0.0), broadcast8(forest.cover[place, 0])
    k_left, k_right = broadcast8(-forest.cover[place, 2]), broadcast8(forest.cover[place, 1])
    left_leaf = broadcast8(forest.leaf[values - 1 - left] if left < 0 else 0.0)
    right_leaf = broadcast8(forest.leaf[values - 1 - right] if right < 0 else 0.0)
    went_left = alive[below]
    either = went_left | alive[below + 1]
    repeated = node[ALIVE_SLOT] != 0
    padded = (points + 3) // 4 * 4
    for group in range(groups):
        shift = np.uint64(group * LANES)
        to_left, living = went_left >> shift, either >> shift
        k = choose8(to_left, k_left, k_right)
        at = slot * size + group * LANES
        at_left = below * size + group * LANES
        at_right = at_left + size
        sum0, sum1, sum2, sum3 = zero, zero, zero, zero
        for point in range(points):
            omega = k * broadcast8(forest.points[begin + point])
            if repeated:
                omega = choose8(living, omega, ratio)
            h_left = left_leaf if left < 0 else load8(path, np.intp(at_left + point * line))
            h_right = right_leaf if right < 0 else load8(path, np.intp(at_right + point * line))
            weight = load8(path, np.intp(at + point * line))
            gap = h_left - h_right
            store(path, np.intp(at + point * line), choose8(to_left, h_left, h_right) + omega * gap)
            term = weight * gap
            if repeated:
                term = term * broadcast8(forest.points[begin + padded + point])
            sum0, sum1, sum2, sum3 = sum1, sum2, sum3, sum0 + term
        total = _fold(sum0, sum1, sum2, sum3, points)
        if repeated:
            k = choose8(living, k, zero)
        at_phi = np.intp(node[FEATURE] * line + group * LANES)
        store(phi, at_phi, load8(phi, at_phi) - k * total)


@compiled
def _fold(sum0: Any, sum1: Any, sum2: Any, sum3: Any, points: int) -> Any:
    """Return (0 + 2) + (1 + 3) of four sums that stand rotated by the number of points."""
    if points & 1:
        return (sum3 + sum1) + (sum0 + sum2)
    return (sum0 + sum2) + (sum1 + sum3)
