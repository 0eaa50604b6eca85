"""How many trees are enough: judged on rows held out, inside the development sample."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
LEAST_ROWS_FOR_ONE_FOLD = 10_000
MOST_TREES = 2000
PATIENCE = 60
LEAST_TREES = 10

Rows = NDArray[np.int64]


def held_out_folds(default: NDArray[np.bool_], *, seed: int) -> tuple[tuple[Rows, Rows], ...]:
    """Return the folds, each as rows to learn from and rows held out.

    Five seeded folds with equal shares of defaults; only the first of them from 10,000 rows on;
    none where a fold would have one class.

    Examples
    --------
    >>> import numpy as np
    >>> folds = held_out_folds(np.arange(100) < 20, seed=0)
    >>> [(len(learned), len(held)) for learned, held in folds]
    [(80, 20), (80, 20), (80, 20), (80, 20), (80, 20)]
    """
    fold = _stratified(default, seed=seed)
    folds = tuple(
        (np.flatnonzero(fold != index), np.flatnonzero(fold == index))
        for index in range(FOLDS if len(default) < LEAST_ROWS_FOR_ONE_FOLD else 1)
    )
    one_class = any(len(np.unique(default[rows])) < 2 for pair in folds for rows in pair)
    return () if one_class else folds


def _stratified(default: NDArray[np.bool_], *, seed: int) -> Rows:
    shuffled = np.random.default_rng(seed).permutation(len(default))
    order = shuffled[np.argsort(default[shuffled], kind="stable")]
    fold = np.empty(len(default), dtype=np.int64)
    fold[order] = np.arange(len(default)) % FOLDS
    return fold


def trees_of_least_loss(curves: Sequence[Sequence[float]]) -> int:
    """Return the number of trees at which the mean of the folds' losses is least.

    Parameters
    ----------
    curves
        Per fold, the loss after 1, 2, … trees. A fold that stopped keeps the loss it ended with;
        no fold at all gives the least number of trees.

    Examples
    --------
    >>> trees_of_least_loss([[5.0] * 20 + [3.0, 4.0], [5.0] * 21 + [2.0, 3.0]])
    22
    """
    if not curves:
        return LEAST_TREES
    length = max(map(len, curves))
    held = [np.pad(curve, (0, length - len(curve)), mode="edge") for curve in curves]
    return max(LEAST_TREES, int(np.mean(held, axis=0).argmin()) + 1)
