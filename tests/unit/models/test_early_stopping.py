"""Tests of loanwright.models.early_stopping."""

import importlib

import numpy as np
import pytest

from loanwright.models import blend as blend_module
from loanwright.models.early_stopping import (
    FOLDS,
    LEAST_ROWS_FOR_ONE_FOLD,
    LEAST_TREES,
    MOST_TREES,
    fold_of_rows,
    held_out_folds,
    people_of,
    trees_of_least_loss,
)
from loanwright.models.registry import FAMILIES, make_model
from loanwright.scaling import logistic


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


def people(count=500, rows_each=4, seed=0):
    """Return people with much noise and little signal, once and with their rows repeated."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(count, 6))
    default = random.random(count) < logistic(0.5 * X[:, 0] - 1.0)
    groups = np.repeat([f"person {number}" for number in range(count)], rows_each)
    mixed = random.permutation(len(groups))
    repeated = np.repeat(np.arange(count), rows_each)[mixed]
    return (X, default), (X[repeated], default[repeated]), groups[mixed]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_person_is_on_both_sides_of_a_fold(seed):
    _, (_, default), groups = people(seed=seed)
    folds = held_out_folds(default, seed=seed, groups=groups)
    assert len(folds) == FOLDS
    held_out = np.concatenate([held for _, held in folds])
    assert np.array_equal(np.sort(held_out), np.arange(len(default)))
    for learned, held in folds:
        assert not set(groups[learned]) & set(groups[held])
        assert abs(default[held].mean() - default.mean()) < 0.01


def test_people_with_one_row_each_are_divided_as_rows_are():
    default = labels(500, 100)
    names = np.random.default_rng(0).permutation(500)
    alone = fold_of_rows(default, count=5, seed=3)
    assert np.array_equal(fold_of_rows(default, count=5, seed=3, groups=names), alone)


def test_one_person_with_all_the_defaults_leaves_no_fold():
    groups = np.repeat(np.arange(50), 4)
    assert held_out_folds(groups == 7, seed=0, groups=groups) == ()


@pytest.mark.parametrize("family", ["lightgbm", "xgboost"])
def test_repeated_rows_of_a_person_do_not_put_off_the_stop(family):
    pytest.importorskip(family)
    once, repeated, groups = people(seed=1)
    alone, together, apart = (
        make_model(family, columns=None, seed=0).fit(*sample, group)
        for sample, group in ((once, None), (repeated, groups), (repeated, None))
    )
    assert alone.trees_ / 2 < together.trees_ < 2 * alone.trees_
    assert apart.trees_ == MOST_TREES
    assert not [name for name in vars(together) if "group" in name]


@pytest.mark.parametrize(
    "family",
    [
        "additive",
        "catboost",
        "neural",
    ],
)
def test_other_learners_hold_out_all_rows_of_a_person(family, monkeypatch):
    if not FAMILIES[family].installed:
        pytest.skip(f"{family} is not installed")
    _, (X, default), groups = people()
    module = importlib.import_module(f"loanwright.models.{family}")
    name = "held_out_folds" if family == "catboost" else "fold_of_rows"
    seen = []

    def spy(*given, groups, **named):
        seen.append(groups)
        raise InterruptedError

    monkeypatch.setattr(module, name, spy)
    with pytest.raises(InterruptedError):
        make_model(family, columns=None, seed=0).fit(X, default, groups)
    assert np.array_equal(seen[0], people_of(groups))


def test_a_bag_of_the_additive_family_learns_from_no_person_it_holds_out(monkeypatch):
    pytest.importorskip("interpret")
    _, (X, default), groups = people()
    machine = importlib.import_module("interpret.glassbox").ExplainableBoostingClassifier
    fit, seen = machine.fit, []

    def spy(self, X, y, bags):
        seen.append(bags)
        return fit(self, X, y, bags=bags)

    monkeypatch.setattr(machine, "fit", spy)
    make_model("additive", columns=None, seed=0, bags=3, pairs=0).fit(X, default, groups)
    assert seen[0].shape == (len(X), 3)
    assert len(np.unique(seen[0], axis=1).T) == 3
    for bag in seen[0].T:
        assert 0.1 < np.mean(bag < 0) < 0.2
        assert not set(groups[bag < 0]) & set(groups[bag > 0])


def test_a_blend_tells_its_members_whose_rows_they_are():
    _, (X, default), groups = people()
    settings = {"members": ("lightgbm", "scorecard")}
    blend = make_model("blend", columns=None, seed=0, **settings).fit(X, default, groups)
    alone = make_model("lightgbm", columns=None, seed=0).fit(X, default, groups)
    assert blend.models_["lightgbm"].trees_ == alone.trees_


def test_the_weights_of_a_blend_are_found_on_people_it_did_not_learn_from():
    _, (_, default), groups = people()
    fold = blend_module._folds(default, seed=0, groups=groups)
    assert all(len(set(fold[groups == person])) == 1 for person in groups)


@pytest.mark.parametrize("family", ["lightgbm", "additive", "neural", "blend"])
def test_the_person_of_every_row_must_be_given(family):
    if not FAMILIES[family].installed:
        pytest.skip(f"{family} is not installed")
    _, (X, default), groups = people()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        make_model(family, columns=None, seed=0).fit(X, default, groups[1:])
