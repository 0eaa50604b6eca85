"""The blend: weights found on unseen rows, members refitted, one number from the engine."""

import json

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from loanwright.binning.fit import BinningOptions
from loanwright.engine.load import load_runtime
from loanwright.features.columns import ColumnSpec
from loanwright.models import blend as blend_module
from loanwright.models.blend import (
    BlendClassifier,
    BlendHasNoMembers,
    BlendOfBlends,
    blend_weights,
)
from loanwright.models.contract import DefaultModel
from loanwright.models.registry import FAMILIES, make_model
from loanwright.scaling import logistic


def column(name, direction=0):
    return ColumnSpec(name=name, kind="numeric", direction=direction, special=(), categories=0)


COLUMNS = (column("delay", 1), column("limit", -1), column("noise"))
SMALL = {"lightgbm": {"trees": 25, "leaves": 4}}
PAIR = ("scorecard", "lightgbm")


def sample(rows=1200, seed=0):
    random = np.random.default_rng(seed)
    X = np.column_stack(
        [random.poisson(0.8, rows), random.lognormal(3, 1, rows), random.normal(size=rows)]
    )
    risk = 0.8 * X[:, 0] - 0.4 * np.log(X[:, 1]) + 0.5 * (X[:, 0] > 1) * (X[:, 1] < 20) - 0.5
    default = (random.random(rows) < logistic(risk)).astype(int)
    X[random.random(rows) < 0.05, 1] = np.nan
    return X, default


X, DEFAULT = sample()


def blend(**changes):
    settings = {"columns": COLUMNS, "members": PAIR, "settings": SMALL, "random_state": 3}
    return BlendClassifier(**{**settings, **changes})


FITTED = blend().fit(X, DEFAULT)


def test_a_blend_keeps_the_contract_and_is_known_by_name():
    assert isinstance(FITTED, DefaultModel)
    made = make_model("blend", columns=COLUMNS, members=PAIR)
    assert (made.family, made.members) == ("blend", PAIR)


def test_weights_are_readable_shares_of_one():
    assert sum(FITTED.weights_.values()) == pytest.approx(1)
    assert all(
        weight * 20 == pytest.approx(round(weight * 20)) for weight in FITTED.weights_.values()
    )
    assert all(weight > 0 for weight in FITTED.weights_.values())


def test_the_engine_says_what_the_blend_said():
    files = FITTED.native_files()
    for backend in ("numba", "numpy"):
        runtime = load_runtime("blend", files, backend)
        assert runtime.feature_count == 3
        difference = np.abs(runtime.log_odds(X) - FITTED.decision_function(X)).max()
        assert difference <= 1e-12


def test_members_learn_from_all_rows_in_the_end():
    alone = make_model("lightgbm", columns=COLUMNS, seed=3, **SMALL["lightgbm"]).fit(X, DEFAULT)
    assert FITTED.models_["lightgbm"].native_files() == alone.native_files()
    texts = [one["text"] for one in json.loads(FITTED.native_files()["blend.json"])["members"]]
    assert alone.native_files()["model.txt"].decode() in texts


def test_the_better_member_on_unseen_rows_gets_the_votes():
    random = np.random.default_rng(0)
    good = np.where(DEFAULT == 1, 1.0, -1.0) + random.normal(size=len(DEFAULT))
    useless = random.normal(size=len(DEFAULT))
    assert blend_weights(np.array([useless, good]), DEFAULT == 1)[1] >= 0.9


def test_two_members_with_their_own_noise_share_the_votes():
    random = np.random.default_rng(0)
    truth = random.normal(size=20_000)
    default = random.random(20_000) < logistic(truth)
    said = truth + random.normal(0, 0.7, size=(2, 20_000))
    weights = blend_weights(said, default)
    assert sum(weights) == pytest.approx(1)
    assert min(weights) >= 0.4


def test_given_weights_say_who_the_members_are():
    given = blend(members=None, weights={"scorecard": 0.25, "lightgbm": 0.75}).fit(X, DEFAULT)
    said = {
        family: make_model(family, columns=COLUMNS, seed=3, **SMALL.get(family, {}))
        .fit(X, DEFAULT)
        .decision_function(X)
        for family in PAIR
    }
    mixed = 0.25 * said["scorecard"] + 0.75 * said["lightgbm"]
    np.testing.assert_allclose(given.decision_function(X), mixed, atol=1e-12)


def test_a_blend_of_one_is_that_one():
    one = blend(members=("lightgbm",)).fit(X, DEFAULT)
    alone = make_model("lightgbm", columns=COLUMNS, seed=3, **SMALL["lightgbm"]).fit(X, DEFAULT)
    assert one.weights_ == {"lightgbm": 1.0}
    assert one.decision_function(X).tobytes() == alone.decision_function(X).tobytes()


@pytest.mark.parametrize(("rows", "folds"), [(1999, 5), (2000, 3), (9999, 3)])
def test_every_row_is_unseen_once_where_rows_are_few(rows, folds):
    default = np.arange(rows) % 4 == 0
    fold = blend_module._folds(default, seed=0)
    assert sorted(set(fold.tolist())) == list(range(folds))
    rates = [default[fold == number].mean() for number in range(folds)]
    assert max(rates) - min(rates) < 0.01


def test_a_third_of_many_rows_is_unseen_once():
    fold = blend_module._folds(np.arange(12_000) % 4 == 0, seed=0)
    assert sorted(set(fold.tolist())) == [-1, 0]
    assert (fold == 0).sum() == 4000


def test_risk_moves_only_as_the_dictionary_says():
    grid = np.linspace(0, 200, 60)
    for row in X[:40]:
        for place, direction in ((0, 1), (1, -1)):
            moved = np.repeat(row[None], len(grid), axis=0)
            moved[:, place] = grid
            steps = np.diff(FITTED.decision_function(moved)) * direction
            assert steps.min() >= 0


def test_the_same_seed_gives_the_same_bytes():
    assert blend().fit(X, DEFAULT).native_files() == FITTED.native_files()


def test_importance_is_shared_among_the_features():
    importance = FITTED.importance()
    assert list(importance) == ["delay", "limit", "noise"]
    assert sum(importance.values()) == pytest.approx(1)
    assert importance["delay"] > importance["noise"]


def test_default_members_are_the_boosters_that_are_installed():
    names = blend_module._families(None)
    assert names[0] == "lightgbm"
    assert set(names) <= {"lightgbm", "xgboost", "catboost"}
    assert all(FAMILIES[name].installed for name in names)


def test_a_blend_of_blends_is_refused():
    with pytest.raises(BlendOfBlends):
        blend(members=("lightgbm", "blend")).fit(X, DEFAULT)


@pytest.mark.parametrize("members", [(), ("lightgbm", "lightgbm")])
def test_no_member_and_a_member_named_twice_are_refused(members):
    with pytest.raises(BlendHasNoMembers):
        blend(members=members).fit(X, DEFAULT)


CHECKED = BlendClassifier(
    members=PAIR,
    settings={
        "scorecard": {"options": BinningOptions(min_count=5)},
        "lightgbm": {"trees": 15, "least_leaf_rows": 5, "row_share": 1.0, "column_share": 1.0},
    },
)


@parametrize_with_checks([CHECKED])
def test_scikit_learn_finds_its_own_contract_kept(estimator, check):
    check(estimator)
