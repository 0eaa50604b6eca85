"""A random forest whose leaves speak log-odds, so that it adds up and explains like a booster."""

from collections.abc import Mapping
from math import ceil, log
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.engine.trees import tree_runtime
from loanwright.engine.trees_json import write_trees
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.logistic import fit_non_negative
from loanwright.models.tree_columns import (
    TreeColumn,
    category_column,
    number_columns,
    seen_by_trainer,
)

THREADS = 2
LINE_PENALTY = 1.0
EXPLAINED_ROWS = 1000
"""So many development rows, evenly spaced, tell how important the features are."""


class ForestClassifier(DefaultClassifier):
    """A random forest that may not contradict the dictionary.

    scikit-learn grows the trees, with its monotone constraints. A leaf answers with the logit of
    its bad rate, drawn to the overall rate with the weight of one row against ``least_leaf_rows``:
    the same for every leaf, so that a riskier leaf stays riskier. The forest's answer is the mean
    of its trees' log-odds (and not of their probabilities), which has exact contributions. A mean
    of trees is too cautious: its slope and level are set on the rows that trees had not seen.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    trees
        Number of trees.
    leaves
        Most leaves of a tree: bounds the package and the time of an answer.
    least_leaf_rows
        None takes 0.5 % of the rows, at least 5 and at most 50.
    column_share, row_share
        What each split, and each tree, is shown.
    random_state
        Seed of everything that chance decides.

    Attributes
    ----------
    ensemble_
        The trees as the engine serves them.
    contributions_
        Those of some development rows.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(1000, 2))
    >>> y = random.random(1000) < 1 / (1 + np.exp(-X[:, 0]))
    >>> model = ForestClassifier(trees=20).fit(X, y)
    >>> len(model.ensemble_.trees), sorted(model.native_files())
    (20, ['trees.json'])
    """

    family: ClassVar[str] = "forest"

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        trees: int = 300,
        leaves: int = 128,
        least_leaf_rows: int | None = None,
        column_share: float = 0.3,
        row_share: float = 0.6,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.trees = trees
        self.leaves = leaves
        self.least_leaf_rows = least_leaf_rows
        self.column_share = column_share
        self.row_share = row_share
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        self.tree_columns_ = _tree_columns(self.columns_, X, default)
        least = self.least_leaf_rows
        rows = max(5, min(50, len(X) // 200)) if least is None else least
        seen = seen_by_trainer(self.tree_columns_, X)
        self.forest_ = RandomForestClassifier(
            n_estimators=self.trees,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=rows,
            max_features=ceil(self.column_share * seen.shape[1]),
            max_samples=max(1, int(self.row_share * len(X))),
            monotonic_cst=[column.direction for column in self.tree_columns_],
            random_state=int(self.random_state),
            n_jobs=THREADS,
        ).fit(seen, default)
        self.leaf_log_odds_ = _leaf_log_odds(self.forest_, seen, default, rows)
        self.ensemble_ = TreeEnsemble(
            features=tuple(spec.name for spec in self.columns_),
            trees=tuple(
                _tree(one.tree_, self.tree_columns_, values, seen)
                for one, values in zip(self.forest_.estimators_, self.leaf_log_odds_, strict=True)
            ),
            averaged=True,
        )
        rows_asked = X[:: -(-len(X) // EXPLAINED_ROWS)]
        self.contributions_ = tree_runtime(self.ensemble_).explain(rows_asked)[1]

    def _log_odds(self, X: Matrix) -> Matrix:
        seen = seen_by_trainer(self.tree_columns_, X)
        total = np.zeros(len(X))
        for one, values in zip(self.forest_.estimators_, self.leaf_log_odds_, strict=True):
            total += values[one.tree_.apply(seen)]
        return total / len(self.leaf_log_odds_)

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the contributions to the log-odds, taken without sign.

        Removed impurity, the usual measure of forests, flatters features of many values.
        """
        total = np.abs(self.contributions_).mean(axis=0)
        shares = total / (total.sum() or 1.0)
        return {spec.name: float(share) for spec, share in zip(self.columns_, shares, strict=True)}

    def native_files(self) -> dict[str, bytes]:
        """Return ``trees.json``, our own text of the trees."""
        return {"trees.json": write_trees(self.ensemble_).encode()}


def _tree_columns(
    specs: tuple[ColumnSpec, ...], X: Matrix, default: NDArray[np.bool_]
) -> tuple[TreeColumn, ...]:
    columns: list[TreeColumn] = []
    for feature, spec in enumerate(specs):
        if spec.kind == "category":
            label = default.astype(np.float64)
            columns.append(category_column(feature, spec, X[:, feature], label))
        else:
            columns.extend(number_columns(feature, spec, X[:, feature]))
    return tuple(columns)


def _leaf_log_odds(
    forest: RandomForestClassifier, seen: NDArray[np.float32], default: NDArray[np.bool_], rows: int
) -> tuple[Matrix, ...]:
    """Return the log-odds of every node of every tree, scaled on the rows left out of the trees."""
    rate = float(default.mean())
    trees = [one.tree_ for one in forest.estimators_]
    values = [_log_odds_of(tree.value[:, 0, :], rate, rows) for tree in trees]
    total, times = np.zeros(len(seen)), np.zeros(len(seen))
    for tree, drawn, found in zip(trees, forest.estimators_samples_, values, strict=True):
        left_out = np.bincount(drawn, minlength=len(seen)) == 0
        total[left_out] += found[tree.apply(seen[left_out])]
        times[left_out] += 1
    judged = times > 0
    if len(np.unique(default[judged])) < 2:
        return tuple(values)
    mean = total[judged] / times[judged]
    line = fit_non_negative(mean[:, None], default[judged], penalty=LINE_PENALTY)
    return tuple(line.intercept + line.coefficients[0] * found for found in values)


def _log_odds_of(shares: Matrix, rate: float, rows: int) -> Matrix:
    """Return the log-odds of default of every node, given the shares (good, bad) of its rows."""
    bad = (rows * shares[:, 1] + rate) / (rows + 1)
    # One logarithm at a time: vectors of them differ in the last bit between processors.
    return np.array([log(share / (1 - share)) for share in bad.tolist()])


def _tree(
    grown: Any, columns: tuple[TreeColumn, ...], values: Matrix, seen: NDArray[np.float32]
) -> Tree:
    """Return a tree of scikit-learn as one of the engine, with its development rows."""
    inner = grown.children_left >= 0
    number = np.where(inner, np.cumsum(inner) - 1, -np.cumsum(~inner))
    leaves = np.flatnonzero(~inner)
    rows = np.asarray(grown.decision_path(seen).sum(axis=0)).ravel()
    splits = []
    for node in np.flatnonzero(inner):
        asked = columns[grown.feature[node]].question(float(grown.threshold[node]))
        children = [int(number[grown.children_left[node]]), int(number[grown.children_right[node]])]
        left, right = reversed(children) if asked.inverted else children
        splits.append(
            Split(
                feature=asked.feature,
                threshold=asked.threshold,
                categories=asked.categories,
                missing=Missing.NAN,
                missing_left=asked.missing_left,
                left=left,
                right=right,
                count=int(rows[node]),
            )
        )
    return Tree(
        splits=tuple(splits),
        leaf_values=tuple(values[leaves].tolist()),
        leaf_counts=tuple(map(int, rows[leaves])) if splits else (0,),
    )
