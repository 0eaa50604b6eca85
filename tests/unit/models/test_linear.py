"""Tests of loanwright.models.linear."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.models.portfolio import COLUMNS, portfolio, spec

from loanwright.engine.load import load_runtime
from loanwright.metrics.samples import ParameterOutOfRange
from loanwright.models.linear import LogisticClassifier
from loanwright.scaling import logistic

X, DEFAULT = portfolio()
MODEL = LogisticClassifier(columns=COLUMNS).fit(X, DEFAULT)
TERM = {term.feature: term for term in MODEL.table_.terms}


def by_hand(row):
    """Return the log-odds of a row from what is written in the table, and nothing else."""
    total = MODEL.table_.intercept
    for name, value in zip(TERM, row, strict=True):
        term = TERM[name]
        if math.isnan(value):
            total += term.missing
        elif term.kind == "category":
            known = value in range(len(term.log_odds))
            total += term.log_odds[int(value)] if known else term.other
        elif value in {one.value for one in term.special}:
            total += next(one.log_odds for one in term.special if one.value == value)
        else:
            held = min(max(value, term.low), term.high)
            held = math.log1p(held) if term.transform == "log" else held
            total += term.coefficient * (held - term.centre) / term.scale
    return total


STRANGE = [
    [math.nan] * 5,
    [-1e9, 1e9, -2.0, 4.0, math.nan],
    [1e9, -1e9, -1.0, 9.0, -1e9],
    [0.0, 0.0, 0.5, 0.5, 1e300],
]


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_the_engine_gives_what_can_be_worked_out_by_hand(backend):
    rows = np.vstack([X[:300], STRANGE])
    runtime = load_runtime("logistic", MODEL.native_files(), backend)
    expected = [by_hand(row) for row in rows.tolist()]
    assert runtime.log_odds(rows) == pytest.approx(expected, abs=1e-9)
    assert MODEL.decision_function(rows) == pytest.approx(expected, abs=1e-9)


def test_coefficients_are_those_of_the_likelihood():
    """Two groups of 200 with 40 and 120 defaults: log-odds differ by ln 6."""
    x = np.repeat([0.0, 1.0], 200)
    default = np.concatenate([np.arange(200) < 40, np.arange(200) < 120])
    model = LogisticClassifier(penalty=1e-9).fit(x[:, None], default)
    low, high = model.decision_function([[0.0], [1.0]])
    assert low == pytest.approx(math.log(40 / 160), abs=1e-5)
    assert high == pytest.approx(math.log(120 / 80), abs=1e-5)


def test_categories_have_their_own_log_odds_and_rare_ones_share_theirs():
    codes = np.repeat([0.0, 1.0, 2.0, 3.0], [400, 400, 10, 10])
    default = np.concatenate(
        [np.arange(400) < 40, np.arange(400) < 200, np.arange(10) < 2, np.arange(10) < 8]
    )
    columns = (spec("purpose", kind="category", categories=5),)
    model = LogisticClassifier(columns=columns, penalty=1e-6).fit(codes[:, None], default)
    found = model.decision_function([[0.0], [1.0], [2.0], [3.0], [4.0]])
    expected = [math.log(40 / 360), 0.0, 0.0, 0.0, 0.0]
    assert found == pytest.approx(expected, abs=1e-3)
    assert found[2] == found[3] == found[4]


def test_missing_and_special_values_have_coefficients_of_their_own():
    values = np.repeat([0.0, 1.0, -9.0, np.nan], 400)
    default = np.concatenate([np.arange(400) < bad for bad in (100, 200, 350, 20)])
    model = LogisticClassifier(columns=(spec("x", special=(-9.0, -8.0)),), penalty=1e-6)
    model.fit(values[:, None], default)
    found = model.decision_function([[0.0], [1.0], [-9.0], [np.nan]])
    expected = [math.log(bad / (400 - bad)) for bad in (100, 200, 350, 20)]
    assert found == pytest.approx(expected, abs=1e-3)
    # A special value that the sample does not have weighs as the average ordinary one.
    assert model.table_.terms[0].special[1].log_odds == 0.0


def test_values_beyond_the_quantiles_count_as_the_quantile():
    assert TERM["noise"].low == pytest.approx(np.quantile(X[:, 4], 0.01))
    at_the_end, beyond = MODEL.decision_function(
        [[0.0, 1.0, 1.0, 0.0, TERM["noise"].high], [0.0, 1.0, 1.0, 0.0, 1e9]]
    )
    assert at_the_end == beyond


def test_only_skewed_numbers_that_are_never_negative_take_their_logarithm():
    assert TERM["limit"].transform == "log"
    assert TERM["noise"].transform == "none"
    never = LogisticClassifier(columns=COLUMNS, log_skewness=None).fit(X, DEFAULT)
    assert {term.transform for term in never.table_.terms if term.kind == "linear"} == {"none"}
    moved = LogisticClassifier().fit(X[:, [1]] - 50, DEFAULT)
    assert moved.table_.terms[0].transform == "none"


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_number_that_goes_against_its_direction_is_dropped_by_name(direction):
    random = np.random.default_rng(0)
    values = random.normal(size=2000)
    default = random.random(2000) < logistic(-direction * values)
    model = LogisticClassifier(columns=(spec("x", direction=direction),))
    model.fit(values[:, None], default)
    assert model.dropped_ == ("x",)
    assert model.table_.terms[0].coefficient == 0.0


@given(st.integers(0, 2999), st.sampled_from([0, 1, 2]), st.floats(0, 200), st.floats(0, 200))
@settings(max_examples=60, deadline=None)
def test_risk_moves_only_as_the_dictionary_says(row, column, one, other):
    pair = np.repeat(X[row : row + 1], 2, axis=0)
    pair[:, column] = sorted((one, other))
    before, after = MODEL.decision_function(pair)
    assert (after - before) * COLUMNS[column].direction >= 0


def test_contributions_are_centred_on_the_development_sample():
    log_odds, contributions = load_runtime("logistic", MODEL.native_files()).explain(X)
    assert contributions.mean(axis=0) == pytest.approx(np.zeros(5), abs=1e-9)
    assert MODEL.table_.base == pytest.approx(log_odds.mean(), abs=1e-9)


def test_the_same_sample_gives_the_same_bytes():
    again = LogisticClassifier(columns=COLUMNS).fit(X, DEFAULT)
    assert again.native_files() == MODEL.native_files()


def test_a_tail_of_half_the_sample_is_refused():
    with pytest.raises(ParameterOutOfRange, match="tail"):
        LogisticClassifier(tail=0.5).fit(X, DEFAULT)


def test_a_constant_and_an_empty_column_weigh_nothing():
    columns = np.column_stack([np.ones(len(X)), np.full(len(X), np.nan), X[:, 0]])
    model = LogisticClassifier().fit(columns, DEFAULT)
    assert [term.coefficient for term in model.table_.terms[:2]] == [0.0, 0.0]
    assert np.isfinite(model.decision_function([[5.0, 3.0, 1.0]])).all()
