"""Tests of loanwright.metrics.scale."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

from loanwright.metrics.one_factor import defaults_cdf
from loanwright.metrics.samples import ParameterOutOfRange, SampleTooSmall, ShapesDiffer
from loanwright.metrics.scale import grade_sizes, herfindahl, pluto_tasche, rate_order


def test_rates_that_rise_have_no_inversion():
    order = rate_order([1, 3, 9], [100, 100, 100])
    assert (order.inversions, order.p_value) == ((), 1.0)


def test_a_swap_of_two_grades_is_found_where_it_is():
    order = rate_order([10, 80, 40, 120], [1000] * 4)
    assert order.inversions == ((1, 2),)
    assert order.p_value < 0.001


def test_the_test_of_two_grades_is_the_pooled_z_of_statsmodels():
    order = rate_order([9, 4], [100, 120])
    expected = proportions_ztest([9, 4], [100, 120], alternative="larger")[1]
    assert order.p_value == pytest.approx(expected)


def test_neighbours_meet_across_an_empty_grade():
    order = rate_order([9, 0, 4], [100, 0, 100])
    assert order.inversions == ((0, 2),)
    assert np.isnan(order.rates[1])


def test_grades_without_any_default_are_in_order():
    assert rate_order([0, 0, 0], [10, 10, 10]).p_value == 1
    with pytest.raises(SampleTooSmall):
        rate_order([1, 0], [10, 0])
    with pytest.raises(ParameterOutOfRange):
        rate_order([11, 0], [10, 10])


def test_the_index_is_nought_where_even_and_one_where_all_are_in_one_grade():
    assert herfindahl([10, 10, 10, 10]).index == pytest.approx(0)
    assert herfindahl([0, 40, 0, 0]).index == pytest.approx(1)
    assert herfindahl([10, 10]).variation == 0


def test_the_ecbs_formulas_worked_out_by_hand():
    # Shares ½, 0.3, 0.2 of K = 3: Σ share² 0.38, CV² = 3 · 0.38 − 1 = 0.14.
    found = herfindahl([50, 30, 20], reference=[40, 35, 25])
    assert found.herfindahl == pytest.approx(0.38)
    assert found.index == pytest.approx(1 + np.log((0.14 + 1) / 3) / np.log(3))
    before = np.sqrt(3 * (0.16 + 0.1225 + 0.0625) - 1)
    z = np.sqrt(2) * (np.sqrt(0.14) - before) / np.sqrt(0.14 * (0.5 + 0.14))
    assert found.p_value_ecb == pytest.approx(stats.norm.sf(z))


def test_the_ecbs_test_overlooks_what_ours_finds():
    found = herfindahl([100, 300, 4000, 500, 100], reference=[600, 1000, 1800, 1000, 600])
    assert found.p_value < 1e-6
    assert found.p_value_ecb > 0.05


def test_even_portfolios_and_those_of_one_grade_are_no_riddle():
    assert herfindahl([10, 10], reference=[10, 10]).p_value > 0.4
    assert herfindahl([0, 20], reference=[0, 20]).p_value == 1
    assert herfindahl([0, 20], reference=[10, 10]).p_value < 0.05


@pytest.mark.parametrize(
    ("rows", "reference", "error"),
    [
        ([5], None, ShapesDiffer),
        ([5, -1], None, ParameterOutOfRange),
        ([1, 0], None, SampleTooSmall),
        ([5, 5], [1, 2, 3], ShapesDiffer),
    ],
)
def test_scales_that_are_none_are_refused(rows, reference, error):
    with pytest.raises(error):
        herfindahl(rows, reference=reference)


def test_sizes_of_grades_are_called_what_they_are():
    sizes = grade_sizes([0, 10, 60, 300], least=20, largest_share=0.7)
    assert (sizes.empty, sizes.thin, sizes.crowded) == ((0,), (1,), (3,))


# Pluto, Tasche (2005): 100, 400 and 300 borrowers in three grades, per cent.
NO_DEFAULTS = {
    0.5: (0.09, 0.10, 0.23),
    0.75: (0.17, 0.20, 0.46),
    0.9: (0.29, 0.33, 0.76),
    0.95: (0.37, 0.43, 0.99),
    0.99: (0.57, 0.66, 1.52),
    0.999: (0.86, 0.98, 2.28),
}


@pytest.mark.parametrize("confidence", NO_DEFAULTS)
def test_bounds_without_a_default_are_the_published_ones(confidence):
    bounds = pluto_tasche([0, 0, 0], [100, 400, 300], confidence=confidence)
    assert [round(100 * bound, 2) for bound in bounds] == list(NO_DEFAULTS[confidence])


def test_bounds_without_a_default_solve_the_plain_equation():
    for bound, rows in zip(
        pluto_tasche([0, 0, 0], [100, 400, 300], confidence=0.9), (800, 700, 300), strict=True
    ):
        assert (1 - bound) ** rows == pytest.approx(0.1)


def test_bounds_with_correlation_solve_their_equation_and_lie_higher():
    plain = pluto_tasche([0, 2, 1], [100, 400, 300], confidence=0.9)
    wide = pluto_tasche([0, 2, 1], [100, 400, 300], confidence=0.9, asset_correlation=0.12)
    assert all(w > p for p, w in zip(plain, wide, strict=True))
    for bound, defaults, rows in zip(wide, (3, 3, 1), (800, 700, 300), strict=True):
        reached = defaults_cdf(defaults, rows, bound, asset_correlation=0.12)
        assert reached == pytest.approx(0.1, abs=1e-6)


GRADES = st.lists(
    st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=6,
)


@given(GRADES, st.sampled_from([0.5, 0.75, 0.95]))
@settings(max_examples=60, deadline=None)
def test_bounds_never_fall_and_lie_above_the_rates_of_all_worse_grades(grades, confidence):
    defaults, rows = zip(*grades, strict=True)
    bounds = np.array(pluto_tasche(defaults, rows, confidence=confidence))
    assert (np.diff(bounds) >= 0).all()
    worse = [sum(defaults[i:]) / sum(rows[i:]) for i in range(len(rows))]
    assert (bounds >= np.array(worse)).all()


def test_bounds_of_grades_that_hold_nobody_are_those_of_total_ignorance():
    assert pluto_tasche([0, 0], [100, 0])[1] == 1.0
    with pytest.raises(SampleTooSmall):
        pluto_tasche([0], [0])
    with pytest.raises(ParameterOutOfRange):
        pluto_tasche([0], [10], confidence=1.0)
