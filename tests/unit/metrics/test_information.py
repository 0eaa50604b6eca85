"""Tests of loanwright.metrics.information."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.metrics.information import information_value, weight_of_evidence
from loanwright.metrics.samples import OneClassOnly, ParameterOutOfRange, ShapesDiffer

COUNTS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=12)


def test_weights_and_value_worked_out_by_hand():
    # Goods 0.8 and 0.2, bads 0.25 and 0.75 of their totals; a vanishing smoothing.
    woe = weight_of_evidence([80, 20], [10, 30], smoothing=1e-9)
    assert woe == pytest.approx([np.log(3.2), np.log(0.2 / 0.75)])
    value = information_value([80, 20], [10, 30], smoothing=1e-9).value
    assert value == pytest.approx(0.55 * np.log(3.2) - 0.55 * np.log(0.2 / 0.75))


def test_the_safer_bin_has_the_positive_weight():
    safer, riskier = weight_of_evidence([90, 10], [10, 90])
    assert safer > 0 > riskier


def test_forty_missing_values_that_all_defaulted_weigh_heavily_and_finitely():
    woe = weight_of_evidence([800, 0], [160, 40])
    assert woe[1] == pytest.approx(np.log(0.5 / 800) - np.log(40.5 / 200))
    assert woe[1] < -5


def test_a_bin_that_held_nobody_weighs_nothing():
    assert weight_of_evidence([800, 0, 100], [160, 0, 40])[1] == 0


@given(COUNTS)
@settings(max_examples=100, deadline=None)
def test_weights_are_finite_and_the_value_is_never_below_its_bound(counts):
    good, bad = (np.array(side, dtype=float) for side in zip(*counts, strict=True))
    if not good.sum() or not bad.sum():
        return
    assert np.isfinite(weight_of_evidence(good, bad)).all()
    value = information_value(good, bad)
    assert 0 <= value.lower <= value.upper


def test_bins_that_tell_nothing_have_no_value():
    assert information_value([50, 100], [10, 20]).value == pytest.approx(0, abs=1e-3)


def test_intervals_cover_the_true_value_about_as_often_as_they_say():
    good, bad = np.array([0.5, 0.3, 0.2]), np.array([0.25, 0.3, 0.45])
    truth = float(np.sum((good - bad) * np.log(good / bad)))
    random = np.random.default_rng(0)
    covered = 0
    for _ in range(1000):
        value = information_value(random.multinomial(1600, good), random.multinomial(400, bad))
        covered += value.lower <= truth <= value.upper
    assert 0.92 <= covered / 1000 <= 0.975


@pytest.mark.parametrize(
    ("good", "bad", "smoothing", "error"),
    [
        ([1, 2], [0, 0], 0.5, OneClassOnly),
        ([0, 0], [1, 2], 0.5, OneClassOnly),
        ([1, 2], [1, 2, 3], 0.5, ShapesDiffer),
        ([1, 2], [1, 2], 0, ParameterOutOfRange),
        ([1, -2], [1, 2], 0.5, ParameterOutOfRange),
    ],
)
def test_counts_that_make_no_sense_are_refused(good, bad, smoothing, error):
    with pytest.raises(error):
        information_value(good, bad, smoothing=smoothing)
