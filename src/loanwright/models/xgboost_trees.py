"""XGBoost's trees as the engine's: questions in float32 become the same ones in float64."""

import json
from collections.abc import Mapping, Sequence
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.features.columns import ColumnSpec
from loanwright.models.float32 import less_than

_CATEGORICAL = 1


def xgboost_ensemble(
    document: bytes, specs: Sequence[ColumnSpec], leaf_rows: NDArray[np.int64]
) -> TreeEnsemble:
    """Return the trees of a booster.

    Parameters
    ----------
    document
        The booster in XGBoost's own JSON, whose numbers give back every float32 exactly.
    specs
        Its columns.
    leaf_rows
        (n, trees) node in which each development row ends, as ``pred_leaf`` returns it.

    Returns
    -------
    TreeEnsemble
        A tree without splits that holds the intercept, then the booster's trees. ``x < t`` of
        float32 is a ``x <= t`` of float64; XGBoost's sets of categories go right and its missing
        values by default left or right, so a set, or its complement, passes: whichever leaves
        missing values on their side.
    """
    learner = json.loads(document)["learner"]
    share = float(np.float32(learner["learner_model_param"]["base_score"].strip("[]")))
    intercept = Tree(splits=(), leaf_values=(log(share / (1 - share)),), leaf_counts=(0,))
    trees = learner["gradient_booster"]["model"]["trees"]
    grown = (
        _Grown(tree, specs, np.bincount(leaf_rows[:, place])).tree()
        for place, tree in enumerate(trees)
    )
    return TreeEnsemble(features=tuple(spec.name for spec in specs), trees=(intercept, *grown))


class _Grown:
    """One tree of XGBoost on its way."""

    def __init__(
        self, tree: Mapping[str, Any], specs: Sequence[ColumnSpec], rows: NDArray[np.int64]
    ) -> None:
        self._tree, self._specs = tree, specs
        self._rows = np.zeros(len(tree["left_children"]), np.int64)
        self._rows[: len(rows)] = rows
        self._inner: list[int] = []
        self._leaves: list[int] = []
        self._number: dict[int, int] = {}
        self._sets = _category_sets(tree)

    def tree(self) -> Tree:
        """Return it as a tree of the engine."""
        self._walk()
        for node in reversed(self._inner):
            self._rows[node] = sum(self._rows[child] for child in self._children(node))
        values = [float(np.float32(self._tree["split_conditions"][leaf])) for leaf in self._leaves]
        return Tree(
            splits=tuple(map(self._split, self._inner)),
            leaf_values=tuple(values),
            leaf_counts=tuple(int(self._rows[leaf]) for leaf in self._leaves),
        )

    def _walk(self) -> None:
        waiting = [0]
        while waiting:
            node = waiting.pop()
            if self._tree["left_children"][node] < 0:
                self._leaves.append(node)
                self._number[node] = -len(self._leaves)
                continue
            self._number[node] = len(self._inner)
            self._inner.append(node)
            waiting.extend(reversed(self._children(node)))

    def _children(self, node: int) -> tuple[int, int]:
        return self._tree["left_children"][node], self._tree["right_children"][node]

    def _split(self, node: int) -> Split:
        left, right = (self._number[child] for child in self._children(node))
        feature = self._tree["split_indices"][node]
        missing_left = bool(self._tree["default_left"][node])
        categories, threshold = None, 0.0
        if self._tree["split_type"][node] == _CATEGORICAL:
            categories = self._sets[node]
            if missing_left:
                left, right = right, left
            else:
                categories = frozenset(range(self._specs[feature].categories)) - categories
        else:
            threshold = less_than(float(np.float32(self._tree["split_conditions"][node])))
        return Split(
            feature=feature,
            threshold=threshold,
            categories=categories,
            missing=Missing.NAN,
            missing_left=missing_left and categories is None,
            left=left,
            right=right,
            count=int(self._rows[node]),
        )


def _category_sets(tree: Mapping[str, Any]) -> dict[int, frozenset[int]]:
    places = zip(
        tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True
    )
    return {
        node: frozenset(tree["categories"][begin : begin + size]) for node, begin, size in places
    }
