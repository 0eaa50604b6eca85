"""Tests of loanwright.metrics.grades, years and one_factor."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import binom_test

from loanwright.metrics.grades import binomial_test, check_grades, jeffreys_test, normal_test
from loanwright.metrics.one_factor import defaults_cdf, defaults_pmf, rate_variance
from loanwright.metrics.samples import ParameterOutOfRange, SampleTooSmall, ShapesDiffer
from loanwright.metrics.years import Light, normal_test_over_years, traffic_light

COUNTS = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS, st.floats(0.001, 0.999))
@settings(max_examples=100, deadline=None)
def test_the_binomial_test_is_that_of_scipy_and_statsmodels(counts, stated):
    defaults, rows = counts
    found = binomial_test(defaults, rows, stated).p_value
    expected = stats.binomtest(defaults, rows, stated, alternative="greater").pvalue
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert found == pytest.approx(binom_test(defaults, rows, stated, "larger"), abs=1e-9)


@given(COUNTS, st.floats(0.001, 0.999))
@settings(max_examples=100, deadline=None)
def test_both_sides_of_every_test_know_of_each_other(counts, stated):
    defaults, rows = counts
    for test in (jeffreys_test, normal_test):
        greater = test(defaults, rows, stated).p_value
        less = test(defaults, rows, stated, alternative="less").p_value
        both = test(defaults, rows, stated, alternative="two-sided").p_value
        assert greater + less == pytest.approx(1)
        assert both == pytest.approx(min(1, 2 * min(greater, less)))


def test_the_jeffreys_test_is_the_ecbs_beta_distribution():
    found = jeffreys_test(8, 100, 0.04)
    assert found.p_value == pytest.approx(stats.beta.cdf(0.04, 8.5, 92.5))
    assert found.statistic == 0.08


@given(COUNTS, st.floats(0.01, 0.9))
@settings(max_examples=50, deadline=None)
def test_more_defaults_speak_louder_against_the_stated_rate(counts, stated):
    defaults, rows = counts
    if defaults == rows:
        return
    for test in (jeffreys_test, binomial_test, normal_test):
        one, more = (test(n, rows, stated).p_value for n in (defaults, defaults + 1))
        assert more <= one + 1e-12


@pytest.mark.parametrize("defaults", [0, 30])
def test_grades_of_thirty_without_a_default_or_with_nothing_else_have_p_values(defaults):
    for test in (jeffreys_test, binomial_test, normal_test):
        assert 0 <= test(defaults, 30, 0.05).p_value <= 1


@pytest.mark.parametrize(
    ("defaults", "rows", "stated"),
    [(-1, 10, 0.1), (11, 10, 0.1), (0, 0, 0.1), (1, 10, 0.0), (1, 10, 1.0), (1, 10, np.nan)],
)
def test_impossible_grades_are_refused(defaults, rows, stated):
    for test in (jeffreys_test, binomial_test, normal_test):
        with pytest.raises(ParameterOutOfRange):
            test(defaults, rows, stated)


def test_an_asset_correlation_outside_its_range_is_refused():
    for wrong in (-0.1, 1.0, np.nan):
        with pytest.raises(ParameterOutOfRange, match="asset_correlation"):
            binomial_test(1, 10, 0.1, asset_correlation=wrong)


def test_correlation_forgives_a_bad_year():
    plain = binomial_test(45, 1000, 0.03).p_value
    correlated = binomial_test(45, 1000, 0.03, asset_correlation=0.12).p_value
    assert plain < 0.01 < 0.1 < correlated


@pytest.mark.parametrize(
    ("rows", "rate", "correlation"), [(50, 0.02, 0.12), (20_000, 0.03, 0.2), (300, 0.4, 0.5)]
)
def test_the_distribution_of_correlated_defaults_is_that_of_an_integral(rows, rate, correlation):
    from scipy.integrate import quad

    count = int(rows * rate * 1.3)

    def integrand(z):
        inner = (stats.norm.ppf(rate) - np.sqrt(correlation) * z) / np.sqrt(1 - correlation)
        return stats.binom.cdf(count, rows, stats.norm.cdf(inner)) * stats.norm.pdf(z)

    expected = quad(integrand, -9, 9, limit=2000, epsabs=1e-10)[0]
    found = defaults_cdf(count, rows, rate, asset_correlation=correlation)
    assert found == pytest.approx(expected, abs=1e-6)
    pmf = defaults_pmf(count, rows, rate, asset_correlation=correlation)
    assert pmf.sum() == pytest.approx(found, abs=1e-9)


def test_the_variance_of_a_correlated_rate_is_that_of_the_bivariate_normal():
    threshold = stats.norm.ppf(0.05)
    joint = stats.multivariate_normal([0, 0], [[1, 0.12], [0.12, 1]]).cdf([threshold, threshold])
    expected = 0.05 * 0.95 / 200 + (199 / 200) * (joint - 0.05**2)
    assert rate_variance(200, 0.05, asset_correlation=0.12) == pytest.approx(expected, rel=1e-4)


def test_mid_p_counts_half_of_what_was_seen():
    whole, half = (binomial_test(3, 10, 0.2, mid_p=mid).p_value for mid in (False, True))
    assert whole - half == pytest.approx(stats.binom.pmf(3, 10, 0.2) / 2)


def test_the_test_over_years_is_students():
    observed, stated = [0.03, 0.05, 0.04, 0.02], [0.02, 0.03, 0.03, 0.025]
    found = normal_test_over_years(observed, stated)
    expected = stats.ttest_rel(observed, stated, alternative="greater")
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)
    with pytest.raises(SampleTooSmall):
        normal_test_over_years([0.1], [0.1])
    with pytest.raises(ShapesDiffer):
        normal_test_over_years([0.1, 0.2], [0.1])
    with pytest.raises(ParameterOutOfRange):
        normal_test_over_years([0.2, 0.3], [0.1, 0.2])


def test_one_year_of_light_is_the_binomial_test():
    for defaults, light in ((4, Light.GREEN), (9, Light.YELLOW), (14, Light.RED)):
        found = traffic_light([defaults], [100], [0.04])
        assert found.light == light
        expected = 1 - binomial_test(defaults, 100, 0.04).p_value
        assert found.confidence == pytest.approx(expected)


def test_years_of_one_rate_add_up_to_one_grade():
    years = traffic_light([3, 7, 4], [100, 150, 120], [0.03] * 3)
    together = binomial_test(14, 370, 0.03)
    assert years.confidence == pytest.approx(1 - together.p_value, abs=1e-12)
    assert (years.defaults, years.expected) == (14, pytest.approx(11.1))


def test_bad_years_in_a_row_turn_the_light_where_each_alone_is_green():
    alone = traffic_light([8], [150], [0.03])
    together = traffic_light([8, 8, 8, 8], [150] * 4, [0.03] * 4)
    assert alone.light == Light.GREEN
    assert together.light != Light.GREEN


def test_years_without_anybody_add_nothing_and_no_year_at_all_is_refused():
    assert traffic_light([4, 0], [100, 0], [0.04, 0.04]) == traffic_light([4], [100], [0.04])
    with pytest.raises(SampleTooSmall):
        traffic_light([0], [0], [0.04])
    with pytest.raises(ShapesDiffer):
        traffic_light([1, 2], [100], [0.04])


def test_an_empty_grade_is_shown_and_not_tested():
    found = check_grades([1, 0, 30], [100, 0, 200], [0.01, 0.05, 0.1])
    assert [one.empty for one in found] == [False, True, False]
    assert (found[1].default_rate, found[1].jeffreys, found[1].jeffreys_holm) == (None,) * 3
    assert found[2].jeffreys_holm == pytest.approx(2 * found[2].jeffreys)
    assert found[0].binomial == pytest.approx(binomial_test(1, 100, 0.01).p_value)
    assert found[0].default_rate.value == 0.01


def test_one_grade_needs_no_correction_and_grades_must_match():
    (only,) = check_grades([8], [100], [0.04])
    assert only.jeffreys_holm == only.jeffreys
    with pytest.raises(ShapesDiffer):
        check_grades([8], [100, 100], [0.04])
