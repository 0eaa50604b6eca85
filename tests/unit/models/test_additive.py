"""Tests of loanwright.models.additive and of the tables it makes."""

import importlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.models.portfolio import COLUMNS, portfolio, spec

from loanwright.engine.load import load_runtime
from loanwright.scaling import logistic

pytest.importorskip("interpret")
AdditiveClassifier = importlib.import_module("loanwright.models.additive").AdditiveClassifier

X, DEFAULT = portfolio()
MODEL = AdditiveClassifier(columns=COLUMNS, bags=2, pairs=4).fit(X, DEFAULT)
CUTS = sorted(
    {
        edge
        for term in MODEL.table_.terms
        for part in (term.axes if term.kind == "pair" else (term,))
        for edge in getattr(part, "edges", None) or ()
    }
)
VALUES = [math.nan, 0.0, 1.0, 2.0, 3.0, 4.0, 7.0, 0.5, -2.0, -1e9, 1e9, *CUTS]


def both(rows):
    runtime = load_runtime("additive", MODEL.native_files())
    return runtime.log_odds(rows), MODEL.ebm_.decision_function(np.asarray(rows))


def test_the_engine_repeats_the_machine_on_its_own_sample():
    served, trained = both(X)
    assert served == pytest.approx(trained, abs=1e-12)


@given(st.lists(st.sampled_from(VALUES), min_size=5, max_size=5))
@settings(max_examples=200, deadline=None)
def test_the_engine_repeats_the_machine_at_cut_points_and_where_nothing_is_known(row):
    row[3] = row[3] if row[3] in range(4) else math.nan
    served, trained = both([row])
    assert served == pytest.approx(trained, abs=1e-9)


@pytest.mark.parametrize("step", [-math.inf, math.inf])
def test_the_engine_repeats_the_machine_just_beside_each_cut_point(step):
    rows = np.repeat([[1.0, 20.0, 1.0, 2.0, 0.0]], len(CUTS), axis=0)
    for column in (0, 1, 2, 4):
        beside = rows.copy()
        beside[:, column] = np.nextafter(CUTS, step)
        served, trained = both(beside)
        assert served == pytest.approx(trained, abs=1e-9)


def test_a_category_that_was_never_seen_has_the_machines_answer():
    served, trained = both([[1.0, 20.0, 1.0, 4.0, 0.0]])
    assert served == pytest.approx(trained, abs=1e-9)


def test_pairs_hold_nothing_that_one_feature_says_alone():
    pairs = [term for term in MODEL.table_.terms if term.kind == "pair"]
    assert len(pairs) >= 1
    for pair in pairs:
        table = np.array(pair.log_odds)
        first, second = (np.array(axis.share) for axis in pair.axes)
        assert table @ second == pytest.approx(np.zeros(len(first)), abs=1e-9)
        assert first @ table == pytest.approx(np.zeros(len(second)), abs=1e-9)
        assert np.abs(table).max() > 1e-3


def test_a_feature_with_a_direction_is_in_no_pair():
    directed = {"delay", "limit"}
    for term in MODEL.table_.terms:
        if term.kind == "pair":
            assert not directed & set(term.features)


@given(st.integers(0, 2999), st.sampled_from([0, 1]), st.floats(0, 200), st.floats(0, 200))
@settings(max_examples=60, deadline=None)
def test_risk_moves_only_as_the_dictionary_says(row, column, one, other):
    pair = np.repeat(X[row : row + 1], 2, axis=0)
    pair[:, column] = sorted((one, other))
    before, after = load_runtime("additive", MODEL.native_files()).log_odds(pair)
    assert (after - before) * COLUMNS[column].direction >= 0


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_staircase_against_its_direction_is_flat(direction):
    random = np.random.default_rng(0)
    values = random.normal(size=2000)
    default = random.random(2000) < logistic(-direction * values)
    model = AdditiveClassifier(columns=(spec("x", direction=direction),), bags=2)
    model.fit(values[:, None], default)
    steps = model.table_.terms[0].log_odds
    assert max(steps) - min(steps) == pytest.approx(0, abs=0.05)


def test_contributions_are_centred_on_the_development_sample():
    log_odds, contributions = load_runtime("additive", MODEL.native_files()).explain(X)
    assert contributions.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-9)
    assert MODEL.table_.base == pytest.approx(log_odds.mean(), abs=1e-9)


def test_two_features_that_matter_only_together_are_found_together():
    random = np.random.default_rng(0)
    values = random.normal(size=(3000, 3))
    default = random.random(3000) < logistic(2 * np.sign(values[:, 0] * values[:, 2]))
    model = AdditiveClassifier(bags=2, pairs=1).fit(values, default)
    assert model.table_.terms[-1].features == ("x0", "x2")
    corners = model.decision_function([[1, 0, 1], [1, 0, -1], [-1, 0, 1], [-1, 0, -1]])
    assert (np.sign(corners) == [1, -1, -1, 1]).all()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    files = [
        AdditiveClassifier(columns=COLUMNS, bags=2, pairs=4, random_state=seed)
        .fit(X, DEFAULT)
        .native_files()
        for seed in (0, 1)
    ]
    assert files[0] == MODEL.native_files()
    assert files[1] != files[0]


def test_no_pairs_are_possible():
    model = AdditiveClassifier(columns=COLUMNS, bags=2, pairs=0).fit(X, DEFAULT)
    assert {term.kind for term in model.table_.terms} == {"step", "category"}


def test_a_column_without_any_value_and_a_constant_one_add_nothing():
    columns = np.column_stack([np.full(len(X), np.nan), np.ones(len(X)), X[:, 0]])
    model = AdditiveClassifier(bags=2, pairs=1).fit(columns, DEFAULT)
    shares = model.importance()
    assert shares["x0"] == pytest.approx(0, abs=1e-9)
    assert shares["x1"] == pytest.approx(0, abs=1e-9)
    served = load_runtime("additive", model.native_files()).log_odds([[3.0, 7.0, 1.0]])
    assert served == pytest.approx(model.decision_function([[3.0, 7.0, 1.0]]), abs=1e-12)
