"""Tests of loanwright.metrics.representativeness."""

import numpy as np
import pytest
from scipy import stats

from loanwright.metrics.representativeness import represent
from loanwright.metrics.samples import SampleTooSmall, ShapesDiffer


def drawn(rows, *, seed, shift=0.0):
    random = np.random.default_rng(seed)
    return {
        "income": random.normal(shift, 1, rows),
        "home": random.choice(["own", "rent", "other"], rows, p=[0.6, 0.3, 0.1]),
    }


def test_numbers_and_categories_are_compared_by_the_tests_of_scipy():
    then, now = drawn(300, seed=0), drawn(200, seed=1)
    income, home = represent(then, now)
    expected = stats.ks_2samp(then["income"], now["income"])
    assert (income.distance, income.p_value) == pytest.approx(tuple(expected))
    counts = [
        [np.sum(side["home"] == name) for name in ("own", "rent", "other")] for side in (then, now)
    ]
    chi_squared = stats.chi2_contingency(counts, correction=False).pvalue
    assert home.p_value == pytest.approx(chi_squared)
    shares = np.array(counts) / np.sum(counts, axis=1, keepdims=True)
    assert home.distance == pytest.approx(np.abs(shares[0] - shares[1]).sum() / 2)
    assert income.p_value_holm >= income.p_value


def test_a_shift_is_found_in_the_feature_that_shifted():
    income, home = represent(drawn(500, seed=0), drawn(500, seed=1, shift=0.5))
    assert income.p_value_holm < 0.001 < home.p_value_holm
    assert income.stability.shifted


def test_missing_values_are_counted_and_not_compared():
    values = np.arange(100.0)
    gone = np.where(values < 50, np.nan, values)
    (one,) = represent({"age": values}, {"age": gone})
    assert (one.missing_reference, one.missing_current) == (0, 0.5)
    (home,) = represent({"home": ["own", None]}, {"home": ["own", "own"]})
    assert (home.missing_reference, home.missing_current) == (0.5, 0)


def test_one_category_alone_tells_nothing():
    (one,) = represent({"home": ["own"] * 5}, {"home": ["own"] * 9})
    assert (one.distance, one.p_value) == (0, 1)


def test_samples_without_the_same_features_or_without_values_are_refused():
    with pytest.raises(ShapesDiffer):
        represent({"age": [1]}, {"home": [1]})
    with pytest.raises(SampleTooSmall):
        represent({"age": [1.0]}, {"age": []})
    with pytest.raises(SampleTooSmall):
        represent({"age": [1.0]}, {"age": [np.nan]})
