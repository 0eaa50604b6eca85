"""The trees in plain numpy: slow, readable, and equal to the compiled kernels bit for bit.

Every number is made by the same IEEE operations in the same order as in the kernels, for all rows
of a matrix at once. `loanwright.engine.layout` gives the formulas.
"""

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.columns import fill_columns
from loanwright.engine.layout import (
    COLUMN,
    LANES,
    LEFT_CHILD,
    RANK,
    RIGHT_CHILD,
    STEP_EDGE,
    STEP_FEATURE,
    STEP_LEFT,
    STEP_POINTS,
    STEP_RIGHT,
    Forest,
    Layout,
    padded,
)

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def log_odds(layout: Layout, matrix: Array) -> Array:
    """Return the raw log-odds (n,) of an (n, p) matrix."""
    cells = fill_columns(layout.columns, matrix)
    total = np.zeros(len(matrix))
    for tree in range(len(layout.forest.tree)):
        total += _leaf_values(layout.forest, tree, cells)
    return total / layout.size.divisor


def explain(layout: Layout, matrix: Array) -> tuple[Array, Array]:
    """Return the raw log-odds (n,) and the contributions (n, p) of an (n, p) matrix."""
    cells = fill_columns(layout.columns, matrix)
    total = np.zeros(len(matrix))
    contributions = np.zeros((layout.size.features, len(matrix)))
    for tree in range(len(layout.forest.tree)):
        total += _leaf_values(layout.forest, tree, cells)
        _TreePass(layout.forest, tree, cells).run(contributions)
    divisor = layout.size.divisor
    return total / divisor, np.ascontiguousarray(contributions.T) / divisor


def _leaf_values(forest: Forest, tree: int, cells: NDArray[np.uint8]) -> Array:
    first, nodes, values = forest.tree[tree, :3]
    place = np.zeros(cells.shape[1], np.int64)
    if not nodes:
        return forest.leaf[values + place]
    while (inner := np.flatnonzero(place >= 0)).size:
        node = forest.node[first + place[inner]]
        passed = cells[node[:, COLUMN], inner] <= node[:, RANK]
        place[inner] = np.where(passed, node[:, LEFT_CHILD], node[:, RIGHT_CHILD])
    return forest.leaf[values - 1 - place]


class _TreePass:
    """The passes down and up of one tree, for all rows at once."""

    def __init__(self, forest: Forest, tree: int, cells: NDArray[np.uint8]) -> None:
        self._forest, self._cells = forest, cells
        self._first, self._nodes, self._values, self._points, weights = map(int, forest.tree[tree])
        rows = cells.shape[1]
        weights_of_points = forest.points[weights : weights + self._points, None]
        self._paths: dict[int, Array] = {0: np.repeat(weights_of_points, rows, axis=1)}
        self._up: dict[int, Array] = {}
        self._alive: dict[int, Mask] = {0: np.ones(rows, np.bool_)}

    def run(self, contributions: Array) -> None:
        """Add the contributions of this tree, (p, n)."""
        for place in range(self._nodes):
            self._go_down(place)
        for place in reversed(range(self._nodes)):
            self._go_up(place, contributions)

    def _shares(self, place: int) -> tuple[Mask, Array, Array]:
        """Return who goes left alive, K (n,) and omega (Q, n)."""
        ratio, left_cover, right_cover = self._forest.cover[self._first + place]
        to_left, to_right = self._alive[1 + 2 * place], self._alive[2 + 2 * place]
        k = np.where(to_left, -right_cover, left_cover)
        begin = self._forest.step[self._first + place, STEP_POINTS]
        w = self._forest.points[begin : begin + self._points]
        alive = to_left | to_right
        return to_left, np.where(alive, k, 0.0), np.where(alive, k * w[:, None], ratio)

    def _go_down(self, place: int) -> None:
        step = self._forest.step[self._first + place]
        before = self._alive[int(step[STEP_EDGE])]
        passed = self._cells[step[COLUMN]] <= step[RANK]
        self._alive[1 + 2 * place] = before & passed
        self._alive[2 + 2 * place] = before & ~passed
        to_left, _, omega = self._shares(place)
        weight = self._paths[place]
        share = weight * omega
        self._paths[int(step[STEP_LEFT])] = np.where(to_left, weight, 0.0) + share
        self._paths[int(step[STEP_RIGHT])] = np.where(to_left, 0.0, weight) - share

    def _go_up(self, place: int, contributions: Array) -> None:
        step = self._forest.step[self._first + place]
        to_left, k, omega = self._shares(place)
        left, right = self._below(int(step[STEP_LEFT])), self._below(int(step[STEP_RIGHT]))
        gap = left - right
        self._up[place] = np.where(to_left, left, right) + omega * gap
        begin = step[STEP_POINTS] + padded(self._points)
        term = self._paths[place] * gap
        term = term * self._forest.points[begin : begin + self._points, None]
        contributions[step[STEP_FEATURE]] -= k * _fold(term)

    def _below(self, child: int) -> Array:
        if child < self._nodes:
            return self._up[child]
        return self._forest.leaf[self._values + child - self._nodes, None, None]


def _fold(terms: Array) -> Array:
    """Return the sum over the points in the order of the kernels: four lanes, then halves."""
    lanes = [np.zeros(terms.shape[1])] * LANES
    for point, term in enumerate(terms):
        lanes[point % LANES] = lanes[point % LANES] + term
    total: Array = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
    return total
