"""Tests of loanwright.calibration.beta."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.calibration import beta
from loanwright.calibration.beta import beta_curve
from loanwright.scaling import logistic


def exact(log_odds, c, a, b):
    return c - a * np.logaddexp(0, -log_odds) + b * np.logaddexp(0, log_odds)


def drawn(c, a, b, rows=60_000, seed=0):
    random = np.random.default_rng(seed)
    raw = random.normal(-1, 2, rows)
    return raw, (random.random(rows) < logistic(exact(raw, c, a, b))).astype(float)


@pytest.mark.parametrize(
    ("c", "a", "b"), [(0.3, 0.6, 1.6), (-0.5, 1.5, 0.7), (0.0, 1.0, 1.0), (0.4, 0.3, 0.9)]
)
def test_the_powers_that_made_the_defaults_are_found(c, a, b):
    found = beta._powers(*drawn(c, a, b), 16.0)
    assert found == pytest.approx((c, a, b), abs=0.1)


@given(st.floats(-3, 3), st.floats(0.05, 5), st.floats(0.05, 5))
@settings(max_examples=60, deadline=None)
def test_the_knots_stay_within_the_stated_error_of_the_exact_curve(c, a, b):
    x = beta._places()
    y = exact(x, c, a, b)
    points = np.linspace(-20, 20, 20_001)
    error = np.abs(np.interp(points, x, y) - exact(points, c, a, b))[np.abs(points) <= 14]
    assert error.max() <= 1e-4 * abs(a - b) + 1e-12


def test_equal_powers_are_the_line_of_platt():
    raw, label = drawn(-0.2, 1.2, 1.2, rows=20_000)
    curve = beta_curve(raw, label, precision=1e9)
    assert np.diff(curve.apply([-3.0, 0.0, 3.0])) == pytest.approx([3, 3], abs=1e-3)


def test_a_power_below_the_least_is_held_there_and_the_curve_still_rises():
    random = np.random.default_rng(1)
    raw = random.normal(0, 2, 20_000)
    label = (random.random(20_000) < logistic(np.where(raw > 0, 2 * raw, -0.5 * raw) - 1)) * 1.0
    _, a, b = beta._powers(raw, label, 16.0)
    assert a == beta.LEAST_POWER
    assert b > 1
    curve = beta_curve(raw, label, precision=16.0)
    assert (np.diff(curve.apply(np.linspace(-30, 30, 999))) > 0).all()


def test_the_gradient_is_zero_at_the_maximum():
    raw, label = drawn(0.3, 0.6, 1.6, rows=3000)
    c, a, b = beta._powers(raw, label, 16.0)

    def loss(c, a, b):
        z = exact(raw, c, a, b)
        return np.sum(np.logaddexp(0, z) - label * z) + 4 * ((a - 1) ** 2 + (b - 1) ** 2)

    best = loss(c, a, b)
    for step in np.vstack([np.eye(3), -np.eye(3)]) * 1e-3:
        assert loss(c + step[0], a + step[1], b + step[2]) > best


@pytest.mark.parametrize("scale", [0.01, 10.0, 30.0])
@pytest.mark.parametrize("shift", [-30.0, 0.0, 5.0])
def test_log_odds_far_from_the_truth_still_find_a_curve(scale, shift):
    random = np.random.default_rng(3)
    true = random.normal(0, 1.5, 1000)
    label = (random.random(1000) < logistic(5 * true - 2)) * 1.0
    curve = beta_curve(scale * true + shift, label, precision=16.0)
    assert (np.diff(curve.apply(np.sort(scale * true + shift))) > 0).all()
