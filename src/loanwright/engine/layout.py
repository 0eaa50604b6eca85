"""An ensemble laid out in flat arrays: what the kernels read.

The contributions of a tree come from one pass down and one pass up. Let ``t`` run over the points
of a quadrature on [0, 1], ``u = 1 - t``, and let a node split on feature j with cover ratios ``l``
and ``1 - l``. Let ``z`` be the product of the cover ratios of j's splits above it on the path (1
when there is none) and call a row *alive* at the node while it satisfied all of those. With

- ``w = u / (z u + t)``, ``K = -z (1 - l)`` for an alive row that goes left, ``K = z l`` for an
  alive row that goes right, and ``omega = K w``; for a row no longer alive ``K = 0`` and
  ``omega = l``,

the weights P of the paths (the quadrature weights at the root) go down as ``P_left = [P if alive
and left] + P omega`` and ``P_right = [0 if alive and left, else P] - P omega``; the leaf values
come up as ``H = (H_left if alive and left else H_right) + omega (H_left - H_right)``; and the
node adds ``-K sum_t P (H_left - H_right) g`` to the contribution of j, with
``g = 1 / (z u + t)**2``. This is the path-dependent Shapley value: the weight of j on a path is the
integral over t of the product of ``z_k (1 - t) + o_k t`` over the path's other features k, and the
products of a feature's repeated splits telescope. It is exact when the quadrature is.

Calling the left child hot for an alive row that goes left, and the right child otherwise, the same
numbers are ``P_cold = P |omega|``, ``P_hot = P - P_cold``, ``H = H_hot + |omega| (H_cold - H_hot)``
and ``-|K| sum_t P (H_cold - H_hot) g``: the signs change no bit.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.columns import ColumnIndex, Columns
from loanwright.engine.ensemble import Tree, TreeEnsemble
from loanwright.engine.quadrature import gauss_legendre, points_needed

LANES: Final = 4


class Forest(NamedTuple):
    """All trees in flat arrays; the nodes of a tree in preorder, left before right.

    Attributes
    ----------
    tree : (T, 5) int32
        Per tree: first node, nodes, first leaf, quadrature points, start of their weights in
        ``points``.
    node : (N, 5) int32
        Per node: column, rank, left and right child (a node of the tree, or ``-1 - leaf``), slot.
        Nodes on one path have different slots, and so have siblings.
    step : (N, 8) int32
        The same for contributions. Per node: column, rank, edge that decides whether it is
        alive (0 is always, ``1 + 2 node + side``), start in ``points``, right and left child (a
        leaf k as ``nodes + k``), feature, nothing.
    cover : (N, 3) float64
        Per node: l, z l and z (1 - l).
    leaf : (L,) float64
        Leaf values, the leaves of a tree from left to right.
    points : (P,) float64
        Rows of quadrature numbers, padded to whole vectors: weights of a tree's root, or w
        followed by g.
    """

    tree: NDArray[np.int32]
    node: NDArray[np.int32]
    step: NDArray[np.int32]
    cover: NDArray[np.float64]
    leaf: NDArray[np.float64]
    points: NDArray[np.float64]


COLUMN, RANK, LEFT_CHILD, RIGHT_CHILD, SLOT = range(5)
STEP_EDGE, STEP_POINTS, STEP_RIGHT, STEP_LEFT, STEP_FEATURE = range(2, 7)


class Size(NamedTuple):
    """How much scratch the kernels need.

    Attributes
    ----------
    features, slots, nodes, width : int
        Columns of the matrix; path slots of the deepest tree; nodes of the largest tree; padded
        quadrature points of the widest tree.
    divisor : float
        What the sum of the trees is divided by.
    """

    features: int
    slots: int
    nodes: int
    width: int
    divisor: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Everything a backend needs of an ensemble."""

    columns: Columns
    forest: Forest
    size: Size
    base: float


def lay_out(ensemble: TreeEnsemble) -> Layout:
    """Return the flat arrays of an ensemble."""
    index = ColumnIndex(ensemble)
    builder = _Builder(index)
    for tree in ensemble.trees:
        builder.add(tree)
    divisor = float(len(ensemble.trees)) if ensemble.averaged else 1.0
    base = 0.0
    for tree in ensemble.trees:
        base += tree.expected
    return Layout(
        columns=index.columns(),
        forest=builder.forest(),
        size=Size(
            features=len(ensemble.features),
            slots=builder.slots,
            nodes=builder.nodes,
            width=builder.width,
            divisor=divisor,
        ),
        base=base / divisor,
    )


class _Walk:
    """One tree in preorder: where each node stands on its path."""

    def __init__(self, tree: Tree) -> None:
        self.order: list[int] = []
        self.leaves: list[int] = []
        self.parent: list[tuple[int, int]] = []
        self.depth: list[int] = []
        self.prior: list[tuple[int, int] | None] = []
        self.most_features = 0
        waiting: list[tuple[int, int, int]] = [(0 if tree.splits else -1, -1, 0)]
        while waiting:
            child, parent, side = waiting.pop()
            if child < 0:
                self.leaves.append(-1 - child)
                continue
            number = len(self.order)
            self.order.append(child)
            self._place(tree, parent, side)
            waiting.append((tree.splits[child].right, number, 1))
            waiting.append((tree.splits[child].left, number, 0))

    def _place(self, tree: Tree, parent: int, side: int) -> None:
        number = len(self.order) - 1
        self.parent.append((parent, side))
        self.depth.append(self.depth[parent] + 1 if parent >= 0 else 0)
        feature = tree.splits[self.order[number]].feature
        seen = {feature}
        prior = None
        at, edge = number, (parent, side)
        while edge[0] >= 0:
            at = edge[0]
            above = tree.splits[self.order[at]].feature
            seen.add(above)
            if prior is None and above == feature:
                prior = edge
            edge = self.parent[at]
        self.prior.append(prior)
        self.most_features = max(self.most_features, len(seen))


class _Builder:
    """Gathers the arrays of a forest, tree by tree."""

    def __init__(self, index: ColumnIndex) -> None:
        self.slots, self.nodes, self.width = 2, 1, LANES
        self._index = index
        self._tree: list[tuple[int, ...]] = []
        self._node: list[tuple[int, ...]] = []
        self._step: list[tuple[int, ...]] = []
        self._cover: list[tuple[float, float, float]] = []
        self._leaf: list[float] = []
        self._points: list[float] = []
        self._known: dict[tuple[int, float | None], int] = {}

    def add(self, tree: Tree) -> None:
        """Append one tree."""
        walk = _Walk(tree)
        points = points_needed(walk.most_features)
        first = (len(self._node), len(walk.order), len(self._leaf))
        self._tree.append((*first, points, self._rows(points, None)))
        self._add_nodes(tree, walk, points)
        self._leaf += [tree.leaf_values[leaf] for leaf in walk.leaves]
        self.nodes = max(self.nodes, len(walk.order))
        self.slots = max(self.slots, 2 * max(walk.depth, default=0) + 4)
        self.width = max(self.width, padded(points))

    def _add_nodes(self, tree: Tree, walk: _Walk, points: int) -> None:
        number = {node: place for place, node in enumerate(walk.order)}
        number |= {-1 - old: -1 - place for place, old in enumerate(walk.leaves)}
        covers: list[tuple[float, float]] = []
        for place, node in enumerate(walk.order):
            split = tree.splits[node]
            prior = walk.prior[place]
            z = covers[prior[0]][prior[1]] if prior else 1.0
            left_rows = tree.rows_of(split.left)
            covers.append(
                (z * (left_rows / split.count), z * ((split.count - left_rows) / split.count))
            )
            self._cover.append((left_rows / split.count, *covers[-1]))
            slot = 2 * walk.depth[place] + walk.parent[place][1]
            question = self._index.place(split)
            children = [number[child] for child in (split.left, split.right)]
            row = self._rows(points, z)
            self._node.append((*question, *children, slot))
            edge = 1 + 2 * prior[0] + prior[1] if prior else 0
            left, right = (
                child if child >= 0 else len(walk.order) - 1 - child for child in children
            )
            self._step.append((*question, edge, row, right, left, split.feature, 0))

    def _rows(self, points: int, z: float | None) -> int:
        """Return where the weights (no z), or w and g for this z, stand in ``points``."""
        found = self._known.get((points, z))
        if found is not None:
            return found
        start = self._known[points, z] = len(self._points)
        abscissae, weights = gauss_legendre(points)
        padding = [0.0] * (padded(points) - points)
        if z is None:
            self._points += [*weights, *padding]
            return start
        inverse = [1.0 / (z * (1.0 - t) + t) for t in abscissae]
        if z == 1.0:
            inverse = [1.0] * points
        w = [(1.0 - t) * i for t, i in zip(abscissae, inverse, strict=True)]
        self._points += [*w, *padding, *(i * i for i in inverse), *padding]
        return start

    def forest(self) -> Forest:
        """Return the arrays."""
        return Forest(
            tree=np.array(self._tree, np.int32).reshape(-1, 5),
            node=np.array(self._node, np.int32).reshape(-1, 5),
            step=np.array(self._step, np.int32).reshape(-1, 8),
            cover=np.array(self._cover, np.float64).reshape(-1, 3),
            leaf=np.array(self._leaf, np.float64),
            points=_aligned(self._points),
        )


def _aligned(numbers: list[float]) -> NDArray[np.float64]:
    """Return the numbers on a boundary of 64 bytes, so that no vector of them straddles one."""
    memory = np.empty(len(numbers) + 8, np.float64)
    start = -memory.ctypes.data % 64 // 8
    memory[start : start + len(numbers)] = numbers
    return memory[start : start + len(numbers)]


def padded(points: int) -> int:
    """Return the length of a row of that many quadrature numbers, filled up to whole vectors."""
    return -(-points // LANES) * LANES
