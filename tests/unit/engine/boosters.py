"""Small LightGBM models of every kind, and rows to ask them about."""

from dataclasses import dataclass, field

import lightgbm
import numpy as np

QUIET = {
    "objective": "binary",
    "verbose": -1,
    "num_threads": 1,
    "min_data_in_leaf": 3,
    "min_data_per_group": 2,
    "cat_smooth": 1.0,
    "num_leaves": 12,
    "learning_rate": 0.3,
    "deterministic": True,
    "force_row_wise": True,
}
ODD_VALUES = (np.nan, 0.0, -0.0, 1e-36, -1e-36, 1e-30, np.inf, -np.inf, 1e300, -1e300)
ODD_CATEGORIES = (np.nan, -1.0, -0.5, 0.5, 2.7, 40.0, 1e6, 3e9, -3e9, np.inf, -np.inf)


@dataclass
class Sample:
    seed: int
    rows: int = 300
    features: int = 5
    categorical: tuple[int, ...] = ()
    missing: float = 0.1
    zeros: float = 0.2
    matrix: np.ndarray = field(init=False)
    default: np.ndarray = field(init=False)

    def __post_init__(self):
        random = np.random.default_rng(self.seed)
        matrix = random.normal(size=(self.rows, self.features))
        matrix[random.random(matrix.shape) < self.zeros] = 0.0
        for feature in self.categorical:
            matrix[:, feature] = random.integers(0, 12, self.rows)
        log_odds = np.sin(matrix @ random.normal(size=self.features)) * 2 + matrix[:, 0]
        matrix[random.random(matrix.shape) < self.missing] = np.nan
        self.default = (random.random(self.rows) < 1 / (1 + np.exp(-log_odds))).astype(float)
        self.default[:2] = 0.0, 1.0
        self.matrix = matrix

    def questions(self, count=64):
        """Return rows to ask about: known ones, and strange values in every column."""
        random = np.random.default_rng(self.seed + 1)
        rows = self.matrix[random.integers(0, self.rows, count)].copy()
        strange = random.random(rows.shape) < 0.15
        for feature in range(self.features):
            odd = ODD_CATEGORIES if feature in self.categorical else ODD_VALUES
            rows[strange[:, feature], feature] = random.choice(odd, strange[:, feature].sum())
        return rows


def train(sample, trees=6, **parameters):
    data = lightgbm.Dataset(
        sample.matrix,
        sample.default,
        categorical_feature=list(sample.categorical),
        params={"verbose": -1, **parameters},
        free_raw_data=False,
    )
    return lightgbm.train({**QUIET, **parameters}, data, trees)


def trees_averaged(booster):
    """Return by how much LightGBM divides its sums for a probability, though not in its sums."""
    averaged = "average_output" in booster.model_to_string().split("\n")
    return booster.num_trees() if averaged else 1


def raw_of(booster, rows):
    return booster.predict(rows, raw_score=True, num_threads=1) / trees_averaged(booster)


def contributions_of(booster, rows):
    """Return LightGBM's contributions (n, p) and their base (n,)."""
    answer = np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1))
    return answer[:, :-1] / trees_averaged(booster), answer[:, -1] / trees_averaged(booster)
