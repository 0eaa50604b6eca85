"""Tree ensembles as one ONNX TreeEnsemble in double precision."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from onnx import numpy_helper

from loanwright.engine.columns import KZERO
from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.exporting.onnx_graph import INPUT, TREES_DOMAIN, Graph

SUM = 1
NO_TRANSFORM = 0
AT_MOST = 0
_PASSES_BELOW = 0.5


def add_trees(graph: Graph, ensemble: TreeEnsemble) -> str:
    """Add the raw log-odds (n,) of an ensemble.

    The trees ask columns made for them: the features once for each way to read missing values,
    and a column of zeros (passes) and ones for each distinct set of categories. So every split
    is one comparison, and no runtime's own ideas of missing values or categories matter.
    """
    columns = _Columns(graph)
    nodes = _Nodes()
    for tree in ensemble.trees:
        nodes.add(tree, columns)
    sums = graph.node(
        "TreeEnsemble",
        columns.matrix(),
        domain=TREES_DOMAIN,
        aggregate_function=SUM,
        post_transform=NO_TRANSFORM,
        n_targets=1,
        **nodes.attributes(),
    )
    total = graph.node("Squeeze", sums, graph.constant([1], np.int64))
    divisor = float(len(ensemble.trees)) if ensemble.averaged else 1.0
    return graph.node("Div", total, graph.constant(divisor))


class _Columns:
    """The columns that the splits ask."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._blocks: list[str] = []
        self._width = 0
        self._kinds: dict[Missing, int] = {}
        self._sets: dict[int, list[frozenset[int]]] = {}
        self._places: dict[tuple[int, frozenset[int]], int] = {}
        self._waiting: list[tuple[int, frozenset[int]]] = []

    def place(self, split: Split) -> int:
        """Return the column of a split; sets of categories come after all others."""
        if split.categories is not None:
            key = (split.feature, split.categories)
            if key not in self._places:
                self._places[key] = len(self._places)
            return -1 - self._places[key]
        if split.missing not in self._kinds:
            self._kinds[split.missing] = self._width
            self._blocks.append(self._read(split.missing))
            self._width += self._graph.width
        return self._kinds[split.missing] + split.feature

    def settled(self, place: int) -> int:
        """Return the final column of what `place` returned."""
        return place if place >= 0 else self._width - 1 - place

    def matrix(self) -> str:
        """Add all columns side by side."""
        blocks = [*self._blocks, *self._categories()]
        if not blocks:
            return INPUT
        return blocks[0] if len(blocks) == 1 else self._graph.node("Concat", *blocks, axis=1)

    def _read(self, missing: Missing) -> str:
        graph = self._graph
        zero = graph.constant(0.0)
        tiny = graph.node("LessOrEqual", graph.node("Abs", INPUT), graph.constant(KZERO))
        clean = graph.pick(tiny, zero, INPUT)
        if missing is Missing.NAN:
            return clean
        if missing is Missing.ZERO:
            return graph.pick(graph.node("Equal", clean, zero), graph.constant(np.nan), clean)
        return graph.pick(graph.node("IsNaN", clean), zero, clean)

    def _categories(self) -> Iterator[str]:
        graph = self._graph
        for feature, codes in self._places:
            size = max(codes, default=-1) + 1
            value = graph.column(feature)
            above = graph.node("Greater", value, graph.constant(-1.0))
            below = graph.node("Less", value, graph.constant(float(size)))
            known = graph.node("And", above, below)
            place = graph.whole(graph.pick(known, value, graph.constant(float(size))))
            table = [0.0 if code in codes else 1.0 for code in range(size + 1)]
            asked = graph.look_up(table, place)
            yield graph.node("Unsqueeze", asked, graph.constant([1], np.int64))


@dataclass(slots=True)
class _Nodes:
    """Inner nodes and leaves of all trees in flat lists."""

    roots: list[int] = field(default_factory=list)
    features: list[int] = field(default_factory=list)
    splits: list[float] = field(default_factory=list)
    tracks: list[int] = field(default_factory=list)
    children: list[tuple[int, int, int, int]] = field(default_factory=list)
    leaves: list[float] = field(default_factory=list)
    columns: _Columns | None = None

    def add(self, tree: Tree, columns: _Columns) -> None:
        """Add a tree; one without splits becomes a split with the same leaf on both sides."""
        first_node, first_leaf = len(self.features), len(self.leaves)
        self.columns = columns
        self.roots.append(first_node)
        self.leaves += tree.leaf_values
        for split in tree.splits or (_same_leaf(),):
            category = split.categories is not None
            self.features.append(columns.place(split))
            self.splits.append(_PASSES_BELOW if category else split.threshold)
            self.tracks.append(0 if category else int(split.missing_left))
            left, right = (
                (child + first_node, 0) if child >= 0 else (first_leaf - 1 - child, 1)
                for child in (split.left, split.right)
            )
            self.children.append((*left, *right))

    def attributes(self) -> dict[str, object]:
        """Return the attributes of the operator."""
        left, left_leaf, right, right_leaf = zip(*self.children, strict=True)
        settled = self.columns.settled if self.columns else int
        return {
            "tree_roots": self.roots,
            "nodes_featureids": [settled(place) for place in self.features],
            "nodes_splits": numpy_helper.from_array(np.array(self.splits), "splits"),
            "nodes_modes": numpy_helper.from_array(
                np.full(len(self.splits), AT_MOST, np.uint8), "modes"
            ),
            "nodes_missing_value_tracks_true": self.tracks,
            "nodes_truenodeids": list(left),
            "nodes_trueleafs": list(left_leaf),
            "nodes_falsenodeids": list(right),
            "nodes_falseleafs": list(right_leaf),
            "leaf_targetids": [0] * len(self.leaves),
            "leaf_weights": numpy_helper.from_array(np.array(self.leaves), "leaves"),
        }


def _same_leaf() -> Split:
    return Split(feature=0, left=-1, right=-1, count=1)
