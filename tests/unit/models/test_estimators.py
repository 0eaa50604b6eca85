"""Tests of every installed family of loanwright.models behind their one contract."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from loanwright.binning.fit import BinningOptions
from loanwright.engine.load import load_runtime
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import ColumnsDiffer, DefaultModel
from loanwright.models.lightgbm import LightGBMClassifier
from loanwright.models.registry import (
    FAMILIES,
    Family,
    FamilyNotInstalled,
    FamilyUnknown,
    find_family,
    installed_families,
    make_model,
)
from loanwright.models.scorecard import ScorecardClassifier
from loanwright.scaling import logistic


def spec(name, **changes):
    return ColumnSpec(
        **{
            "name": name,
            "kind": "numeric",
            "direction": 0,
            "special": (),
            "categories": 0,
            **changes,
        }
    )


COLUMNS = (
    spec("delay", direction=1),
    spec("limit", direction=-1),
    spec("status", special=(-2.0, -1.0), direction=1),
    spec("purpose", kind="category", categories=4),
    spec("noise"),
)


def sample(rows=2000, seed=0):
    random = np.random.default_rng(seed)
    X = np.column_stack(
        [
            random.poisson(0.8, rows).astype(float),
            random.lognormal(3, 1, rows).round(1),
            random.integers(-2, 5, rows),
            random.integers(0, 4, rows),
            random.normal(size=rows),
        ]
    )
    risk = 0.7 * X[:, 0] - 0.02 * X[:, 1] + 0.4 * (X[:, 2] > 1) + 0.5 * (X[:, 3] == 2) - 1
    default = (random.random(rows) < logistic(risk)).astype(int)
    X[random.random(rows) < 0.05, 1] = np.nan
    return X, default


X, DEFAULT = sample()
QUICK = {
    "forest": {"trees": 60},
    "xgboost": {"trees": 150},
    "catboost": {"trees": 150},
    "blend": {"members": ("lightgbm", "scorecard")},
    "neural": {"epochs": 6, "width": 8, "layers": 1, "references": 4},
}
"""Settings that spare the tests a search for the number of trees; the defaults are elsewhere."""


def fitted(family, seed=3):
    model = make_model(family, columns=COLUMNS, seed=seed, **QUICK.get(family, {}))
    return model.fit(X, DEFAULT)


FITTED = {family: fitted(family) for family in installed_families()}
EVERY = pytest.mark.parametrize("family", sorted(FITTED))
MONOTONE = pytest.mark.parametrize(
    "family", sorted(family for family in FITTED if FAMILIES[family].monotone)
)


@EVERY
def test_a_family_keeps_the_contract(family):
    model = FITTED[family]
    assert isinstance(model, DefaultModel)
    assert model.family == family
    assert model.classes_.tolist() == [0, 1]


@EVERY
def test_probabilities_are_the_logistic_of_the_log_odds(family):
    found = FITTED[family].predict_proba(X)
    assert found.shape == (len(X), 2)
    assert found[:, 1].tobytes() == logistic(FITTED[family].decision_function(X)).tobytes()
    assert found.sum(axis=1) == pytest.approx(1)


@EVERY
def test_the_same_seed_gives_the_same_bytes(family):
    again = fitted(family)
    assert again.native_files() == FITTED[family].native_files()


def test_another_seed_gives_other_trees():
    files = [
        LightGBMClassifier(columns=COLUMNS, trees=10, random_state=seed)
        .fit(X, DEFAULT)
        .native_files()
        for seed in (3, 4)
    ]
    assert files[0] != files[1]


@MONOTONE
@given(st.integers(0, 1999), st.sampled_from([0, 1]), st.floats(0, 200), st.floats(0, 200))
@settings(max_examples=60, deadline=None)
def test_risk_moves_only_as_the_dictionary_says(family, row, column, one, other):
    low, high = sorted((one, other))
    pair = np.repeat(X[row : row + 1], 2, axis=0)
    pair[:, column] = low, high
    before, after = FITTED[family].decision_function(pair)
    assert (after - before) * COLUMNS[column].direction >= 0


@MONOTONE
def test_a_row_has_the_same_bits_alone_and_in_a_batch(family):
    model = FITTED[family]
    alone = np.concatenate([model.decision_function(X[i : i + 1]) for i in range(100)])
    assert alone.tobytes() == model.decision_function(X)[:100].tobytes()


@EVERY
def test_missing_values_in_every_column_have_a_probability(family):
    assert np.isfinite(FITTED[family].decision_function(np.full((1, 5), np.nan))).all()


@EVERY
def test_the_engine_returns_what_the_model_said(family):
    model = FITTED[family]
    runtime = load_runtime(family, model.native_files(), backend="numpy")
    assert runtime.feature_count == len(COLUMNS)
    tolerance = getattr(model, "tolerance", 1e-12)
    assert runtime.log_odds(X) == pytest.approx(model.decision_function(X), abs=tolerance)


@EVERY
def test_importance_is_shared_among_the_features(family):
    importance = FITTED[family].importance()
    assert list(importance) == [one.name for one in COLUMNS]
    assert sum(importance.values()) == pytest.approx(1)
    assert importance["delay"] > importance["noise"]


@EVERY
def test_the_probabilities_are_true_without_being_calibrated(family):
    from loanwright.metrics.probability import calibration_line

    fresh, default = sample(rows=10_000, seed=7)
    line = calibration_line(default, FITTED[family].predict_proba(fresh)[:, 1])
    assert line.slope.value == pytest.approx(1, abs=0.2)


@EVERY
def test_a_matrix_of_another_width_is_refused(family):
    with pytest.raises(ColumnsDiffer, match="4 columns, but 5"):
        make_model(family, columns=COLUMNS).fit(X[:, :4], DEFAULT)


@EVERY
def test_a_clone_has_the_same_parameters(family):
    assert clone(FITTED[family]).get_params() == FITTED[family].get_params()


def test_an_unknown_family_is_named():
    with pytest.raises(FamilyUnknown, match=r"known: .*lightgbm, .*scorecard"):
        make_model("oracle", columns=())


def test_a_family_whose_package_is_absent_says_how_to_add_it():
    absent = Family(
        name="crystal",
        title={"en": "Crystal ball"},
        place=("loanwright.models.crystal", "CrystalClassifier"),
        needs="a_package_that_nobody_has",
        extra="crystal",
        rank=99,
    )
    assert not absent.installed
    remedy = r"a_package_that_nobody_has.*pip install 'loanwright\[crystal\]'"
    with pytest.raises(FamilyNotInstalled, match=remedy):
        absent.load()


def test_the_card_is_readable_and_adds_up():
    model = FITTED["scorecard"]
    card = json.loads(model.native_files()["scorecard.json"])
    assert card["schema"] == 1
    assert [one["name"] for one in card["features"]] == [one.name for one in COLUMNS]
    for index, feature in enumerate(card["features"]):
        assert sum(b["share"] for b in feature["bins"]) == pytest.approx(1)
        assert feature["coefficient"] >= 0
        for b in feature["bins"]:
            assert b["log_odds"] == pytest.approx(-feature["coefficient"] * b["woe"], abs=1e-6)
        assert model.binnings_[index].name == feature["name"]


def test_points_of_a_bin_are_its_distance_from_the_average_applicant():
    card = FITTED["scorecard"].to_mapping()
    for feature in card["features"]:
        mean = sum(b["log_odds"] * b["share"] for b in feature["bins"])
        for b in feature["bins"]:
            exact = (mean - b["log_odds"]) * 20 / math.log(2)
            assert b["points"] == pytest.approx(exact, abs=1)


def test_a_feature_of_the_wrong_sign_is_dropped_by_name():
    random = np.random.default_rng(0)
    delay = random.normal(size=4000)
    default = random.random(4000) < logistic(delay - 1)
    # The echo is riskier alone, and safer once the delay is known.
    echo = delay + random.normal(0, 0.3, 4000) - 1.5 * (default - logistic(delay - 1))
    model = ScorecardClassifier(columns=(spec("delay"), spec("echo")))
    model.fit(np.column_stack([delay, echo]), default)
    assert (model.coefficients_ >= 0).all()
    assert set(model.dropped_) <= {"delay", "echo"}


def test_columns_with_special_codes_and_categories_are_not_constrained():
    text = FITTED["lightgbm"].native_files()["model.txt"].decode()
    assert "monotone_constraints=1 -1 0 0 0" in text


def test_a_given_number_of_trees_is_kept():
    model = LightGBMClassifier(columns=COLUMNS, trees=7).fit(X, DEFAULT)
    assert model.trees_ == 7


BOOSTED = {
    "trees": 15,
    "learning_rate": 0.3,
    "penalty": 1.0,
    "row_share": 1.0,
    "column_share": 1.0,
}
SMALL = {
    "scorecard": {"options": BinningOptions(min_count=5)},
    "lightgbm": {"trees": 15, "least_leaf_rows": 5, "row_share": 1.0, "column_share": 1.0},
    "forest": {"trees": 10, "least_leaf_rows": 2, "column_share": 1.0},
    "additive": {"bags": 1, "learning_rate": 0.1, "pairs": 1, "least_leaf_rows": 2},
    "xgboost": BOOSTED,
    "catboost": BOOSTED,
}
"""Settings for samples of a dozen rows, which scikit-learn's checks make."""
CHECKED_ELSEWHERE = ("blend", "neural")
"""Slow to fit: their own tests check them, on settings that only they have."""
CHECKED = [
    find_family(name).load()(**SMALL.get(name, {}))
    for name in installed_families()
    if name not in CHECKED_ELSEWHERE
]


@parametrize_with_checks(CHECKED)
def test_scikit_learn_finds_its_own_contract_kept(estimator, check):
    check(estimator)
