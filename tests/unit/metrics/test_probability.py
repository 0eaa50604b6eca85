"""Tests of loanwright.metrics.probability."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.metrics.probability import (
    LineNotFound,
    brier,
    brier_skill,
    calibration_line,
    log_loss,
    reliability,
)
from loanwright.metrics.samples import OneClassOnly, ParameterOutOfRange, ProbabilityOutOfRange
from loanwright.scaling import logistic


def calibrated(rows, *, seed=0, slope=1.0, shift=0.0):
    """Return labels made from log-odds, and probabilities that state them as told."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-1, 1, rows)
    return random.random(rows) < logistic(slope * log_odds + shift), logistic(log_odds)


def test_the_brier_score_worked_out_by_hand():
    # (0.01 + 0.16 + 0.09 + 0.04) / 4 and, of the rate one half, 0.25.
    default, stated = [0, 1, 0, 1], [0.1, 0.6, 0.3, 0.8]
    assert brier(default, stated).value == pytest.approx(0.075)
    assert brier_skill(default, stated).value == pytest.approx(0.7)


def test_stating_the_rate_has_no_skill():
    assert brier_skill([0, 0, 0, 1], [0.25] * 4).value == pytest.approx(0)


def test_the_log_loss_worked_out_by_hand():
    assert log_loss([0, 1], [0.2, 0.6]).value == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)


@pytest.mark.parametrize("metric", [brier, brier_skill, log_loss, calibration_line, reliability])
@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.1, 1.1])
def test_probabilities_must_lie_strictly_between_zero_and_one(metric, wrong):
    with pytest.raises(ProbabilityOutOfRange):
        metric([0, 1, 0], [0.1, wrong, 0.2])


@pytest.mark.parametrize("metric", [brier_skill, calibration_line])
def test_one_class_alone_has_no_skill_and_no_line(metric):
    with pytest.raises(OneClassOnly):
        metric([0, 0, 0], [0.1, 0.2, 0.3])


def test_the_line_finds_the_slope_and_the_shift_that_were_planted():
    line = calibration_line(*calibrated(40_000, slope=0.8, shift=0.3))
    assert line.slope.value == pytest.approx(0.8, abs=0.04)
    assert line.intercept.value == pytest.approx(0.3, abs=0.06)
    assert line.slope.upper < 1
    assert line.in_the_large.lower > 0


def test_the_line_is_that_of_an_unpenalised_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    default, stated = calibrated(3000, slope=1.3)
    log_odds = np.log(stated / (1 - stated))
    other = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    other.fit(log_odds[:, None], default)
    line = calibration_line(default, stated)
    assert line.slope.value == pytest.approx(other.coef_[0, 0], abs=1e-4)
    assert line.intercept.value == pytest.approx(other.intercept_[0], abs=1e-4)


def test_the_shift_makes_the_mean_probability_the_default_rate():
    default, stated = calibrated(2000, shift=0.7)
    shift = calibration_line(default, stated).in_the_large.value
    moved = logistic(np.log(stated / (1 - stated)) + shift)
    assert moved.mean() == pytest.approx(default.mean(), abs=1e-9)


@pytest.mark.parametrize("stated", [[0.1, 0.1, 0.9, 0.9], [0.3, 0.3, 0.3, 0.3]])
def test_separated_classes_and_constant_probabilities_have_no_line(stated):
    with pytest.raises(LineNotFound):
        calibration_line([0, 0, 1, 1], stated)


def test_intervals_of_the_line_cover_the_truth_as_often_as_they_say():
    slope, intercept, brier_covered = 0, 0, 0
    truth = np.mean([np.mean(p * (1 - p)) for p in [calibrated(200_000, seed=99)[1]]])
    for seed in range(300):
        sample = calibrated(400, seed=seed)
        line = calibration_line(*sample)
        slope += line.slope.lower <= 1 <= line.slope.upper
        intercept += line.intercept.lower <= 0 <= line.intercept.upper
        score = brier(*sample)
        brier_covered += score.lower <= truth <= score.upper
    for covered in (slope, intercept, brier_covered):
        assert 0.915 <= covered / 300 <= 0.98


@given(st.integers(0, 1000), st.integers(1, 15), st.integers(20, 300))
@settings(max_examples=50, deadline=None)
def test_reliability_counts_every_row_once_in_rising_order(seed, bins, rows):
    default, stated = calibrated(rows, seed=seed)
    table = reliability(default, stated.round(2).clip(0.01, 0.99), bins=bins)
    assert sum(b.count for b in table.bins) == rows
    assert sum(b.defaults for b in table.bins) == default.sum()
    assert len(table.bins) <= bins
    for before, after in zip(table.bins, table.bins[1:], strict=False):
        assert before.upper < after.lower
    assert 0 <= table.ece <= 1


def test_the_calibration_error_is_the_gap_that_was_planted():
    default = np.arange(1000) % 10 < 2
    table = reliability(default, np.full(1000, 0.3))
    assert len(table.bins) == 1
    assert table.ece == pytest.approx(0.1)


def test_intervals_of_reliability_hold_the_stated_rate_when_it_is_true():
    table = reliability(*calibrated(20_000))
    missed = [
        b
        for b in table.bins
        if not b.default_rate.lower <= b.mean_probability <= b.default_rate.upper
    ]
    assert len(missed) <= 2


def test_reliability_needs_a_bin():
    with pytest.raises(ParameterOutOfRange):
        reliability([0, 1], [0.2, 0.3], bins=0)
