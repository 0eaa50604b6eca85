"""CatBoost with the dictionary's monotone directions and categories one code at a time."""

from collections.abc import Mapping
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import catboost
import numpy as np
from numpy.typing import NDArray

from loanwright.engine.ensemble import Tree, TreeEnsemble
from loanwright.engine.trees_json import write_trees
from loanwright.features.columns import ColumnSpec
from loanwright.models.catboost_trees import CategoryColumn, catboost_ensemble
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.early_stopping import (
    MOST_TREES,
    PATIENCE,
    held_out_folds,
    trees_of_least_loss,
)
from loanwright.models.tree_columns import TreeColumn, number_columns, seen_by_trainer

THREADS = 2
LEAST_ROWS_FOR_THREADS = 10_000


class CatBoostClassifier(DefaultClassifier):
    """Gradient-boosted oblivious trees of CatBoost that may not contradict the dictionary.

    Every category code, and a missing one, has a split of its own (``one_hot_max_size`` above all
    of them), so that no statistic of the sample is needed to serve. Directions bind numbers
    without special values; a missing number of such a column has a column of its own, so that the
    direction does not bind it. The number of trees is found as for LightGBM.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    trees
        Number of trees; None finds it by early stopping.
    learning_rate, depth, row_share, column_share, penalty, noise
        Of the trees. ``noise`` is CatBoost's ``random_strength``. ``learning_rate`` None takes
        0.04, from 5,000 rows on 0.06, and from 50,000 rows on 0.08.
    random_state
        Seed of everything that chance decides.

    Attributes
    ----------
    booster_
        The native model; None where all rows are alike, so that there was nothing to learn.
    ensemble_
        The trees as the engine serves them.
    trees_
        Its number of trees.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(1000, 2))
    >>> y = random.random(1000) < 1 / (1 + np.exp(-X[:, 0]))
    >>> model = CatBoostClassifier(trees=20).fit(X, y)
    >>> model.trees_, sorted(model.native_files())
    (20, ['trees.json'])
    """

    family: ClassVar[str] = "catboost"

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        trees: int | None = None,
        learning_rate: float | None = None,
        depth: int = 6,
        column_share: float = 0.4,
        row_share: float = 0.8,
        penalty: float = 10.0,
        noise: float = 1.0,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.trees = trees
        self.learning_rate = learning_rate
        self.depth = depth
        self.column_share = column_share
        self.row_share = row_share
        self.penalty = penalty
        self.noise = noise
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        self._look_at_columns(X)
        if not self._differ(X):
            self._learn_one_number(default)
            return
        trees = self.trees if self.trees is not None else self._find_trees(X, default)
        pool = self._pool(X, default)
        self.booster_ = catboost.CatBoost(self._settings(len(X), trees)).fit(pool)
        self.trees_ = int(self.booster_.tree_count_)
        self.ensemble_ = catboost_ensemble(
            _document(self.booster_, pool),
            (self.booster_.get_leaf_values(), self.booster_.get_leaf_weights()),
            (self.number_columns_, self.category_columns_),
            [spec.name for spec in self.columns_],
        )

    def _look_at_columns(self, X: Matrix) -> None:
        numbers: list[TreeColumn] = []
        for feature, spec in enumerate(self.columns_):
            if spec.kind != "category":
                numbers.extend(number_columns(feature, spec, X[:, feature]))
        self.number_columns_ = tuple(numbers)
        self.category_columns_ = tuple(
            CategoryColumn(feature=feature, categories=spec.categories)
            for feature, spec in enumerate(self.columns_)
            if spec.kind == "category"
        )

    def _differ(self, X: Matrix) -> bool:
        """Return whether any row differs from the first; CatBoost refuses to learn if none does."""
        numbers = (column.read(X[:, column.feature]) for column in self.number_columns_)
        codes = (column.read(X[:, column.feature]) for column in self.category_columns_)
        differ = [bool((seen != seen[0]).any()) for seen in numbers]
        return any(differ) or any((seen != seen[0]).any() for seen in codes)

    def _learn_one_number(self, default: NDArray[np.bool_]) -> None:
        rate = float(default.mean())
        leaf = Tree(splits=(), leaf_values=(log(rate / (1 - rate)),), leaf_counts=(0,))
        names = tuple(spec.name for spec in self.columns_)
        self.booster_, self.trees_ = None, 0
        self.ensemble_ = TreeEnsemble(features=names, trees=(leaf,))

    def _settings(self, rows: int, trees: int) -> dict[str, Any]:
        rate = self.learning_rate
        directions = [column.direction for column in self.number_columns_]
        directions += [0] * len(self.category_columns_)
        return {
            "loss_function": "Logloss",
            "iterations": trees,
            "learning_rate": _learning_rate(rows) if rate is None else rate,
            "depth": self.depth,
            "rsm": self.column_share,
            "bootstrap_type": "Bernoulli",
            "subsample": self.row_share,
            "l2_leaf_reg": self.penalty,
            "random_strength": self.noise,
            "one_hot_max_size": max([2, *(c.categories + 1 for c in self.category_columns_)]),
            "nan_mode": "Forbidden",
            "boost_from_average": True,
            "random_seed": int(self.random_state),
            "thread_count": THREADS if rows >= LEAST_ROWS_FOR_THREADS else 1,
            "allow_writing_files": False,
            "logging_level": "Silent",
            **({"monotone_constraints": directions} if any(directions) else {}),
        }

    def _pool(self, X: Matrix, default: NDArray[np.bool_] | None = None) -> catboost.Pool:
        numbers = seen_by_trainer(self.number_columns_, X) if self.number_columns_ else None
        texts = [_texts(column, X) for column in self.category_columns_]
        categories = np.column_stack(texts) if texts else None
        label = None if default is None else default.astype(np.int64)
        data = catboost.FeaturesData(num_feature_data=numbers, cat_feature_data=categories)
        return catboost.Pool(data, label)

    def _find_trees(self, X: Matrix, default: NDArray[np.bool_]) -> int:
        curves = []
        folds = held_out_folds(default, seed=int(self.random_state), groups=self._groups)
        for learned, held in folds:
            if not self._differ(X[learned]):
                continue
            model = catboost.CatBoost(self._settings(len(learned), MOST_TREES))
            model.fit(
                self._pool(X[learned], default[learned]),
                eval_set=self._pool(X[held], default[held]),
                early_stopping_rounds=PATIENCE,
                use_best_model=False,
            )
            curves.append(model.get_evals_result()["validation"]["Logloss"])
        return trees_of_least_loss(curves)

    def _log_odds(self, X: Matrix) -> Matrix:
        if self.booster_ is None:
            return np.full(len(X), self.ensemble_.trees[0].expected)
        found = self.booster_.predict(self._pool(X), thread_count=1)
        return np.asarray(found, dtype=np.float64)

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the change that its splits make to the answer."""
        if self.booster_ is None:
            return {spec.name: 0.0 for spec in self.columns_}
        change = np.zeros(len(self.columns_))
        found = self.booster_.get_feature_importance(type="PredictionValuesChange")
        numbers = [column.feature for column in self.number_columns_]
        categories = [column.feature for column in self.category_columns_]
        np.add.at(change, numbers + categories, np.asarray(found))
        shares = change / (change.sum() or 1.0)
        return {spec.name: float(share) for spec, share in zip(self.columns_, shares, strict=True)}

    def native_files(self) -> dict[str, bytes]:
        """Return ``trees.json``, our own text of the trees."""
        return {"trees.json": write_trees(self.ensemble_).encode()}


def _learning_rate(rows: int) -> float:
    if rows < 5000:
        return 0.04
    return 0.08 if rows >= 50_000 else 0.06


def _texts(column: CategoryColumn, X: Matrix) -> NDArray[np.object_]:
    texts = np.array([b"%d" % code for code in (*range(column.categories), -1)], dtype=object)
    return texts[column.read(X[:, column.feature])]


def _document(model: catboost.CatBoost, pool: catboost.Pool) -> bytes:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "model.json"
        # Only with the sample does CatBoost write which code each of its hashes is.
        model.save_model(str(path), format="json", pool=pool)
        return path.read_bytes()
