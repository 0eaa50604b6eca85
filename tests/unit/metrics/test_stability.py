"""Tests of loanwright.metrics.stability."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.metrics.samples import (
    ParameterOutOfRange,
    SampleTooSmall,
    ShapesDiffer,
    ValuesNotFinite,
)
from loanwright.metrics.stability import psi, psi_of_counts


def test_the_index_worked_out_by_hand():
    found = psi_of_counts([500, 500], [400, 600], smoothing=1e-9).psi.value
    assert found == pytest.approx(-0.1 * np.log(0.8) + 0.1 * np.log(1.2))


@pytest.mark.parametrize(("rows", "critical"), [(200, 0.169), (10_000, 0.0034)])
def test_critical_values_follow_the_sizes_of_the_samples(rows, critical):
    even = np.full(10, rows / 10)
    assert psi_of_counts(even, even).critical == pytest.approx(critical, rel=0.01)


@pytest.mark.parametrize("rows", [200, 2000])
def test_samples_of_one_population_are_called_shifted_one_time_in_twenty(rows):
    random = np.random.default_rng(0)
    share = np.full(10, 0.1)
    alarms = sum(
        psi_of_counts(random.multinomial(rows, share), random.multinomial(rows, share)).shifted
        for _ in range(600)
    )
    assert 0.03 <= alarms / 600 <= 0.07


def test_a_real_shift_is_found():
    random = np.random.default_rng(1)
    assert psi(random.normal(size=2000), random.normal(0.3, 1, size=2000)).shifted


def test_values_that_went_missing_are_a_shift():
    values = np.random.default_rng(2).normal(size=1000)
    gone = np.where(np.arange(1000) < 100, np.nan, values)
    found = psi(values, gone)
    assert found.shifted
    assert found.current[-1] == pytest.approx(0.1, abs=0.01)


def test_a_bin_that_emptied_is_finite():
    assert np.isfinite(psi_of_counts([50, 50], [0, 100]).psi.value)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_the_index_is_never_negative_and_zero_only_for_equal_shares(pairs):
    before, after = (np.array(side) for side in zip(*pairs, strict=True))
    if not before.sum() or not after.sum():
        return
    found = psi_of_counts(before, after)
    assert found.psi.value >= 0
    assert psi_of_counts(before, before).psi.value == 0
    assert np.sum(found.reference) == pytest.approx(1)


def test_the_index_is_the_same_in_both_directions():
    one, other = psi_of_counts([30, 70], [70, 30]), psi_of_counts([70, 30], [30, 70])
    assert one.psi.value == pytest.approx(other.psi.value)


@pytest.mark.parametrize(
    ("reference", "current", "error"),
    [
        ([], [1.0], SampleTooSmall),
        ([1.0], [], SampleTooSmall),
        ([np.nan], [1.0], SampleTooSmall),
        ([1.0], [np.inf], ValuesNotFinite),
        ([[1.0]], [1.0], ShapesDiffer),
    ],
)
def test_samples_that_cannot_be_compared_are_refused(reference, current, error):
    with pytest.raises(error):
        psi(reference, current)


@pytest.mark.parametrize(
    ("reference", "current", "error"),
    [
        ([0, 0], [1, 1], SampleTooSmall),
        ([1, 1], [1, 1, 1], ShapesDiffer),
        ([-1, 2], [1, 1], ParameterOutOfRange),
    ],
)
def test_counts_that_cannot_be_compared_are_refused(reference, current, error):
    with pytest.raises(error):
        psi_of_counts(reference, current)
