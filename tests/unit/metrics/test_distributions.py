"""Tests of loanwright.metrics.distributions."""

import numpy as np
import pytest
from scipy import stats

from loanwright.metrics.distributions import (
    beta_cdf,
    beta_quantile,
    chi_squared_cdf,
    chi_squared_quantile,
    jeffreys,
    normal_quantile,
)
from loanwright.metrics.samples import ParameterOutOfRange


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (0.5, 300.5), (3, 4), (1200.5, 8800.5)])
def test_beta_functions_are_those_of_scipy(a, b):
    for x in (0.0, 0.001, 0.1, 0.12, 0.5, 0.999, 1.0):
        assert beta_cdf(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-10)
    for probability in (0.025, 0.5, 0.975):
        expected = stats.beta.ppf(probability, a, b)
        assert beta_quantile(probability, a, b) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("degrees", [1, 2, 9, 40])
def test_chi_squared_functions_are_those_of_scipy(degrees):
    for x in (-1, 0.1, 1, 9, 60):
        found = chi_squared_cdf(x, degrees)
        assert found == pytest.approx(stats.chi2.cdf(x, degrees), abs=1e-10)
    expected = stats.chi2.ppf(0.95, degrees)
    assert chi_squared_quantile(0.95, degrees) == pytest.approx(expected, rel=1e-8)


def test_jeffreys_intervals_are_open_where_nothing_or_everything_defaulted():
    assert jeffreys(0, 10).lower == 0
    assert jeffreys(10, 10).upper == 1
    assert jeffreys(0, 10).upper == pytest.approx(stats.beta.ppf(0.975, 0.5, 10.5))


def test_jeffreys_intervals_cover_the_true_rate_about_as_often_as_they_say():
    defaults = np.random.default_rng(0).binomial(200, 0.08, 2000)
    intervals = {count: jeffreys(int(count), 200) for count in np.unique(defaults)}
    held = [intervals[count].lower <= 0.08 <= intervals[count].upper for count in defaults]
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.parametrize(("defaults", "rows"), [(-1, 10), (11, 10), (0, 0)])
def test_impossible_counts_are_refused(defaults, rows):
    with pytest.raises(ParameterOutOfRange):
        jeffreys(defaults, rows)


def test_a_level_outside_its_range_is_refused():
    with pytest.raises(ParameterOutOfRange):
        normal_quantile(95)
