"""Tests of loanwright.metrics.migration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from loanwright.metrics.migration import (
    bandwidth,
    check_matrix,
    migration_change,
    migration_matrix,
    migration_shape,
)
from loanwright.metrics.samples import ParameterOutOfRange, SampleTooSmall, ShapesDiffer

COUNTS = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 50), min_size=k, max_size=k), min_size=k, max_size=k)
)


def matrix_of(counts, left=0):
    return check_matrix(counts, grades=[str(i) for i in range(len(counts))], left=left)


def test_moves_are_counted_and_those_who_left_stay_in_the_size_before():
    moved = migration_matrix(list("AABBB"), ["A", "B", "B", None, None], grades=list("ABC"))
    assert moved.counts.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert moved.left.tolist() == [0, 2, 0]
    assert moved.before.tolist() == [2, 3, 0]
    assert moved.shares[1, 1] == pytest.approx(1 / 3)
    assert np.isnan(moved.shares[2]).all()


@pytest.mark.parametrize(
    ("before", "after", "grades", "error"),
    [
        (["A"], ["Z"], ["A"], ParameterOutOfRange),
        ([None], ["A"], ["A"], ParameterOutOfRange),
        (["A"], ["A"], ["A", "A"], ParameterOutOfRange),
        (["A"], ["A", "A"], ["A"], ShapesDiffer),
        ([], [], ["A"], SampleTooSmall),
    ],
)
def test_moves_that_cannot_be_counted_are_refused(before, after, grades, error):
    with pytest.raises(error):
        migration_matrix(before, after, grades=grades)


def test_tables_that_are_no_matrix_are_refused():
    with pytest.raises(ShapesDiffer):
        matrix_of([[1, 2, 3], [1, 2, 3]])
    with pytest.raises(ShapesDiffer):
        bandwidth(matrix_of([[1]]))
    for wrong in (-1, np.nan):
        with pytest.raises(ParameterOutOfRange):
            matrix_of([[1, wrong], [0, 1]])


def loops(counts):
    """Return the ECB's two bandwidths, summed cell by cell with its own indices."""
    size = len(counts)
    found = []
    for side in (
        [(i, j) for i in range(1, size + 1) for j in range(i + 1, size + 1)],
        [(i, j) for i in range(1, size + 1) for j in range(1, i)],
    ):
        most = sum(max(abs(i - size), abs(i - 1)) * counts[i - 1][j - 1] for i, j in side)
        moved = sum(abs(i - j) * counts[i - 1][j - 1] for i, j in side)
        found.append(moved / most if most else None)
    return found


@given(COUNTS)
@settings(max_examples=80, deadline=None)
def test_the_bandwidths_are_the_ecbs_sums(counts):
    found = bandwidth(matrix_of(counts))
    for one, expected in zip((found.upper, found.lower), loops(counts), strict=True):
        if expected is None:
            assert one is None
        else:
            assert one.value == pytest.approx(expected)
            assert 0 <= one.lower <= one.value <= one.upper <= 1


def test_moves_as_far_as_can_be_have_a_bandwidth_of_one():
    assert bandwidth(matrix_of([[5, 0, 5], [0, 5, 0], [5, 0, 5]])).upper.value == 1


def test_the_ecbs_z_worked_out_by_hand():
    # From grade 3: 6 of 100 moved two grades up and 4 one; far 0.06, near 0.04.
    found = migration_shape(matrix_of([[90, 8, 2], [5, 90, 5], [6, 4, 90]]))
    variance = (0.04 * 0.96 + 0.06 * 0.94 + 2 * 0.04 * 0.06) / 100
    assert found.z[2, 0] == pytest.approx(-0.02 / np.sqrt(variance))
    assert found.p_values[2, 0] == pytest.approx(stats.norm.cdf(found.z[2, 0]))
    assert np.isnan(found.z.diagonal()).all()


def test_a_far_move_more_frequent_than_a_near_one_is_found():
    sound = matrix_of([[800, 150, 50], [100, 800, 100], [50, 150, 800]])
    jumpy = matrix_of([[800, 50, 150], [100, 800, 100], [50, 150, 800]])
    assert migration_shape(sound).p_value == 1
    assert migration_shape(jumpy).p_value < 0.001


def test_those_who_left_make_a_grade_larger_and_its_test_more_careful():
    counts = [[0, 2, 8], [1, 1, 1], [1, 1, 1]]
    few, many = (migration_shape(matrix_of(counts, left=gone)).z[0, 2] for gone in (0, 100))
    share = np.array([2, 8]) / 110
    variance = (share @ (1 - share) + 2 * share.prod()) / 110
    assert many == pytest.approx((share[0] - share[1]) / np.sqrt(variance))
    assert many != pytest.approx(few)


@given(COUNTS)
@settings(max_examples=60, deadline=None)
def test_any_matrix_has_a_shape(counts):
    found = migration_shape(matrix_of(counts))
    assert 0 <= found.p_value <= 1


def test_a_scale_of_two_grades_has_nobody_and_no_riddle():
    assert migration_shape(matrix_of([[0, 0], [0, 0]])).p_value == 1


def test_the_change_of_one_grade_is_the_contingency_table_of_scipy():
    then, now = [[30, 20], [0, 0]], [[15, 35], [0, 0]]
    found = migration_change(matrix_of(then, left=[5, 0]), matrix_of(now, left=[9, 0]))
    expected = stats.chi2_contingency([[30, 20, 5], [15, 35, 9]], correction=False)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)


def test_matrices_of_different_scales_are_not_compared():
    with pytest.raises(ShapesDiffer):
        migration_change(matrix_of([[1, 2], [3, 4]]), check_matrix([[1, 2], [3, 4]], grades="AB"))


def test_nothing_to_compare_is_no_change():
    assert migration_change(matrix_of([[5, 0], [0, 5]]), matrix_of([[9, 0], [0, 1]])).p_value == 1
