"""Tests of loanwright.binning.merge."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.binning.merge import MergeLimits, merge

SHAPES = ("rising", "falling", "monotone", "free")


def value_of(ends, good, bad, smoothing=0.5):
    """Return information value and weights of a partition, straight from the definition."""
    cuts = [0, *ends]
    goods = np.array([good[a:b].sum() for a, b in pairwise(cuts)])
    bads = np.array([bad[a:b].sum() for a, b in pairwise(cuts)])
    woe = np.log((goods + smoothing) / (bads + smoothing)) - np.log(good.sum() / bad.sum())
    value = float(np.sum((goods / good.sum() - bads / bad.sum()) * woe))
    return value, woe, goods, bads


def allowed(ends, good, bad, shape, limits):
    _, woe, goods, bads = value_of(ends, good, bad)
    if len(ends) > limits.max_bins:
        return False
    if len(ends) > 1 and (
        (goods + bads < limits.min_count).any()
        or (bads < limits.min_bad).any()
        or (goods < limits.min_good).any()
    ):
        return False
    steps = np.diff(woe)
    falls, rises = (steps <= 0).all(), (steps >= 0).all()
    return {"rising": falls, "falling": rises, "monotone": falls or rises, "free": True}[shape]


def every_partition(size):
    for count in range(size):
        for inner in combinations(range(1, size), count):
            yield (*inner, size)


@st.composite
def tables(draw):
    size = draw(st.integers(1, 7))
    counts = st.lists(st.integers(0, 60), min_size=size, max_size=size)
    good, bad = np.array(draw(counts), dtype=float), np.array(draw(counts), dtype=float)
    good[0] += 1
    bad[-1] += 1
    return good, bad


@pytest.mark.parametrize("shape", SHAPES)
@given(tables(), st.integers(1, 5), st.integers(0, 40), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_no_partition_is_better_than_the_one_found(shape, table, max_bins, min_count, least):
    good, bad = table
    limits = MergeLimits(
        max_bins=max_bins, min_count=min_count, min_bad=least, min_good=least, gain=0.0
    )
    found = merge(good, bad, shape=shape, limits=limits, smoothing=0.5)
    assert allowed(found, good, bad, shape, limits)
    best = max(
        value_of(ends, good, bad)[0]
        for ends in every_partition(len(good))
        if allowed(ends, good, bad, shape, limits)
    )
    assert value_of(found, good, bad)[0] == pytest.approx(best, abs=1e-9)


def test_a_bin_more_must_bring_its_gain():
    good, bad = np.array([50.0, 51, 50, 10]), np.array([10.0, 10, 10, 50])
    limits = MergeLimits(max_bins=4, min_count=1, gain=0.01)
    assert merge(good, bad, shape="free", limits=limits, smoothing=0.5) == (3, 4)


def test_defaults_that_fall_where_they_should_rise_are_put_in_one_bin():
    good, bad = np.array([10.0, 50, 90]), np.array([90.0, 50, 10])
    limits = MergeLimits(max_bins=3, min_count=1)
    assert merge(good, bad, shape="rising", limits=limits, smoothing=0.5) == (3,)
    assert merge(good, bad, shape="falling", limits=limits, smoothing=0.5) == (1, 2, 3)
