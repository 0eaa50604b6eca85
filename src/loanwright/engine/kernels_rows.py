"""Compiled: log-odds and exact contributions of single rows, the quadrature points as lanes.

The same operations as over blocks, without a branch that depends on the row or on the shape of the
tree: one loop down over the nodes of a tree in preorder, one loop up.
"""

from typing import Any

import numpy as np

from loanwright.engine.columns import Columns
from loanwright.engine.kernels_columns import compiled, fill_cells
from loanwright.engine.kernels_log_odds import descend
from loanwright.engine.lanes import broadcast4, choose4, fold4, load4, store
from loanwright.engine.layout import (
    COLUMN,
    FEATURE,
    LANES,
    LEFT_CHILD,
    POINTS,
    RANK,
    RIGHT_CHILD,
    Forest,
    Size,
)


@compiled
def explain_rows(
    columns: Columns, forest: Forest, size: Size, matrix: Any, out: Any, contributions: Any
) -> None:
    """Write the raw log-odds and the contributions of every row, one at a time."""
    cells = np.zeros((columns.kind.shape[0] + 1, 1), np.uint8)
    path = np.empty(size.nodes * size.width, np.float64)
    up = np.empty(size.nodes * size.width, np.float64)
    alive = np.ones(2 * size.nodes + 1, np.uint8)
    k = np.empty(size.nodes, np.float64)
    for row in range(matrix.shape[0]):
        fill_cells(columns, matrix, row, 1, cells)
        flat, phi = cells.reshape(-1), contributions[row]
        phi[:] = 0.0
        total = 0.0
        for tree in range(forest.tree.shape[0]):
            first, nodes, values = forest.tree[tree, 0], forest.tree[tree, 1], forest.tree[tree, 2]
            if nodes == 0:
                total += forest.leaf[values]
                continue
            _go_down(forest, tree, flat, path, alive, k)
            _go_up(forest, tree, path, up, alive, k, phi)
            total += forest.leaf[values + descend(forest.node, first, flat, 1, 0)]
        out[row] = total
        if size.divisor != 1.0:
            out[row] /= size.divisor
            phi /= size.divisor


@compiled
def _go_down(forest: Forest, tree: int, flat: Any, path: Any, alive: Any, k: Any) -> None:
    first, nodes, points, weights = (
        forest.tree[tree, 0],
        forest.tree[tree, 1],
        forest.tree[tree, 4],
        forest.tree[tree, 5],
    )
    width = (points + LANES - 1) // LANES * LANES
    for lane in range(0, width, LANES):
        store(path, np.intp(lane), load4(forest.points, np.intp(weights + lane)))
    zero = broadcast4(0.0)
    for place in range(nodes):
        at = first + place
        passed = flat[forest.node[at, COLUMN]] <= forest.node[at, RANK]
        living = alive[forest.link[at, 2]]
        to_left = living & np.uint8(passed)
        alive[2 * place + 1] = to_left
        alive[2 * place + 2] = living & np.uint8(not passed)
        turned = -forest.cover[at, 2] if to_left else forest.cover[at, 1]
        k[place] = turned if living else 0.0
        if place == 0:
            continue
        parent, side = forest.link[at, 0], forest.link[at, 1]
        above = first + parent
        parent_left = alive[2 * parent + 1]
        sign = 1.0 if side == 0 else -1.0
        stays = parent_left != side
        parent_living = parent_left | alive[2 * parent + 2]
        for lane in range(0, width, LANES):
            weight = load4(path, np.intp(parent * width + lane))
            omega = choose4(
                parent_living != 0,
                broadcast4(k[parent])
                * load4(forest.points, np.intp(forest.node[above, POINTS] + lane)),
                broadcast4(forest.cover[above, 0]),
            )
            share = broadcast4(sign) * (weight * omega)
            store(path, np.intp(place * width + lane), choose4(stays, weight, zero) + share)


@compiled
def _go_up(forest: Forest, tree: int, path: Any, up: Any, alive: Any, k: Any, phi: Any) -> None:
    first, nodes, values, points = (
        forest.tree[tree, 0],
        forest.tree[tree, 1],
        forest.tree[tree, 2],
        forest.tree[tree, 4],
    )
    width = (points + LANES - 1) // LANES * LANES
    for back in range(nodes):
        place = nodes - 1 - back
        at = first + place
        left, right = forest.node[at, LEFT_CHILD], forest.node[at, RIGHT_CHILD]
        begin = forest.node[at, POINTS]
        left_leaf = broadcast4(forest.leaf[values - 1 - min(left, -1)])
        right_leaf = broadcast4(forest.leaf[values - 1 - min(right, -1)])
        to_left = alive[2 * place + 1] != 0
        living = alive[2 * place + 1] | alive[2 * place + 2]
        total = broadcast4(0.0)
        for lane in range(0, width, LANES):
            omega = choose4(
                living != 0,
                broadcast4(k[place]) * load4(forest.points, np.intp(begin + lane)),
                broadcast4(forest.cover[at, 0]),
            )
            h_left = choose4(left < 0, left_leaf, load4(up, np.intp(max(left, 0) * width + lane)))
            h_right = choose4(
                right < 0, right_leaf, load4(up, np.intp(max(right, 0) * width + lane))
            )
            gap = h_left - h_right
            store(
                up, np.intp(place * width + lane), choose4(to_left, h_left, h_right) + omega * gap
            )
            term = load4(path, np.intp(place * width + lane)) * gap
            total = total + term * load4(forest.points, np.intp(begin + width + lane))
        phi[forest.node[at, FEATURE]] -= k[place] * fold4(total)
