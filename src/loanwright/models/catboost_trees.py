"""CatBoost's oblivious trees unfolded into the engine's, without the branches nobody can reach."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.models.contract import Matrix
from loanwright.models.tree_columns import Question, TreeColumn, known_codes

MISSING_CODE: Final = -1
ROW: Final = 1 << 20
"""What a row counts in a tree with branches that no row took: such a leaf counts as one part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryColumn:
    """A category as CatBoost is given it: its code, or -1 where it is missing or unknown."""

    feature: int
    categories: int

    def read(self, values: Matrix) -> NDArray[np.int64]:
        """Return the codes of these values of the feature; the last one is missing or unknown."""
        return known_codes(values, self.categories)

    def question(self, code: int) -> Question:
        """Return what being this code asks of the feature; ``inverted`` where passing is not."""
        if code == MISSING_CODE:
            return Question(self.feature, 0.0, frozenset(range(self.categories)), False, True)
        return Question(self.feature, 0.0, frozenset({code}), False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """A leaf and the development rows in it."""

    value: float
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """A split: rows that pass go left."""

    question: Question
    left: "Branch | Leaf"
    right: "Branch | Leaf"
    rows: int


Node: TypeAlias = Branch | Leaf
_Known: TypeAlias = Mapping[tuple[str, int], tuple[float, float]]


def catboost_ensemble(
    document: bytes,
    leaves: tuple[NDArray[np.float64], NDArray[np.float64]],
    columns: tuple[Sequence[TreeColumn], Sequence[CategoryColumn]],
    features: Sequence[str],
) -> TreeEnsemble:
    """Return the trees of a CatBoost model with one-hot categories.

    Parameters
    ----------
    document
        The model in CatBoost's JSON, saved with its sample: the splits are read from it.
    leaves
        Values and development rows of the leaves of all trees, from the model itself, because
        CatBoost's JSON rounds them.
    columns
        The number columns and the category columns, in the order CatBoost was given them.
    features
        Names of the features.

    Returns
    -------
    TreeEnsemble
        A tree without splits that holds the bias, then the model's trees.
    """
    model = json.loads(document)
    codes = {
        int(one["hash"]): int(one["value"])
        for one in model["features_info"].get("cat_features_hash") or ()
    }
    scale, biases = model["scale_and_bias"]
    unfolding = _Unfolding(columns, codes)
    trees = [Tree(splits=(), leaf_values=(float(biases[0]),), leaf_counts=(0,))]
    begin = 0
    for one in model["oblivious_trees"]:
        end = begin + (1 << len(one.get("splits") or ()))
        values, rows = scale * leaves[0][begin:end], leaves[1][begin:end]
        trees.append(_numbered(unfolding.tree(one.get("splits") or (), values, rows)))
        begin = end
    return TreeEnsemble(features=tuple(features), trees=tuple(trees))


class _Unfolding:
    """Turns the table of leaves of an oblivious tree into branches."""

    def __init__(
        self,
        columns: tuple[Sequence[TreeColumn], Sequence[CategoryColumn]],
        codes: Mapping[int, int],
    ) -> None:
        self._numbers, self._categories = columns
        self._codes = codes

    def tree(
        self, splits: Sequence[Mapping[str, Any]], values: NDArray[Any], rows: NDArray[Any]
    ) -> Node:
        """Return the tree; leaf k has bit i set where split i holds.

        The last split becomes the root, as in CatBoost's own contributions: the mean over what is
        not known depends on the order.
        """
        return self._below(list(splits), values, rows.astype(np.int64), {})

    def _below(
        self,
        splits: list[Mapping[str, Any]],
        values: NDArray[Any],
        rows: NDArray[np.int64],
        known: _Known,
    ) -> Node:
        if not splits:
            return Leaf(value=float(values[0]), rows=int(rows[0]))
        question, key, bound, rivals = self._asked(splits[-1])
        half = len(values) // 2
        low, high = known.get(key, (-inf, inf))
        sides = []
        # What the path knows of the column decides this split where its bound is outside of it.
        if bound > low:
            below = {**known, key: (low, min(high, bound))}
            sides.append(self._below(splits[:-1], values[:half], rows[:half], below))
        if bound < high:
            above = {**known, key: (max(low, bound), high)}
            # Who is one code is none of the others.
            above |= dict.fromkeys(rivals, (-inf, bound))
            sides.append(self._below(splits[:-1], values[half:], rows[half:], above))
        if len(sides) == 1 or _same(*sides):
            return _joined(sides)
        # A number passes where it is at most its bound, a category where it is its code.
        holds_passes = (question.categories is not None) != question.inverted
        left, right = reversed(sides) if holds_passes else sides
        return Branch(question=question, left=left, right=right, rows=left.rows + right.rows)

    def _asked(self, split: Mapping[str, Any]) -> "_Asked":
        if split["split_type"] == "OneHotFeature":
            column = self._categories[int(split["cat_feature_index"])]
            code = self._codes[int(split["value"]) % (1 << 32)]
            name = f"code of {column.feature}"
            rivals = tuple(
                (name, rival) for rival in range(MISSING_CODE, column.categories) if rival != code
            )
            return _Asked(column.question(code), (name, code), 0.5, rivals)
        place = int(split["float_feature_index"])
        border = float(np.float32(split["border"]))
        return _Asked(self._numbers[place].question(border), ("number", place), border, ())


class _Asked(NamedTuple):
    """A split of CatBoost: what it asks, and which numbers of the path decide it."""

    question: Question
    key: tuple[str, int]
    bound: float
    rivals: tuple[tuple[str, int], ...]


def _same(one: Node, other: Node) -> bool:
    return isinstance(one, Leaf) and isinstance(other, Leaf) and one.value == other.value


def _joined(sides: Sequence[Node]) -> Node:
    if len(sides) == 1:
        return sides[0]
    value = sides[0].value if isinstance(sides[0], Leaf) else 0.0
    return Leaf(value=value, rows=sum(side.rows for side in sides))


def _numbered(root: Node) -> Tree:
    """Return the nodes as the engine's tree."""
    order = _preorder(root)
    branches = [node for node in order if isinstance(node, Branch)]
    leaves = [node for node in order if isinstance(node, Leaf)]
    number = {id(node): place for place, node in enumerate(branches)}
    number |= {id(node): -1 - place for place, node in enumerate(leaves)}
    # Contributions divide by the rows of a branch: where nobody went, a leaf needs a trace of one.
    whole = all(branch.rows for branch in branches)
    counts = {id(leaf): leaf.rows if whole else max(1, leaf.rows * ROW) for leaf in leaves}
    for branch in reversed(branches):
        counts[id(branch)] = counts[id(branch.left)] + counts[id(branch.right)]
    splits = (
        Split(
            feature=branch.question.feature,
            threshold=branch.question.threshold,
            categories=branch.question.categories,
            missing=Missing.NAN,
            missing_left=branch.question.missing_left,
            left=number[id(branch.left)],
            right=number[id(branch.right)],
            count=counts[id(branch)],
        )
        for branch in branches
    )
    return Tree(
        splits=tuple(splits),
        leaf_values=tuple(leaf.value for leaf in leaves),
        leaf_counts=tuple(counts[id(leaf)] for leaf in leaves),
    )


def _preorder(root: Node) -> list[Node]:
    order: list[Node] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        order.append(node)
        if isinstance(node, Branch):
            waiting += [node.right, node.left]
    return order
