"""LightGBM with the dictionary's monotone directions, untuned defaults and the same bytes."""

from collections.abc import Mapping
from typing import Any, ClassVar

import lightgbm
import numpy as np
from numpy.typing import NDArray

from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier, Matrix

THREADS = 2
"""Fixed, because LightGBM writes the number into the model file."""
MOST_TREES = 2000
PATIENCE = 60
HELD_SHARE = 0.2
LEAST_TREES = 10


class LightGBMClassifier(DefaultClassifier):
    """Gradient-boosted trees that may not contradict the dictionary.

    Numeric columns without special values follow the direction of the dictionary; categorical
    columns are LightGBM categories. Classes are not reweighted: that would destroy calibration.
    The number of trees is found by early stopping on a seeded part of the development sample,
    after which all of it is used.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    trees
        Number of trees; None finds it by early stopping.
    learning_rate, leaves, least_leaf_rows, column_share, row_share, penalty
        Of the trees. ``least_leaf_rows`` None takes 1 % of small samples, at most 60 rows.
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
        learning_rate: float = 0.03,
        leaves: int = 15,
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
        least = self.least_leaf_rows
        settings: dict[str, Any] = {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": max(5, min(60, rows // 100)) if least is None else least,
            "feature_fraction": self.column_share,
            "bagging_fraction": self.row_share,
            "bagging_freq": 1 if self.row_share < 1 else 0,
            "lambda_l2": self.penalty,
            "max_bin": 255,
            "seed": int(self.random_state),
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": THREADS,
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
        held = _held_rows(default, seed=int(self.random_state))
        if default[held].all() or not default[held].any():
            return LEAST_TREES
        learn = self._dataset(X[~held], default[~held])
        check = learn.create_valid(X[held], default[held].astype(np.float64))
        booster = lightgbm.train(
            {**settings, "metric": "binary_logloss"},
            learn,
            MOST_TREES,
            valid_sets=[check],
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
        )
        return max(LEAST_TREES, int(booster.best_iteration))

    def _log_odds(self, X: Matrix) -> Matrix:
        return np.asarray(
            self.booster_.predict(X, raw_score=True, num_threads=THREADS), dtype=np.float64
        )

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the total gain of the trees."""
        gain = self.booster_.feature_importance("gain").astype(np.float64)
        shares = gain / (gain.sum() or 1.0)
        return {spec.name: float(share) for spec, share in zip(self.columns_, shares, strict=True)}

    def native_files(self) -> dict[str, bytes]:
        """Return ``model.txt``, LightGBM's own text."""
        return {"model.txt": self.booster_.model_to_string().encode()}


def _direction(spec: ColumnSpec) -> int:
    """Return the constraint: special codes are not quantities, so they have no direction."""
    return 0 if spec.kind == "category" or spec.special else spec.direction


def _held_rows(default: NDArray[np.bool_], *, seed: int) -> NDArray[np.bool_]:
    """Return a seeded, stratified choice of rows for early stopping."""
    random = np.random.default_rng(seed)
    held = np.zeros(len(default), dtype=np.bool_)
    for rows in (np.flatnonzero(default), np.flatnonzero(~default)):
        held[random.permutation(rows)[: round(HELD_SHARE * len(rows))]] = True
    return held
