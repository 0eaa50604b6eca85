"""Tests of loanwright.models.scorecard: bins given by a person, and the printed card."""

import json

import numpy as np
import pytest
from tests.unit.models.portfolio import COLUMNS, portfolio

from loanwright.binning.document import BinsRefused, bins_of_card, read_bins, write_bins
from loanwright.engine.load import load_runtime
from loanwright.models.scorecard import GivenFeatureUnknown, ScorecardClassifier
from loanwright.scaling import Grade, Scale

X, DEFAULT = portfolio()
MODEL = ScorecardClassifier(columns=COLUMNS).fit(X, DEFAULT)
BY_NAME = {binning.name: binning for binning in MODEL.binnings_}


def refitted(text):
    return ScorecardClassifier(columns=COLUMNS, bins=read_bins(text, COLUMNS)).fit(X, DEFAULT)


def test_a_card_comes_back_from_its_bins_file():
    text = write_bins(MODEL.binnings_, COLUMNS)
    assert refitted(text).native_files() == MODEL.native_files()


def test_edited_edges_make_the_bins_of_the_card():
    model = refitted("schema = 1\n[features.delay]\nedges = [0, 2]\n")
    delay = model.binnings_[0]
    assert [one.label for one in delay.bins] == ["≤ 0", "> 0 and ≤ 2", "> 2", "missing"]
    low = X[:, 0] <= 0
    assert (delay.bins[0].count, delay.bins[0].bad) == (low.sum(), DEFAULT[low].sum())
    assert model.binnings_[1:] == MODEL.binnings_[1:]
    served = load_runtime("scorecard", model.native_files()).log_odds(X)
    assert served == pytest.approx(model.decision_function(X), abs=1e-12)


def test_a_weight_set_by_hand_stays_as_it_was_set():
    text = 'schema = 1\n[features.delay]\nedges = [0]\nwoe = [0.25, "auto"]\nmissing = -1.5\n'
    bins = read_bins(text, COLUMNS)
    model = ScorecardClassifier(columns=COLUMNS, bins=bins).fit(X, DEFAULT)
    low, high, missing = model.binnings_[0].bins
    assert (low.woe, missing.woe) == (0.25, -1.5)
    assert high.woe < 0
    again = write_bins(model.binnings_, COLUMNS, given=bins)
    assert 'woe = [0.25, "auto"]\nmissing = -1.5' in again
    card = model.native_files()["scorecard.json"].decode()
    binnings, kept = bins_of_card(card)
    assert write_bins(binnings, COLUMNS, given=kept) == again


def test_bins_against_the_dictionary_are_refused_with_a_remedy():
    with pytest.raises(BinsRefused, match=r"delay, woe.*more is riskier.*Join the bins"):
        refitted("schema = 1\n[features.delay]\nedges = [0]\nwoe = [-1.0, 1.0]\n")


def test_bins_of_a_feature_that_the_model_does_not_have_are_refused():
    given = read_bins("schema = 1\n[features.delay]\nedges = [0]\n", COLUMNS)
    with pytest.raises(GivenFeatureUnknown, match=r"delay.*it has x0"):
        ScorecardClassifier(bins=given).fit(X, DEFAULT)


def test_single_settings_go_before_the_options():
    model = ScorecardClassifier(columns=COLUMNS, max_bins=2).fit(X, DEFAULT)
    ranges = [one for one in model.binnings_[1].bins if one.kind == "range"]
    assert len(ranges) == 2


def test_the_points_of_a_row_sum_to_its_score_on_the_products_scale():
    scale = {"pdo": 40.0, "anchor_score": 650.0, "anchor_odds": 15.0}
    model = ScorecardClassifier(columns=COLUMNS, **scale).fit(X, DEFAULT)
    card = json.loads(model.native_files()["scorecard.json"])
    assert card["points"].items() >= scale.items()
    points = [np.array([one["points"] for one in f["bins"]]) for f in card["features"]]
    total = card["points"]["base"] + sum(
        points[index][binning.assign(X[:, index])] for index, binning in enumerate(model.binnings_)
    )
    log_odds = model.decision_function(X)
    whole = Scale(**scale, grades=(Grade(name="A", score_from=0),))
    exact = whole.offset - whole.factor * log_odds
    assert np.abs(total - exact).max() <= card["points"]["greatest_difference"] + 1e-4
    # A whole point for each of five features would be the most; the thresholds do better.
    assert card["points"]["greatest_difference"] < 2.5
    assert np.abs(total - whole.score(log_odds)).max() <= 3
