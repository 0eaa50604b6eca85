"""Tests of loanwright.calibration.fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.calibration.fit import (
    CalibrationMethodUnknown,
    RankingReversed,
    choose_calibration,
    fit_calibration,
)
from loanwright.metrics.discrimination import auc
from loanwright.metrics.probability import calibration_line, log_loss
from loanwright.metrics.samples import OneClassOnly, SampleTooSmall
from loanwright.scaling import logistic


def happened(true_log_odds, seed=0):
    random = np.random.default_rng(seed)
    return random.random(len(true_log_odds)) < logistic(true_log_odds)


def bent(raw):
    """Return true log-odds that no line reaches from the raw ones."""
    return np.where(raw > 0, 2.2 * raw, 0.15 * raw) - 1


def test_platt_finds_the_line_that_made_the_defaults():
    raw = np.random.default_rng(1).normal(size=60_000)
    curve = fit_calibration(raw, happened(0.8 * raw - 0.5), method="platt")
    assert curve.apply([0.0, 1.0]) == pytest.approx([-0.5, 0.3], abs=0.05)


@pytest.mark.parametrize("method", ["platt", "beta", "isotonic", "auto"])
def test_calibration_leaves_the_auc_exactly_as_it_was(method):
    raw = np.random.default_rng(2).normal(size=3000).round(2)
    default = happened(bent(raw))
    curve = fit_calibration(raw, default, method=method)
    calibrated = logistic(curve.apply(raw))
    assert auc(default, calibrated).value == auc(default, raw).value
    assert len(np.unique(calibrated)) == len(np.unique(raw))


@given(st.integers(0, 10_000), st.integers(30, 400), st.floats(0.2, 3))
@settings(max_examples=60, deadline=None)
def test_isotonic_curves_rise_strictly_whatever_the_sample(seed, rows, spread):
    random = np.random.default_rng(seed)
    raw = random.normal(0, spread, rows).round(1)
    default = happened(raw + 1, seed)
    if default.all() or not default.any():
        return
    try:
        curve = fit_calibration(raw, default, method="isotonic")
    except RankingReversed:
        return
    assert (np.diff(curve.apply(np.linspace(-9, 9, 500))) > 0).all()


def test_auto_bends_the_curve_where_a_line_does_not_fit():
    raw = np.random.default_rng(3).normal(size=8000)
    default = happened(bent(raw))
    assert fit_calibration(raw, default).method in ("beta", "isotonic")


def test_auto_takes_steps_where_only_steps_fit():
    raw = np.random.default_rng(3).normal(size=12_000)
    default = happened(np.where(np.abs(raw) < 0.7, -1.0, 2.0 * raw - 1))
    assert fit_calibration(raw, default).method == "isotonic"


def test_the_choice_shows_what_every_method_reached_on_rows_it_had_not_seen():
    raw = np.random.default_rng(3).normal(size=8000)
    choice = choose_calibration(raw, happened(bent(raw)))
    losses = {trial.method: trial for trial in choice.trials}
    assert list(losses) == ["platt", "beta", "isotonic"]
    assert losses["platt"].excess > 5 * losses["platt"].error
    assert min(trial.excess for trial in choice.trials) == 0
    assert losses[choice.method].excess <= losses[choice.method].error


def test_a_line_is_bent_by_chance_in_few_of_sixty_samples():
    chosen = []
    for seed in range(60):
        raw = np.random.default_rng(seed).normal(size=1500)
        chosen.append(choose_calibration(raw, happened(raw - 1, 500 + seed)).method)
    assert chosen.count("platt") >= 48


def test_auto_stays_with_the_line_where_it_fits():
    raw = np.random.default_rng(4).normal(size=4000)
    assert fit_calibration(raw, happened(raw)).method == "platt"


def test_auto_does_not_bend_the_curve_of_a_few_hundred_rows():
    raw = np.random.default_rng(5).normal(size=400)
    assert fit_calibration(raw, happened(bent(raw))).method == "platt"


def test_isotonic_is_truer_than_the_line_where_the_truth_is_bent():
    raw = np.random.default_rng(6).normal(size=20_000)
    default = happened(bent(raw))
    learn, check = slice(None, 10_000), slice(10_000, None)
    loss = {
        method: log_loss(
            default[check],
            logistic(fit_calibration(raw[learn], default[learn], method=method).apply(raw[check])),
        ).value
        for method in ("platt", "isotonic")
    }
    assert loss["isotonic"] < loss["platt"] - 0.005


def test_overconfident_probabilities_come_out_with_slope_one():
    raw = np.random.default_rng(7).normal(size=20_000) * 2
    default = happened(raw / 2)
    curve = fit_calibration(raw[:10_000], default[:10_000])
    line = calibration_line(default[10_000:], logistic(curve.apply(raw[10_000:])))
    assert line.slope.value == pytest.approx(1, abs=0.1)


def test_separated_classes_still_have_a_finite_curve():
    raw = np.concatenate([np.full(50, -1.0), np.full(50, 1.0)])
    curve = fit_calibration(raw, raw > 0, method="platt")
    assert np.isfinite(curve.apply(raw)).all()


def test_a_model_that_ranks_backwards_is_refused():
    raw = np.random.default_rng(8).normal(size=2000)
    with pytest.raises(RankingReversed):
        fit_calibration(raw, happened(-2 * raw))


def test_a_sample_without_defaults_is_refused():
    with pytest.raises(OneClassOnly):
        fit_calibration(np.arange(100.0), np.zeros(100))


def test_a_sample_of_a_few_rows_is_refused():
    with pytest.raises(SampleTooSmall):
        fit_calibration([0.0, 1.0, 2.0], [0, 1, 1])


def test_an_unknown_method_is_named():
    with pytest.raises(CalibrationMethodUnknown, match="gamma"):
        fit_calibration(np.arange(100.0), np.arange(100) % 2, method="gamma")


def test_the_same_seed_gives_the_same_curve():
    raw = np.random.default_rng(9).normal(size=3000)
    default = happened(bent(raw))
    assert fit_calibration(raw, default, seed=5) == fit_calibration(raw, default, seed=5)
