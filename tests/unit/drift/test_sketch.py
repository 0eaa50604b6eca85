"""The sketch is near the true quantiles, adds up, and does not grow with the rows."""

import numpy as np
import pytest

from loanwright.drift.sketch import WIDTH, QuantileSketch

SHARES = np.arange(1, 40) / 40


def worst_rank(sketch, values):
    found = sketch.quantiles(SHARES)
    ranks = np.searchsorted(np.sort(values), found, side="right") / len(values)
    return np.abs(ranks - SHARES).max()


@pytest.mark.parametrize("order", ["random", "rising", "falling", "ties"])
def test_ranks_are_off_by_less_than_half_a_per_cent(order):
    random = np.random.default_rng(3)
    values = random.lognormal(10, 2, 300_000)
    values = {
        "random": values,
        "rising": np.sort(values),
        "falling": np.sort(values)[::-1],
        "ties": np.round(values, -4) + random.uniform(0, 1e-3, len(values)),
    }[order]
    sketch = QuantileSketch()
    for block in np.array_split(values, 37):
        sketch.add(block)
    assert worst_rank(sketch, values) < 0.005


def test_sketches_of_parts_make_a_sketch_of_the_whole():
    values = np.random.default_rng(5).normal(size=200_000)
    parts = [QuantileSketch() for _ in range(5)]
    for sketch, block in zip(parts, np.array_split(values, 5), strict=True):
        sketch.add(block)
    whole = QuantileSketch()
    for sketch in parts:
        whole.merge(sketch)
    assert whole.rows == len(values)
    assert worst_rank(whole, values) < 0.005


def test_memory_does_not_grow_with_the_rows():
    sketch = QuantileSketch()
    held = []
    for _ in range(64):
        sketch.add(np.random.default_rng(len(held)).normal(size=32_768))
        held.append(sketch.held)
    assert max(held) < 12 * WIDTH
    assert sketch.rows == 64 * 32_768


def test_missing_and_infinite_values_are_left_out():
    sketch = QuantileSketch()
    sketch.add(np.array([np.nan, np.inf, 1.0]))
    assert sketch.rows == 1
    assert sketch.quantiles(np.array([0.5])).tolist() == [1.0]


def test_a_sketch_of_nothing_knows_no_quantile():
    assert np.isnan(QuantileSketch().quantiles(SHARES)).all()
    assert len(QuantileSketch().values(10)) == 0


def test_a_small_sample_is_kept_whole():
    sketch = QuantileSketch()
    sketch.add(np.arange(100.0))
    assert sketch.values(200).tolist() == np.arange(100.0).tolist()
