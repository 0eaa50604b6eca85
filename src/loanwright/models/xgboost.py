"""XGBoost with the dictionary's monotone directions, its native categories and the same bytes."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import xgboost
from numpy.typing import NDArray

from loanwright.engine.trees_json import write_trees
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.early_stopping import (
    MOST_TREES,
    PATIENCE,
    held_out_folds,
    trees_of_least_loss,
)
from loanwright.models.float32 import as_float32
from loanwright.models.tree_columns import known_codes, ordered_direction
from loanwright.models.xgboost_trees import xgboost_ensemble

THREADS = 2
LEAST_ROWS_FOR_THREADS = 10_000
MOST_ONE_HOT = 4
"""Up to so many codes a split asks for one category, from there on for a set of them."""


class XGBoostClassifier(DefaultClassifier):
    """Gradient-boosted trees of XGBoost that may not contradict the dictionary.

    Histograms, the dictionary's directions on numbers without special values, categories by sets.
    Missing values go where they were found to belong, whatever the direction. The number of trees
    is found as for LightGBM: by early stopping over seeded folds inside the development sample.
    XGBoost sums in float32 and the engine in float64: they differ by less than ``tolerance``.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    trees
        Number of trees; None finds it by early stopping.
    learning_rate, depth, least_leaf_weight, column_share, row_share, penalty
        Of the trees. ``depth`` None takes 3 below 5,000 rows and 4 from there on.
        ``least_leaf_weight`` is in units of p (1 - p); None takes 0.1 % of the rows, at least 1
        and at most 20.
    random_state
        Seed of everything that chance decides.

    Attributes
    ----------
    booster_
        The native booster.
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
    >>> model = XGBoostClassifier(trees=20).fit(X, y)
    >>> model.trees_, sorted(model.native_files())
    (20, ['trees.json'])
    """

    family: ClassVar[str] = "xgboost"
    tolerance: ClassVar[float] = 1e-5

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        trees: int | None = None,
        learning_rate: float = 0.04,
        depth: int | None = None,
        least_leaf_weight: float | None = None,
        column_share: float = 0.4,
        row_share: float = 0.8,
        penalty: float = 10.0,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.trees = trees
        self.learning_rate = learning_rate
        self.depth = depth
        self.least_leaf_weight = least_leaf_weight
        self.column_share = column_share
        self.row_share = row_share
        self.penalty = penalty
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        trees = self.trees if self.trees is not None else self._find_trees(X, default)
        known = self._known(X, default)
        self.booster_ = xgboost.train(self._settings(X, default), known, trees)
        self.trees_ = int(self.booster_.num_boosted_rounds())
        ended = np.asarray(self.booster_.predict(known, pred_leaf=True), dtype=np.int64)
        document = bytes(self.booster_.save_raw("json"))
        self.ensemble_ = xgboost_ensemble(document, self.columns_, ended.reshape(len(X), -1))

    def _settings(self, X: Matrix, default: NDArray[np.bool_]) -> dict[str, Any]:
        least = self.least_leaf_weight
        directions = tuple(ordered_direction(spec) for spec in self.columns_)
        return {
            "objective": "binary:logistic",
            "base_score": float(default.mean()),
            "tree_method": "hist",
            "learning_rate": self.learning_rate,
            "max_depth": _depth(len(X)) if self.depth is None else self.depth,
            "min_child_weight": max(1.0, min(20.0, len(X) / 1000)) if least is None else least,
            "colsample_bynode": max(self.column_share, 1 / X.shape[1]),
            "subsample": self.row_share,
            "lambda": self.penalty,
            "max_cat_to_onehot": MOST_ONE_HOT,
            "seed": int(self.random_state),
            "nthread": _threads(len(X)),
            "verbosity": 0,
            **({"monotone_constraints": directions} if any(directions) else {}),
        }

    def _known(self, X: Matrix, default: NDArray[np.bool_] | None = None) -> xgboost.DMatrix:
        """Return the rows as XGBoost reads them; unknown categories are missing, as served."""
        read = as_float32(X)
        for index, spec in enumerate(self.columns_):
            if spec.kind == "category":
                codes = known_codes(X[:, index], spec.categories).astype(np.float32)
                read[:, index] = np.where(codes == spec.categories, np.nan, codes)
        return xgboost.DMatrix(
            read,
            default,
            feature_types=["c" if spec.kind == "category" else "q" for spec in self.columns_],
            enable_categorical=True,
            nthread=_threads(len(X)),
        )

    def _find_trees(self, X: Matrix, default: NDArray[np.bool_]) -> int:
        curves = []
        folds = held_out_folds(default, seed=int(self.random_state), groups=self._groups)
        for learned, held in folds:
            losses: dict[str, dict[str, list[float]]] = {}
            xgboost.train(
                {**self._settings(X[learned], default[learned]), "eval_metric": "logloss"},
                self._known(X[learned], default[learned]),
                MOST_TREES,
                evals=[(self._known(X[held], default[held]), "held")],
                early_stopping_rounds=PATIENCE,
                evals_result=losses,
                verbose_eval=False,
            )
            curves.append(losses["held"]["logloss"])
        return trees_of_least_loss(curves)

    def _log_odds(self, X: Matrix) -> Matrix:
        found = self.booster_.predict(self._known(X), output_margin=True)
        return np.asarray(found, dtype=np.float64)

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the total gain of the trees."""
        found: dict[str, Any] = self.booster_.get_score(importance_type="total_gain")
        gain = [float(found.get(f"f{index}", 0.0)) for index in range(len(self.columns_))]
        total = sum(gain) or 1.0
        return {spec.name: one / total for spec, one in zip(self.columns_, gain, strict=True)}

    def native_files(self) -> dict[str, bytes]:
        """Return ``trees.json``, our own text of the trees."""
        return {"trees.json": write_trees(self.ensemble_).encode()}


def _depth(rows: int) -> int:
    return 4 if rows >= 5000 else 3


def _threads(rows: int) -> int:
    return THREADS if rows >= LEAST_ROWS_FOR_THREADS else 1
