"""LightGBM with the dictionary's monotone directions, untuned defaults and the same bytes."""

from collections.abc import Mapping
from typing import Any, ClassVar

import lightgbm
import numpy as np
from numpy.typing import NDArray

from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.early_stopping import (
    LEAST_TREES,
    MOST_TREES,
    PATIENCE,
    held_out_folds,
)

THREADS = 2
LEAST_ROWS_FOR_THREADS = 10_000
"""The number of threads depends on rows alone, because LightGBM writes it into the model file;
below this many rows threads wait for each other longer than they work."""


class LightGBMClassifier(DefaultClassifier):
    """Gradient-boosted trees that may not contradict the dictionary.

    Numeric columns without special values follow the direction of the dictionary; categorical
    columns are LightGBM categories. Classes are not reweighted: that would destroy calibration.
    The number of trees is found by early stopping inside the development sample, over five
    seeded folds (one fold from 10,000 rows on) that keep the rows of a person together, after
    which all of it is used.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    trees
        Number of trees; None finds it by early stopping.
    learning_rate, leaves, least_leaf_rows, column_share, row_share, penalty
        Of the trees. ``learning_rate`` None takes 0.03, and 0.015 from 50,000 rows on, where
        there is more to learn than to guard against. ``leaves`` None takes 7 below 5,000 rows
        and 15 from there on; ``least_leaf_rows`` None takes 2 % of the rows, at most 60.
    monotone_method
        LightGBM's "basic", "intermediate" or "advanced".
    random_state
        Seed of everything that chance decides.

    Attributes
    ----------
    booster_
        The native booster.
    trees_
        Its number of trees.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(1000, 2))
    >>> y = random.random(1000) < 1 / (1 + np.exp(-X[:, 0]))
    >>> model = LightGBMClassifier(trees=20).fit(X, y)
    >>> model.trees_, sorted(model.native_files())
    (20, ['model.txt'])
    """

    family: ClassVar[str] = "lightgbm"

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        trees: int | None = None,
        learning_rate: float | None = None,
        leaves: int | None = None,
        least_leaf_rows: int | None = None,
        column_share: float = 0.4,
        row_share: float = 0.8,
        penalty: float = 10.0,
        monotone_method: str = "advanced",
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.trees = trees
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.least_leaf_rows = least_leaf_rows
        self.column_share = column_share
        self.row_share = row_share
        self.penalty = penalty
        self.monotone_method = monotone_method
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        settings = self._settings(len(X))
        trees = self.trees if self.trees is not None else self._find_trees(X, default, settings)
        self.booster_ = lightgbm.train(settings, self._dataset(X, default), trees)
        self.trees_ = int(self.booster_.num_trees())

    def _settings(self, rows: int) -> dict[str, Any]:
        least, rate = self.least_leaf_rows, self.learning_rate
        settings: dict[str, Any] = {
            "objective": "binary",
            "learning_rate": _learning_rate(rows) if rate is None else rate,
            "num_leaves": _leaves(rows) if self.leaves is None else self.leaves,
            "min_data_in_leaf": _least_leaf_rows(rows) if least is None else least,
            "feature_fraction": self.column_share,
            "bagging_fraction": self.row_share,
            "bagging_freq": 1 if self.row_share < 1 else 0,
            "lambda_l2": self.penalty,
            "max_bin": 255,
            "seed": int(self.random_state),
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": _threads(rows),
            "verbosity": -1,
        }
        directions = [_direction(spec) for spec in self.columns_]
        if any(directions):
            settings["monotone_constraints"] = directions
            settings["monotone_constraints_method"] = self.monotone_method
        return settings

    def _dataset(self, X: Matrix, default: NDArray[np.bool_]) -> lightgbm.Dataset:
        categories = [i for i, spec in enumerate(self.columns_) if spec.kind == "category"]
        return lightgbm.Dataset(
            X,
            default.astype(np.float64),
            feature_name=[spec.name for spec in self.columns_],
            categorical_feature=categories,
            free_raw_data=False,
            params={"verbosity": -1},
        )

    def _find_trees(self, X: Matrix, default: NDArray[np.bool_], settings: dict[str, Any]) -> int:
        """Return the number of trees with the least log loss on rows held out, fold by fold."""
        folds = held_out_folds(default, seed=int(self.random_state), groups=self._groups)
        if not folds:
            return LEAST_TREES
        found = lightgbm.cv(
            {**settings, "metric": "binary_logloss"},
            self._dataset(X, default),
            MOST_TREES,
            folds=list(folds),
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
        )
        losses = np.asarray(found["valid binary_logloss-mean"])
        return max(LEAST_TREES, len(losses))

    def _log_odds(self, X: Matrix) -> Matrix:
        return np.asarray(
            self.booster_.predict(X, raw_score=True, num_threads=_threads(len(X))), dtype=np.float64
        )

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the total gain of the trees."""
        gain = self.booster_.feature_importance("gain").astype(np.float64)
        shares = gain / (gain.sum() or 1.0)
        return {spec.name: float(share) for spec, share in zip(self.columns_, shares, strict=True)}

    def native_files(self) -> dict[str, bytes]:
        """Return ``model.txt``, LightGBM's own text."""
        return {"model.txt": self.booster_.model_to_string().encode()}


def _learning_rate(rows: int) -> float:
    return 0.015 if rows >= 50_000 else 0.03


def _leaves(rows: int) -> int:
    return 15 if rows >= 5000 else 7


def _least_leaf_rows(rows: int) -> int:
    return max(5, min(60, rows // 50))


def _threads(rows: int) -> int:
    return THREADS if rows >= LEAST_ROWS_FOR_THREADS else 1


def _direction(spec: ColumnSpec) -> int:
    """Return the constraint: special codes are not quantities, so they have no direction."""
    return 0 if spec.kind == "category" or spec.special else spec.direction
