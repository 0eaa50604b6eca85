"""Tests of loanwright.fairness.ratios: known answers, and what chance alone does to them."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom

from loanwright.fairness.ratios import fisher_mid_p, mean_difference, rate_difference, rate_ratio
from loanwright.metrics.samples import ParameterOutOfRange

RUNS = 10_000


def tables(rows, rate, reference_rows, reference_rate, seed=0):
    """Return the distinct tables of many samples, and how many samples gave each."""
    random = np.random.default_rng(seed)
    drawn = np.column_stack(
        [
            random.binomial(rows, rate, RUNS),
            random.binomial(reference_rows, reference_rate, RUNS),
        ]
    )
    return np.unique(drawn, axis=0, return_counts=True)


def share(rows, rate, reference_rows, reference_rate, holds):
    counted = 0
    for (hits, reference_hits), times in zip(
        *tables(rows, rate, reference_rows, reference_rate), strict=True
    ):
        counted += times * holds(int(hits), rows, int(reference_hits), reference_rows)
    return counted / RUNS


@pytest.mark.parametrize(
    ("rows", "rate", "reference_rows", "reference_rate"),
    [(80, 0.6, 200, 0.75), (60, 0.5, 60, 0.5), (150, 0.85, 400, 0.9), (50, 0.3, 300, 0.5)],
)
def test_the_interval_of_the_ratio_holds_the_true_ratio_in_95_of_100_samples(
    rows, rate, reference_rows, reference_rate
):
    truth = rate / reference_rate

    def holds(*table):
        interval = rate_ratio(*table)
        return interval.lower <= truth <= interval.upper

    assert share(rows, rate, reference_rows, reference_rate, holds) == pytest.approx(
        0.95, abs=0.015
    )


@pytest.mark.parametrize(
    ("rows", "rate", "reference_rows", "reference_rate"),
    [(80, 0.6, 200, 0.75), (60, 0.5, 60, 0.5), (40, 0.2, 300, 0.3)],
)
def test_the_interval_of_the_difference_holds_the_true_difference_in_95_of_100_samples(
    rows, rate, reference_rows, reference_rate
):
    truth = rate - reference_rate

    def holds(*table):
        interval = rate_difference(*table)
        return interval.lower <= truth <= interval.upper

    assert share(rows, rate, reference_rows, reference_rate, holds) == pytest.approx(
        0.95, abs=0.015
    )


@pytest.mark.parametrize(("rows", "reference_rows", "rate"), [(80, 200, 0.6), (60, 90, 0.4)])
def test_equal_rates_are_called_unequal_in_5_of_100_samples(rows, reference_rows, rate):
    found = share(rows, rate, reference_rows, rate, lambda *t: fisher_mid_p(*t) < 0.05)
    assert found == pytest.approx(0.05, abs=0.01)


def test_a_group_approved_less_often_is_found():
    found = share(150, 0.6, 400, 0.75, lambda *table: fisher_mid_p(*table) < 0.05)
    assert found > 0.85


def test_the_mid_p_value_is_fishers_less_half_of_the_table_seen():
    exact = fisher_exact([[5, 15], [18, 12]]).pvalue
    seen = hypergeom.pmf(5, 50, 23, 20)
    assert fisher_mid_p(5, 20, 18, 30) == pytest.approx(exact - seen / 2, abs=1e-12)


def test_the_interval_of_the_standardised_difference_holds_the_truth():
    random = np.random.default_rng(2)
    held = 0
    for _ in range(4000):
        interval = mean_difference(random.normal(-0.3, 1, 60), random.normal(0, 1, 150))
        held += interval.lower <= -0.3 <= interval.upper
    assert held / 4000 == pytest.approx(0.95, abs=0.015)


def test_a_group_of_whom_nobody_is_approved_has_a_ratio_of_zero_with_an_upper_end():
    ratio = rate_ratio(0, 40, 60, 100)
    assert ratio.value == ratio.lower == 0
    assert 0 < ratio.upper < 0.4


def test_groups_all_approved_have_the_ratio_one():
    ratio = rate_ratio(40, 40, 100, 100)
    assert ratio.value == 1
    assert ratio.lower <= 1 <= ratio.upper


@pytest.mark.parametrize("wrong", [(5, 4, 1, 2), (-1, 4, 1, 2), (0, 0, 1, 2), (1, 2, 0, 2)])
def test_impossible_counts_are_refused(wrong):
    with pytest.raises(ParameterOutOfRange):
        rate_ratio(*wrong)
    with pytest.raises(ParameterOutOfRange):
        mean_difference(np.array([1.0]), np.array([2.0, 3.0]))
