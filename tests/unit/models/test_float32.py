"""Tests of loanwright.models.float32: no float64 goes another way than its float32."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loanwright.engine.columns import KZERO
from loanwright.models.float32 import LARGEST, as_float32, at_most, less_than

bounds = st.floats(width=32, allow_nan=False, allow_infinity=False)


def around(bound):
    """Return float64s at, and next to, everything where the answer could change."""
    single = np.float32(np.clip(bound, -LARGEST, LARGEST))
    ways = (np.float32(-np.inf), np.float32(np.inf))
    exact = [float(one) for one in (single, *(np.nextafter(single, way) for way in ways))]
    places = [bound, *exact, (exact[0] + exact[1]) / 2, (exact[0] + exact[2]) / 2, at_most(bound)]
    with np.errstate(over="ignore"):
        near = np.array(
            [np.nextafter(place, way) for place in places for way in (-np.inf, 0, np.inf)]
        )
    return near[np.isfinite(near)]


def served(values, threshold):
    """Return what the engine answers: numbers next to 0 are 0 for it."""
    return np.where(np.abs(values) <= KZERO, 0.0, values) <= threshold


def read(values):
    return as_float32(values).astype(np.float64)


@given(bounds)
@example(0.0)
@example(-0.0)
@example(1.401298464324817e-45)
@example(-1.401298464324817e-45)
@example(float(np.float32(1e-35)))
@example(LARGEST)
@example(-LARGEST)
@example(3.4028234663852886e38)
@example(-3.4028234663852886e38)
@example(16777216.0)
@settings(max_examples=1000)
def test_at_most_in_float32_is_at_most_in_float64(bound):
    values = around(bound)
    np.testing.assert_array_equal(served(values, at_most(bound)), read(values) <= bound)


@given(bounds)
@example(0.0)
@example(-LARGEST)
@example(LARGEST)
@settings(max_examples=500)
def test_less_than_in_float32_is_at_most_in_float64(bound):
    values = around(bound)
    expected = as_float32(values) < np.float32(bound)
    np.testing.assert_array_equal(served(values, less_than(bound)), expected)


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=500)
def test_a_bound_of_float64_is_asked_of_float32_values(bound):
    values = around(bound)
    np.testing.assert_array_equal(served(values, at_most(bound)), read(values) <= bound)


def test_a_million_numbers_around_money_go_where_float32_goes():
    random = np.random.default_rng(0)
    values = random.lognormal(10, 4, 1_000_000)
    for bound in np.float32(random.lognormal(10, 4, 20)):
        below = as_float32(values) < bound
        np.testing.assert_array_equal(values <= less_than(float(bound)), below)


def test_infinities_and_missing_values_are_read_as_bounded_and_missing():
    read = as_float32(np.array([np.inf, -np.inf, 1e300, np.nan, 1e-36]))
    assert read[:3].tolist() == [LARGEST, -LARGEST, LARGEST]
    assert np.isnan(read[3])
    assert read[4] == 0


@pytest.mark.parametrize(("bound", "expected"), [(LARGEST, np.inf), (-3e38, -np.inf)])
def test_a_bound_that_divides_nothing_is_an_infinity(bound, expected):
    assert at_most(bound) == expected
