"""Tests of loanwright.binning.fit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.binning.bins import BinningNotUsable
from loanwright.binning.fit import BinningOptions, fit_binning, fit_binnings
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.samples import OneClassOnly, ParameterOutOfRange, ShapesDiffer


def column(**changes):
    return ColumnSpec(
        **{
            "name": "x",
            "kind": "numeric",
            "direction": 0,
            "special": (),
            "categories": 0,
            **changes,
        }
    )


def rates(binning, kind="range"):
    return [b.bad_rate for b in binning.bins if b.kind == kind]


def sample(rows=4000, seed=0, slope=1.0):
    random = np.random.default_rng(seed)
    values = random.normal(size=rows)
    return values, random.random(rows) < 1 / (1 + np.exp(1 - slope * values))


def test_counts_and_weights_are_those_counted_by_hand():
    values = np.repeat([1.0, 2.0], [100, 100])
    default = np.concatenate([np.arange(100) < 10, np.arange(100) < 40])
    low, high, missing = fit_binning(values, default, spec=column()).bins
    assert (low.upper, low.count, low.bad, high.count, high.bad) == (1.0, 100, 10, 100, 40)
    assert low.woe == pytest.approx(math.log((90.5 / 150) / (10.5 / 50)), abs=1e-6)
    assert high.woe == pytest.approx(math.log((60.5 / 150) / (40.5 / 50)), abs=1e-6)
    assert (missing.kind, missing.count, missing.woe) == ("missing", 0, 0.0)


@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize("slope", [-1.0, 1.0, 0.0])
def test_the_default_rate_moves_only_as_the_dictionary_says(direction, slope):
    values, default = sample(slope=slope)
    found = rates(fit_binning(values, default, spec=column(direction=direction)))
    assert (np.diff(found) * direction >= 0).all()
    if slope * direction > 0:
        assert len(found) > 3


def test_a_valley_is_kept_where_no_direction_is_given_and_filled_where_one_must_be():
    values, _ = sample()
    random = np.random.default_rng(1)
    default = random.random(len(values)) < np.clip(0.1 + 0.3 * np.abs(values), 0, 0.9)
    free = rates(fit_binning(values, default, spec=column()))
    forced = rates(
        fit_binning(values, default, spec=column(), options=BinningOptions(undirected="monotone"))
    )
    assert min(np.diff(free)) < 0 < max(np.diff(free))
    assert (np.diff(forced) >= 0).all() or (np.diff(forced) <= 0).all()


def test_special_and_missing_values_keep_out_of_the_ranges():
    values, default = sample()
    values = values.copy()
    values[:200], values[200:260] = -2.0, math.nan
    binning = fit_binning(values, default, spec=column(special=(-2.0, -9.0)))
    special, unseen, missing = binning.bins[-3:]
    assert (special.value, special.count, special.bad) == (-2.0, 200, default[:200].sum())
    assert (unseen.value, unseen.count, unseen.woe) == (-9.0, 0, 0.0)
    assert (missing.kind, missing.count) == ("missing", 60)
    assert sum(b.count for b in binning.bins) == len(values)


def test_missing_values_that_all_defaulted_weigh_heavily():
    values, default = sample()
    values, default = values.copy(), default.copy()
    values[:40], default[:40] = math.nan, True
    missing = fit_binning(values, default, spec=column()).bins[-1]
    assert (missing.count, missing.bad) == (40, 40)
    assert -10 < missing.woe < -3


def test_categories_of_like_default_rates_share_a_bin():
    rate = [0.1, 0.5, 0.1, 0.5, 0.3]
    codes = np.repeat(np.arange(5.0), 1000)
    default = np.concatenate([np.arange(1000) < 1000 * one for one in rate])
    binning = fit_binning(codes, default, spec=column(kind="category", categories=6))
    groups = [b.codes for b in binning.bins if b.kind == "category"]
    assert groups == [(0, 2), (4,), (1, 3), (5,)]
    assert binning.transform([5.0]).tolist() == [0.0]


def test_rare_categories_are_put_together():
    codes = np.concatenate([np.repeat([0.0, 1.0], 500), [2.0] * 10, [3.0] * 12])
    default = np.arange(len(codes)) % 3 == 0
    default[500:1000] = np.arange(500) < 400
    binning = fit_binning(codes, default, spec=column(kind="category", categories=4))
    assert len({binning.assign([2.0])[0], binning.assign([3.0])[0]}) == 1


@given(st.integers(0, 500), st.integers(50, 400), st.sampled_from([-1, 0, 1]))
@settings(max_examples=60, deadline=None)
def test_every_row_is_counted_once_and_every_value_has_a_bin(seed, rows, direction):
    random = np.random.default_rng(seed)
    values = random.normal(size=rows).round(1) * 10.0 ** random.integers(-3, 6)
    values[random.random(rows) < 0.1] = np.nan
    default = random.random(rows) < 0.3
    if default.all() or not default.any():
        return
    binning = fit_binning(values, default, spec=column(direction=direction))
    counts = np.bincount(binning.assign(values), minlength=len(binning.bins))
    assert counts.tolist() == [b.count for b in binning.bins]
    assert np.isfinite(binning.woe).all()
    assert binning.assign([-1e9, 0.0, 1e9, np.nan]).min() >= 0


def test_each_bin_is_as_large_as_the_options_demand():
    values, default = sample()
    options = BinningOptions(min_share=0.1, max_bins=5, free_gain=0.0)
    binning = fit_binning(values, default, spec=column(), options=options)
    counts = [b.count for b in binning.bins if b.kind == "range"]
    assert len(counts) == 5
    assert min(counts) >= 0.1 * len(values)


def test_a_feature_that_gives_the_answer_away_is_not_hidden():
    default = np.arange(1000) < 300
    binning = fit_binning(np.where(default, 9.0, 1.0), default, spec=column(direction=1))
    assert rates(binning) == [0.0, 1.0]
    assert binning.information_value().value > 5


def test_edges_are_written_with_few_digits():
    values, default = sample()
    edges = [b.upper for b in fit_binning(values, default, spec=column()).bins[:-1]]
    written = [f"{edge:.15g}" for edge in edges if edge is not None]
    assert written
    assert max(map(len, written)) <= 7


def test_a_column_without_any_value_has_one_range():
    default = np.arange(100) % 2 == 0
    binning = fit_binning(np.full(100, np.nan), default, spec=column())
    assert [b.kind for b in binning.bins] == ["range", "missing"]


def test_a_constant_column_has_one_range_that_weighs_nothing_much():
    binning = fit_binning(np.ones(1000), np.arange(1000) % 4 == 0, spec=column())
    assert [b.kind for b in binning.bins] == ["range", "missing"]
    assert abs(binning.bins[0].woe) < 0.01


@pytest.mark.parametrize(
    ("values", "default", "spec", "error"),
    [
        ([1.0, 2.0], [0, 0], column(), OneClassOnly),
        ([1.0], [0, 1], column(), ShapesDiffer),
        ([1.0, math.inf], [0, 1], column(), BinningNotUsable),
        ([0.0, 7.0], [0, 1], column(kind="category", categories=3), BinningNotUsable),
        ([0.0, 0.5], [0, 1], column(kind="category", categories=3), BinningNotUsable),
    ],
)
def test_columns_that_cannot_be_binned_are_refused(values, default, spec, error):
    with pytest.raises(error):
        fit_binning(values, default, spec=spec)


@pytest.mark.parametrize(
    "wrong", [{"prebins": 1}, {"max_bins": 0}, {"min_share": 0.5}, {"smoothing": 0.0}]
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterOutOfRange):
        BinningOptions(**wrong)


def test_all_columns_at_once_have_the_bins_that_each_has_alone():
    random = np.random.default_rng(0)
    specs = [
        column(name=f"x{index}", direction=index % 3 - 1, special=(-9.0,) if index % 2 else ())
        for index in range(17)
    ] + [column(name="purpose", kind="category", categories=6)]
    matrix = random.normal(size=(1000, 18)).round(1)
    matrix[random.random(matrix.shape) < 0.1] = -9.0
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    matrix[:, 17] = random.integers(0, 5, 1000)
    default = random.random(1000) < 0.3
    alone = tuple(
        fit_binning(matrix[:, index], default, spec=spec) for index, spec in enumerate(specs)
    )
    assert fit_binnings(matrix, default, specs) == alone


@pytest.mark.parametrize("shape", [(100,), (100, 2), (99, 1)])
def test_a_matrix_of_another_shape_is_refused(shape):
    with pytest.raises(ShapesDiffer):
        fit_binnings(np.zeros(shape), np.arange(100) % 2, [column()])
