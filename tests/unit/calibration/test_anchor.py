"""Tests of loanwright.calibration.anchor."""

import json

import numpy as np
import pytest

from loanwright.calibration.anchor import AnchorRefused, anchor_shift
from loanwright.calibration.curve import Calibration, CalibrationNotUsable
from loanwright.calibration.fit import fit_calibration
from loanwright.calibration.venn_abers import venn_abers
from loanwright.metrics.samples import SampleTooSmall
from loanwright.scaling import logistic

RAW = np.random.default_rng(0).normal(-2, 1, 4000)
BAD = np.random.default_rng(1).random(4000) < logistic(RAW)
CURVE = fit_calibration(RAW, BAD)
ORDER = {"by": "head of risk", "why": "mean default rate 2009 to 2024"}


@pytest.mark.parametrize("rate", [1e-4, 0.03, 0.2, 0.9])
def test_the_mean_probability_becomes_the_rate(rate):
    moved = anchor_shift(CURVE, RAW, rate=rate, **ORDER)
    assert logistic(moved.apply(RAW)).mean() == pytest.approx(rate, abs=1e-12)


def test_every_log_odds_moves_by_the_same_number_so_the_ranking_stays():
    moved = anchor_shift(CURVE, RAW, rate=0.05, **ORDER)
    assert np.ptp(moved.apply(RAW) - CURVE.apply(RAW)) < 1e-12
    assert moved.apply(RAW) - CURVE.apply(RAW) == pytest.approx(moved.anchors[0].shift)


def test_the_step_is_recorded_with_its_author_and_ground():
    moved = anchor_shift(CURVE, RAW, rate=0.05, **ORDER)
    twice = anchor_shift(moved, RAW, rate=0.06, by=" board ", why="recession")
    assert [anchor.by for anchor in twice.anchors] == ["head of risk", "board"]
    assert twice.anchors[0].rate_before == pytest.approx(BAD.mean(), abs=0.01)
    assert twice.anchors[1].rate_before == pytest.approx(0.05)
    assert twice.anchors[1].rate_after == 0.06


def test_the_record_survives_the_file():
    curve = fit_calibration(RAW, BAD)
    with_interval = Calibration(
        knots_x=curve.knots_x, knots_y=curve.knots_y, interval=venn_abers(RAW, BAD)
    )
    moved = anchor_shift(with_interval, RAW, rate=0.05, **ORDER)
    again = Calibration.from_mapping(json.loads(json.dumps(moved.to_mapping())))
    assert again == moved
    assert again.interval.lower != with_interval.interval.lower


def test_a_curve_without_anchor_is_written_as_it_always_was():
    assert set(CURVE.to_mapping()) == {"schema", "method", "knots_x", "knots_y"}


def test_a_damaged_record_is_refused():
    mapping = anchor_shift(CURVE, RAW, rate=0.05, **ORDER).to_mapping()
    for anchors in ([{}], [3], 4):
        with pytest.raises(CalibrationNotUsable):
            Calibration.from_mapping(mapping | {"anchors": anchors})


@pytest.mark.parametrize(
    "wrong", [{"rate": 0.0}, {"rate": 1.0}, {"rate": np.nan}, {"by": " "}, {"why": ""}]
)
def test_an_anchor_nobody_answers_for_is_refused(wrong):
    with pytest.raises(AnchorRefused):
        anchor_shift(CURVE, RAW, **({"rate": 0.05} | ORDER | wrong))


def test_an_empty_reference_is_refused():
    with pytest.raises(SampleTooSmall):
        anchor_shift(CURVE, [], rate=0.05, **ORDER)
