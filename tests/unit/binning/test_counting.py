"""Tests of loanwright.binning.counting."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loanwright.binning.counting import SortedValues

VALUES = st.lists(st.sampled_from([-9.0, -1.5, 0.0, 1.0, 2.0, np.nan]), min_size=1, max_size=60)


@given(VALUES, st.integers(0, 10**6))
def test_counts_are_those_of_every_row_looked_at(values, seed):
    numbers = np.array(values)
    bad = np.random.default_rng(seed).random(len(numbers)) < 0.4
    found, missing = SortedValues.of(numbers, bad).take_missing()
    found, (special, absent) = found.take([-9.0, 7.0])
    gone = np.isnan(numbers)
    assert missing == (gone.sum(), bad[gone].sum())
    assert special == ((numbers == -9.0).sum(), bad[numbers == -9.0].sum())
    assert absent == (0, 0)
    plain = ~gone & (numbers != -9.0)
    assert found.all.tolist() == sorted(numbers[plain])
    assert found.bad.tolist() == sorted(numbers[plain & bad])
    rows, bads = found.counts(np.array([0.0, 1.0]))
    inside = [numbers <= 0.0, (numbers > 0.0) & (numbers <= 1.0), numbers > 1.0]
    assert rows.tolist() == [int((plain & one).sum()) for one in inside]
    assert bads.tolist() == [int((plain & bad & one).sum()) for one in inside]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80), st.integers(2, 64))
def test_quantiles_are_numpys_lower_ones(values, parts):
    numbers = np.array(values)
    shares = np.arange(1, parts) / parts
    found = SortedValues.of(numbers, np.ones(len(numbers), np.bool_)).quantiles(shares)
    assert found.tolist() == np.quantile(numbers, shares, method="lower").tolist()


def test_distinct_values_are_given_only_where_they_are_few():
    values = SortedValues(np.array([1.0, 1.0, 2.0, 5.0]), np.empty(0))
    found = values.distinct(3)
    assert found is not None
    assert found.tolist() == [1.0, 2.0, 5.0]
    assert values.distinct(2) is None
    assert values.above(2.0) == 5.0
