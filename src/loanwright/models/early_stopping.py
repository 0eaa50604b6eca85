"""How many trees are enough: judged on rows held out, inside the development sample."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
LEAST_ROWS_FOR_ONE_FOLD = 10_000
MOST_TREES = 2000
PATIENCE = 60
LEAST_TREES = 10

Rows = NDArray[np.int64]


def held_out_folds(
    default: NDArray[np.bool_], *, seed: int, groups: NDArray[Any] | None = None
) -> tuple[tuple[Rows, Rows], ...]:
    """Return the folds, each as rows to learn from and rows held out.

    Five seeded folds with equal shares of defaults; only the first of them from 10,000 rows on;
    none where a fold would have one class.

    Parameters
    ----------
    default
        (n,) labels, True is bad.
    seed
        Of the random generator.
    groups
        (n,) the person of each row, who is never both learned from and held out.

    Examples
    --------
    >>> import numpy as np
    >>> folds = held_out_folds(np.arange(100) < 20, seed=0)
    >>> [(len(learned), len(held)) for learned, held in folds]
    [(80, 20), (80, 20), (80, 20), (80, 20), (80, 20)]
    """
    fold = fold_of_rows(default, count=FOLDS, seed=seed, groups=groups)
    folds = tuple(
        (np.flatnonzero(fold != index), np.flatnonzero(fold == index))
        for index in range(FOLDS if len(default) < LEAST_ROWS_FOR_ONE_FOLD else 1)
    )
    one_class = any(len(np.unique(default[rows])) < 2 for pair in folds for rows in pair)
    return () if one_class else folds


def fold_of_rows(
    default: NDArray[np.bool_], *, count: int, seed: int, groups: NDArray[Any] | None = None
) -> Rows:
    """Return the fold of each row: the rows of one person together, people with defaults spread.

    Parameters
    ----------
    default
        (n,) labels, True is bad.
    count
        Number of folds.
    seed
        Of the random generator.
    groups
        (n,) the person of each row; None is another person in every row.

    Examples
    --------
    >>> default = np.array([True, False, False, False, True, False])
    >>> fold_of_rows(default, count=2, seed=0, groups=np.array([7, 7, 8, 8, 9, 9])).tolist()
    [0, 0, 0, 0, 1, 1]
    """
    person = np.arange(len(default)) if groups is None else people_of(groups)
    bad = np.zeros(person.max(initial=-1) + 1, dtype=np.bool_)
    bad[person[default]] = True
    shuffled = np.random.default_rng(seed).permutation(len(bad))
    order = shuffled[np.argsort(bad[shuffled], kind="stable")]
    fold = np.empty(len(bad), dtype=np.int64)
    fold[order] = np.arange(len(bad)) % count
    return fold[person]


def people_of(groups: NDArray[Any]) -> Rows:
    """Return the number of each row's person, in the order in which people appear.

    Examples
    --------
    >>> people_of(np.array(["b", "a", "b"])).tolist()
    [0, 1, 0]
    """
    _, first, person = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[person]


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
