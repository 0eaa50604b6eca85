"""Tests of loanwright.models.early_stopping."""

import numpy as np
import pytest

from loanwright.models.early_stopping import (
    FOLDS,
    LEAST_ROWS_FOR_ONE_FOLD,
    LEAST_TREES,
    held_out_folds,
    trees_of_least_loss,
)


def labels(rows, defaults):
    return np.random.default_rng(0).permutation(np.arange(rows) < defaults)


def test_folds_hold_out_every_row_once_with_equal_shares_of_defaults():
    default = labels(1000, 200)
    folds = held_out_folds(default, seed=1)
    assert len(folds) == FOLDS
    assert np.array_equal(np.sort(np.concatenate([held for _, held in folds])), np.arange(1000))
    for learned, held in folds:
        assert not set(learned) & set(held)
        assert default[held].sum() == 40


def test_a_seed_gives_the_same_folds_and_another_gives_others():
    default = labels(500, 100)
    one, same, other = (held_out_folds(default, seed=seed)[0][1] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_large_samples_are_judged_on_one_fold():
    folds = held_out_folds(labels(LEAST_ROWS_FOR_ONE_FOLD, 2000), seed=0)
    assert len(folds) == 1
    assert len(folds[0][1]) == LEAST_ROWS_FOR_ONE_FOLD // FOLDS


def test_too_few_defaults_leave_no_fold_and_few_trees():
    assert held_out_folds(labels(100, 3), seed=0) == ()
    assert trees_of_least_loss(()) == LEAST_TREES


@pytest.mark.parametrize(
    ("curves", "expected"),
    [
        ([[9.0] * 30 + [1.0] + [2.0] * 5], 31),
        # A fold that stopped early keeps its last loss while the other goes on to improve.
        ([[5.0] * 20, [5.0] * 39 + [1.0]], 40),
        ([[1.0] + [2.0] * 40], LEAST_TREES),
    ],
)
def test_the_least_mean_loss_decides(curves, expected):
    assert trees_of_least_loss(curves) == expected
