"""Tests of loanwright.calibration.curve."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.calibration.curve import Calibration, CalibrationNotUsable


@st.composite
def curves(draw):
    count = draw(st.integers(2, 8))
    steps = st.lists(st.floats(0.01, 5), min_size=count, max_size=count)
    start = st.floats(-5, 5)
    x = draw(start) + np.cumsum(draw(steps))
    y = draw(start) + np.cumsum(draw(steps))
    return Calibration(knots_x=tuple(x.tolist()), knots_y=tuple(y.tolist()), method="isotonic")


@given(curves(), st.lists(st.floats(-30, 30), min_size=2, max_size=30))
@settings(max_examples=150, deadline=None)
def test_higher_raw_log_odds_are_higher_when_calibrated(curve, values):
    ordered = np.unique(np.array(values).round(6))
    assert (np.diff(curve.apply(ordered)) > 0).all()


@given(curves())
@settings(max_examples=100, deadline=None)
def test_the_curve_passes_through_its_knots_and_never_falls_around_them(curve):
    assert curve.apply(curve.knots_x) == pytest.approx(curve.knots_y, abs=1e-9)
    for knot in curve.knots_x:
        around = knot + np.arange(-50, 51) * math.ulp(knot)
        assert (np.diff(curve.apply(around)) >= 0).all()


@given(curves())
@settings(max_examples=50, deadline=None)
def test_a_written_curve_keeps_every_bit(curve):
    again = Calibration.from_mapping(curve.to_mapping())
    values = np.linspace(-20, 20, 41)
    assert again == curve
    assert again.apply(values).tobytes() == curve.apply(values).tobytes()


def test_a_row_has_the_same_bits_alone_and_in_a_batch():
    curve = Calibration(knots_x=(-1.0, 0.3, 2.0), knots_y=(-1.3, 0.1, 1.9))
    values = np.random.default_rng(0).normal(size=500)
    alone = np.array([curve.apply(value)[()] for value in values])
    assert alone.tobytes() == curve.apply(values).tobytes()


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ((0.0,), (0.0,)),
        ((0.0, 1.0), (0.0,)),
        ((0.0, 0.0), (0.0, 1.0)),
        ((0.0, 1.0), (1.0, 1.0)),
        ((0.0, 1.0), (1.0, 0.0)),
        ((0.0, math.nan), (0.0, 1.0)),
        ((0.0, math.inf), (0.0, 1.0)),
    ],
)
def test_knots_that_do_not_rise_are_refused(x, y):
    with pytest.raises(CalibrationNotUsable):
        Calibration(knots_x=x, knots_y=y)


@pytest.mark.parametrize(
    "change",
    [{"schema": 2}, {"knots_x": ["zero", "one"]}, {"knots_x": [0.5, 1.5]}, {"knots_y": None}],
)
def test_a_malformed_mapping_is_refused(change):
    mapping = Calibration(knots_x=(0.0, 1.0), knots_y=(0.0, 1.0)).to_mapping()
    with pytest.raises(CalibrationNotUsable):
        Calibration.from_mapping({**mapping, **change})
