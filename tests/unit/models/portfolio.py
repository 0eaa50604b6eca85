"""A small portfolio with every kind of column, for tests of families."""

import numpy as np

from loanwright.features.columns import ColumnSpec
from loanwright.scaling import logistic


def spec(name, **changes):
    plain = {"kind": "numeric", "direction": 0, "special": (), "categories": 0}
    return ColumnSpec(name=name, **{**plain, **changes})


COLUMNS = (
    spec("delay", direction=1),
    spec("limit", direction=-1),
    spec("status", special=(-2.0, -1.0), direction=1),
    spec("purpose", kind="category", categories=5),
    spec("noise"),
)


def portfolio(rows=3000, seed=0):
    """Return a matrix with missing values, special codes and categories, and the labels."""
    random = np.random.default_rng(seed)
    X = np.column_stack(
        [
            random.poisson(0.8, rows),
            random.lognormal(3, 1, rows).round(1),
            random.integers(-2, 5, rows),
            random.integers(0, 4, rows),
            random.normal(size=rows),
        ]
    ).astype(float)
    risk = 0.7 * X[:, 0] - 0.02 * X[:, 1] + 0.4 * (X[:, 2] > 1) + 0.5 * (X[:, 3] == 2) - 1
    risk += 0.8 * X[:, 4] * (X[:, 3] == 1)
    default = random.random(rows) < logistic(risk)
    X[random.random(rows) < 0.05, 1] = np.nan
    X[random.random(rows) < 0.05, 3] = np.nan
    return X, default
