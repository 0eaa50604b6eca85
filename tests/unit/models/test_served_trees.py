"""The engine's answers against the libraries that learned the trees, where they could differ."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.engine.load import load_runtime
from loanwright.engine.trees import tree_runtime
from loanwright.engine.trees_json import parse_trees, write_trees
from loanwright.errors import Rejected
from loanwright.features.columns import ColumnSpec
from loanwright.models.registry import find_family, make_model
from loanwright.models.xgboost_trees import xgboost_ensemble
from loanwright.scaling import logistic

FAMILIES = [one for one in ("forest", "xgboost", "catboost") if find_family(one).installed]
EACH = pytest.mark.parametrize("family", FAMILIES)
TREES = {"forest": 40, "xgboost": 120, "catboost": 120}


def spec(name, **changes):
    usual = {"kind": "numeric", "direction": 0, "special": (), "categories": 0}
    return ColumnSpec(name=name, **usual | changes)


COLUMNS = (
    spec("delay", direction=1),
    spec("income", direction=-1),
    spec("limit", direction=-1),
    spec("status", special=(-2.0, -1.0), direction=1),
    spec("purpose", kind="category", categories=7),
    spec("region", kind="category", categories=30),
    spec("share"),
    spec("constant"),
)
CATEGORIES = (4, 5)


def sample(rows=4000, seed=0):
    """Return rows with missing numbers and categories, special codes and ties; and their labels."""
    random = np.random.default_rng(seed)
    X = np.column_stack(
        [
            random.poisson(0.8, rows).astype(float),
            random.lognormal(10, 1, rows),
            random.lognormal(3, 1, rows).round(1),
            random.integers(-2, 6, rows),
            random.integers(0, 6, rows),
            random.integers(0, 25, rows),
            random.normal(size=rows),
            np.ones(rows),
        ]
    )
    risk = 0.7 * X[:, 0] - 0.3 * np.log(X[:, 1]) - 0.02 * X[:, 2] + 0.4 * (X[:, 3] > 1)
    risk += 0.8 * (X[:, 4] == 2) + 0.5 * (X[:, 5] % 3 == 1) + 0.4 * np.sin(3 * X[:, 6]) + 1.5
    for column, share in ((1, 0.1), (4, 0.1), (6, 0.05)):
        gone = random.random(rows) < share
        X[gone, column] = np.nan
        risk[gone] += 0.5
    return X, random.random(rows) < logistic(risk)


X, DEFAULT = sample()
FITTED = {
    family: make_model(family, columns=COLUMNS, seed=1, trees=TREES[family]).fit(X, DEFAULT)
    for family in FAMILIES
}
RUNTIME = {
    family: load_runtime(family, model.native_files(), backend="numba")
    for family, model in FITTED.items()
}


def tolerance(family):
    return getattr(FITTED[family], "tolerance", 1e-12)


def assert_agree(family, rows):
    expected = FITTED[family].decision_function(rows)
    np.testing.assert_allclose(
        RUNTIME[family].log_odds(rows), expected, rtol=0, atol=tolerance(family)
    )


@EACH
def test_new_rows_are_answered_as_the_library_answers_them(family):
    rows = sample(rows=10_000, seed=9)[0]
    assert np.isnan(rows).any()
    assert_agree(family, rows)


@EACH
def test_missing_values_where_none_were_learned_are_answered_alike(family):
    rows = sample(rows=3000, seed=5)[0]
    random = np.random.default_rng(0)
    rows[random.random(rows.shape) < 0.3] = np.nan
    assert_agree(family, rows)
    assert_agree(family, np.full((1, len(COLUMNS)), np.nan))


@EACH
def test_categories_that_were_not_learned_or_do_not_exist_are_answered_alike(family):
    rows = sample(rows=2000, seed=6)[0]
    random = np.random.default_rng(1)
    odd = [6.0, 25.0, 29.0, 30.0, 31.0, 64.0, 1e6, 3e9, -1.0, -0.5, 0.5, 2.7, 1e300, np.nan]
    for column in CATEGORIES:
        rows[:, column] = random.choice(odd, len(rows))
    assert_agree(family, rows)


@EACH
def test_values_at_and_next_to_every_threshold_go_the_same_way(family):
    """A row for each threshold and each of its neighbours, in float64 and in float32."""
    splits = [split for tree in FITTED[family].ensemble_.trees for split in tree.splits]
    places = sorted({(s.feature, s.threshold) for s in splits if s.categories is None})
    assert len(places) > 100
    rows = []
    random = np.random.default_rng(2)
    for feature, threshold in places:
        single = np.float32(threshold)
        around = [threshold, *(np.nextafter(threshold, way) for way in (-np.inf, np.inf))]
        around += [
            float(single),
            *(float(np.nextafter(single, np.float32(w))) for w in (-np.inf, np.inf)),
        ]
        for value in filter(np.isfinite, around):
            row = X[random.integers(len(X))].copy()
            row[feature] = value
            rows.append(row)
    assert_agree(family, np.array(rows))


@EACH
def test_extreme_numbers_are_answered_alike(family):
    rows = np.repeat(X[:40], 10, axis=0)
    extremes = [0.0, -0.0, 1e-36, -1e-36, 1e-30, 1e38, -1e38, 3e38, 1e300, -1e300]
    for column in (0, 1, 2, 3, 6, 7):
        odd = rows.copy()
        odd[:, column] = np.tile(extremes, 40)
        assert_agree(family, odd)


@EACH
@given(
    row=st.integers(0, len(X) - 1),
    column=st.sampled_from([0, 1, 2]),
    one=st.floats(-10, 1e5),
    other=st.floats(-10, 1e5),
)
@settings(max_examples=200, deadline=None)
def test_risk_moves_only_as_the_dictionary_says(family, row, column, one, other):
    low, high = sorted((one, other))
    pair = np.repeat(X[row : row + 1], 2, axis=0)
    pair[:, column] = low, high
    before, after = RUNTIME[family].log_odds(pair)
    # Sums of the same trees may differ in their last bits.
    assert (after - before) * COLUMNS[column].direction >= -1e-12


@EACH
def test_a_missing_number_is_not_bound_by_the_direction(family):
    """Who conceals income here is riskier, and is told apart from the highest incomes."""
    rows = np.repeat(X[~np.isnan(X[:, 1])][:500], 3, axis=0)
    rows[0::3, 1] = np.nan
    rows[1::3, 1] = X[:, 1][~np.isnan(X[:, 1])].max()
    rows[2::3, 1] = np.median(X[:, 1][~np.isnan(X[:, 1])])
    missing, highest, middle = RUNTIME[family].log_odds(rows).reshape(-1, 3).mean(axis=0)
    assert missing > middle > highest


@EACH
def test_special_values_are_no_quantities(family):
    """Codes may be riskier than the quantities above them, whatever the direction."""
    random = np.random.default_rng(4)
    status = random.integers(-2, 6, 6000).astype(float)
    risk = np.where(status == -2, 1.5, np.where(status == -1, -1.5, 0.3 * status)) - 1
    model = make_model(family, columns=(COLUMNS[3],), seed=1, trees=60)
    model.fit(status[:, None], random.random(6000) < logistic(risk))
    answers = model.decision_function([[-2.0], [-1.0], [3.0]])
    assert answers[0] > answers[2] > answers[1]


@EACH
def test_contributions_and_base_add_up(family):
    rows = sample(rows=500, seed=8)[0]
    log_odds, contributions = RUNTIME[family].explain(rows)
    total = contributions.sum(axis=1) + RUNTIME[family].base
    np.testing.assert_allclose(total, log_odds, rtol=0, atol=1e-9)
    assert not contributions[:, -1].any()


@EACH
def test_both_backends_have_the_same_bits(family):
    rows = sample(rows=200, seed=8)[0]
    plain = load_runtime(family, FITTED[family].native_files(), backend="numpy")
    for one, other in zip(plain.explain(rows), RUNTIME[family].explain(rows), strict=True):
        assert one.tobytes() == other.tobytes()


@EACH
def test_the_base_is_the_mean_over_the_development_rows(family):
    mean = float(RUNTIME[family].log_odds(X).mean())
    assert RUNTIME[family].base == pytest.approx(mean, abs=1e-5)


@EACH
def test_ordered_threads_give_the_same_bytes_again(family):
    rows, default = sample(rows=12_000, seed=3)
    files = [
        make_model(family, columns=COLUMNS, seed=1, trees=15).fit(rows, default).native_files()
        for _ in range(2)
    ]
    assert files[0] == files[1]


@EACH
def test_a_damaged_file_is_refused_and_never_another_model(family):
    text = FITTED[family].native_files()["trees.json"]
    random = np.random.default_rng(0)
    for place, bit in zip(
        random.integers(0, len(text), 200), random.integers(0, 8, 200), strict=True
    ):
        damaged = bytearray(text)
        damaged[place] ^= 1 << bit
        with pytest.raises(Rejected):
            load_runtime(family, {"trees.json": bytes(damaged)})


@EACH
def test_the_number_of_trees_is_found_by_early_stopping(family):
    if family == "forest":
        pytest.skip("a forest does not get worse with more trees")
    model = make_model(family, columns=COLUMNS, seed=1, learning_rate=0.3).fit(X, DEFAULT)
    assert 10 <= model.trees_ < 200


@EACH
def test_rows_that_are_all_alike_get_their_default_rate(family):
    model = make_model(family, columns=COLUMNS[:2], trees=12)
    model.fit(np.ones((300, 2)), np.arange(300) < 60)
    assert model.predict_proba(np.ones((1, 2)))[0, 1] == pytest.approx(0.2, abs=1e-3)
    runtime = load_runtime(family, model.native_files())
    answers = runtime.log_odds(np.zeros((3, 2)))
    assert answers == pytest.approx(model.decision_function(np.zeros((3, 2))), abs=1e-5)
    assert set(model.importance().values()) == {0.0}


def test_contributions_are_those_of_xgboost_when_rows_are_weighed_as_it_weighs_them():
    """XGBoost weighs a branch by its curvature, the engine by its rows: the rest is the same."""
    model = FITTED["xgboost"]
    known = model._known(X[:500])
    theirs = model.booster_.predict(known, pred_contribs=True)
    ensemble = xgboost_ensemble(
        bytes(model.booster_.save_raw("json")), COLUMNS, weighed_by_curvature(model.booster_)
    )
    runtime = tree_runtime(ensemble)
    np.testing.assert_allclose(runtime.explain(X[:500])[1], theirs[:, :-1], rtol=0, atol=1e-4)
    assert runtime.base == pytest.approx(float(theirs[0, -1]), abs=1e-4)


def weighed_by_curvature(booster):
    """Return so many made-up rows in each leaf that their shares are those of its curvature."""
    trees = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]["model"]
    columns = []
    for tree in trees["trees"]:
        ends = [node for node, left in enumerate(tree["left_children"]) if left < 0]
        curvature = np.array([tree["sum_hessian"][node] for node in ends])
        rows = np.rint(curvature / curvature.sum() * 400_000).astype(int)
        columns.append(np.repeat(ends, rows))
    length = max(map(len, columns))
    return np.column_stack(
        [np.pad(column, (0, length - len(column)), "edge") for column in columns]
    )


@pytest.mark.skipif("catboost" not in FAMILIES, reason="catboost is not installed")
def test_contributions_are_those_of_catboost():
    model = FITTED["catboost"]
    theirs = model.booster_.get_feature_importance(model._pool(X, DEFAULT), type="ShapValues")
    ours = RUNTIME["catboost"].explain(X)[1]
    order = [c.feature for c in (*model.number_columns_, *model.category_columns_)]
    assert RUNTIME["catboost"].base == pytest.approx(float(theirs[0, -1]), abs=1e-4)
    # A feature of two columns is one player for the engine, and two for CatBoost.
    alone = [place for place, feature in enumerate(order) if order.count(feature) == 1]
    joined = sorted({feature for feature in order if order.count(feature) > 1})
    assert joined == [1]
    gaps = ours[:, [order[place] for place in alone]] - theirs[:, alone]
    assert np.abs(gaps).max() < 0.01


@pytest.mark.skipif("catboost" not in FAMILIES, reason="catboost is not installed")
def test_contributions_are_exactly_those_of_catboost_where_no_feature_has_two_columns():
    free = tuple(spec(one.name, kind=one.kind, categories=one.categories) for one in COLUMNS)
    model = make_model("catboost", columns=free, seed=1, trees=60).fit(X, DEFAULT)
    theirs = model.booster_.get_feature_importance(model._pool(X, DEFAULT), type="ShapValues")
    ours = tree_runtime(model.ensemble_).explain(X)[1]
    order = [c.feature for c in (*model.number_columns_, *model.category_columns_)]
    np.testing.assert_allclose(ours[:, order], theirs[:, :-1], rtol=0, atol=1e-9)


def test_leaves_that_no_row_reached_keep_catboosts_value():
    if "catboost" not in FAMILIES:
        pytest.skip("catboost is not installed")
    trees = FITTED["catboost"].ensemble_.trees
    assert any(0 < min(tree.leaf_counts) <= 1 < max(tree.leaf_counts) for tree in trees)
    random = np.random.default_rng(0)
    # Columns drawn apart from each other make combinations that were never seen.
    rows = np.column_stack([random.permutation(X[:, column]) for column in range(len(COLUMNS))])
    assert_agree("catboost", np.vstack([rows, rows[::-1]]))


@EACH
def test_the_text_gives_back_the_trees(family):
    ensemble = FITTED[family].ensemble_
    assert parse_trees(write_trees(ensemble)) == ensemble
