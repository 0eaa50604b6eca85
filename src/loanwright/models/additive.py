"""An additive model with pairs: an explainable boosting machine, served from tables."""

import importlib
import warnings
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

from loanwright.engine.additive import additive_runtime, write_additive
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.early_stopping import fold_of_rows
from loanwright.models.ebm_table import monotone_terms, table_of

FEW_ROWS = 5000
HELD_OUT_SHARE = 7
"""Of so many rows each bag holds out one, where people have several rows."""
THREADS = 2
LEAST_ROWS_FOR_THREADS = 10_000
"""Starting a second process costs more than it brings below this many rows. The model is the
same with any number."""


class AdditiveClassifier(DefaultClassifier):
    """A curve for each feature and a table for some pairs, boosted a little at a time.

    Log-odds of default are an intercept, a staircase for each feature, and for the strongest
    pairs of free features a table. Numeric columns without special values follow the direction
    of the dictionary, and are left out of pairs, in which a direction could not be promised.
    Categories have a number each; missing values have bins of their own.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    pairs
        How many pairs at most.
    bags
        Models, on other parts of the sample, that are averaged; None takes 16 below 5,000 rows
        and 8 from there on.
    learning_rate
        Of one step.
    bins, pair_bins
        How finely a feature is cut, alone and in a pair.
    leaves, least_leaf_rows
        Of one step's tree. None takes 2 leaves of 4 rows below 5,000 rows, and 3 leaves of 10
        rows from there on.
    patience
        Steps without a gain, on rows held out, after which boosting stops.
    smoothing
        Rounds of randomly cut steps before greedy ones: more makes smoother curves.
    random_state
        Seed of everything that chance decides.

    Attributes
    ----------
    table_
        The `AdditiveTable`, in which pairs hold nothing that one feature says alone.
    ebm_
        Interpret's own model, whose log-odds the table repeats to rounding.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(1000, 2))
    >>> y = random.random(1000) < 1 / (1 + np.exp(-X[:, 0]))
    >>> model = AdditiveClassifier(bags=2, pairs=1).fit(X, y)
    >>> [term.name for term in model.table_.terms]
    ['x0', 'x1', 'x0 & x1']
    """

    family: ClassVar[str] = "additive"

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        pairs: int = 10,
        bags: int | None = None,
        learning_rate: float = 0.03,
        bins: int = 256,
        pair_bins: int = 32,
        leaves: int | None = None,
        least_leaf_rows: int | None = None,
        patience: int = 100,
        smoothing: int = 75,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.pairs = pairs
        self.bags = bags
        self.learning_rate = learning_rate
        self.bins = bins
        self.pair_bins = pair_bins
        self.leaves = leaves
        self.least_leaf_rows = least_leaf_rows
        self.patience = patience
        self.smoothing = smoothing
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        directions = [_direction(spec) for spec in self.columns_]
        machine = importlib.import_module("interpret.glassbox").ExplainableBoostingClassifier
        ebm = machine(
            **self._settings(len(X)),
            feature_types=[_type(spec) for spec in self.columns_],
            monotone_constraints=directions,
        )
        with warnings.catch_warnings():
            # Interpret's charts do not show missing values; ours do.
            warnings.filterwarnings("ignore", message="Missing values detected")
            warnings.filterwarnings("ignore", message="All-NaN slice")
            ebm.fit(X, default, bags=self._bags(default, ebm.outer_bags))
        for place, direction in monotone_terms(ebm, directions):
            _straighten(ebm, place, rising=direction > 0)
        self.ebm_, self.table_ = ebm, table_of(ebm, self.columns_, X)
        self.spread_ = additive_runtime(self.table_).explain(X)[1].std(axis=0)

    def _bags(self, default: NDArray[np.bool_], count: int) -> NDArray[np.int8] | None:
        """Return 1 for learned and -1 for held out, by row and bag; Interpret's own for None."""
        if self._groups is None:
            return None
        bags = np.ones((len(default), count), np.int8)
        seeds = np.random.SeedSequence(int(self.random_state)).generate_state(count)
        for bag, seed in zip(bags.T, seeds, strict=True):
            fold = fold_of_rows(default, count=HELD_OUT_SHARE, seed=int(seed), groups=self._groups)
            if len(np.unique(default[fold > 0])) == 2:
                bag[fold == 0] = -1
        return bags

    def _settings(self, rows: int) -> dict[str, Any]:
        few = rows < FEW_ROWS
        return {
            "interactions": int(self.pairs),
            "outer_bags": _or(self.bags, 16 if few else 8),
            "learning_rate": self.learning_rate,
            "max_bins": self.bins,
            "max_interaction_bins": self.pair_bins,
            "max_leaves": _or(self.leaves, 2 if few else 3),
            "min_samples_leaf": _or(self.least_leaf_rows, 4 if few else 10),
            "early_stopping_rounds": self.patience,
            "smoothing_rounds": self.smoothing,
            "interaction_smoothing_rounds": self.smoothing,
            "n_jobs": THREADS if rows >= LEAST_ROWS_FOR_THREADS else 1,
            "random_state": int(self.random_state),
        }

    def _log_odds(self, X: Matrix) -> Matrix:
        return np.asarray(self.ebm_.decision_function(X), dtype=np.float64)

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the spread of contributions over the sample."""
        shares = self.spread_ / (self.spread_.sum() or 1.0)
        return {spec.name: float(share) for spec, share in zip(self.columns_, shares, strict=True)}

    def native_files(self) -> dict[str, bytes]:
        """Return ``additive.json``."""
        return {"additive.json": write_additive(self.table_).encode()}


def _or(given: int | None, usual: int) -> int:
    return usual if given is None else given


def _type(spec: ColumnSpec) -> str:
    return "nominal" if spec.kind == "category" else "continuous"


def _direction(spec: ColumnSpec) -> int:
    """Return the constraint: special codes are not quantities, so they have no direction."""
    return 0 if spec.kind == "category" or spec.special else spec.direction


def _straighten(ebm: Any, place: int, *, rising: bool) -> None:
    """Make a term monotone where smoothing left a dent, by the nearest monotone staircase."""
    scores = ebm.term_scores_[place]
    steps = np.diff(scores[1:-1]) if rising else -np.diff(scores[1:-1])
    if len(steps) and steps.min() < 0:
        weight = np.maximum(ebm.bin_weights_[place][1:-1], 1e-9)
        scores[1:-1] = isotonic_regression(scores[1:-1], sample_weight=weight, increasing=rising)
