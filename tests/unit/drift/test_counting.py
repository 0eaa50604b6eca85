"""Counting into grids is what numpy counts, whatever the values are and however they come."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from loanwright.drift.counting import Counter
from loanwright.drift.errors import GridsDiffer, ProfileRefused
from loanwright.drift.grid import Grid, grid_of_values
from loanwright.drift.tally import Tally

VALUES = arrays.arrays(
    np.float64,
    st.integers(0, 300),
    elements=st.one_of(st.floats(-1e9, 1e9), st.integers(-3, 3).map(float), st.just(float("nan"))),
)
EDGES = st.lists(st.floats(-1e9, 1e9), max_size=40, unique=True).map(sorted)


def tally(grid, *blocks, threads=1, compiled=True):
    counter = Counter([grid], threads=threads, compiled=compiled)
    for block in blocks:
        counter.add({grid.name: np.asarray(block, dtype=np.float64)})
    return Tally.all_of(counter, {grid.name: grid})[grid.name]


@settings(deadline=None)
@given(values=VALUES, edges=EDGES)
def test_every_value_is_counted_in_the_range_whose_upper_end_it_does_not_exceed(values, edges):
    found = tally(Grid(name="x", edges=tuple(edges), special=(-1.0, 2.0)), values)
    known = values[~np.isnan(values)]
    plain = known[~np.isin(known, (-1.0, 2.0))]
    ranges = np.bincount(np.searchsorted(edges, plain, side="left"), minlength=len(edges) + 1)
    codes = [np.count_nonzero(known == code) for code in (-1.0, 2.0)]
    assert found.counts.tolist() == [*ranges.tolist(), *codes, np.isnan(values).sum()]
    if len(plain):
        assert found.mean == pytest.approx(plain.mean(), abs=1e-3, rel=1e-9)
        assert (found.least, found.greatest) == (plain.min(), plain.max())
    if len(plain) and edges:
        outside = np.maximum(edges[0] - plain, 0).sum(), np.maximum(plain - edges[-1], 0).sum()
        assert found.outside == pytest.approx(outside)
    if not len(plain):
        assert found.mean is None


@settings(deadline=None)
@given(values=VALUES, cut=st.integers(0, 300))
def test_parts_add_up_to_the_whole(values, cut):
    grid = Grid(name="x", edges=(-1.0, 0.0, 10.0), special=(2.0,))
    whole = tally(grid, values)
    added = tally(grid, values[:cut]).plus(tally(grid, values[cut:]))
    blocks = tally(grid, values[:cut], values[cut:], threads=2)
    for one in (added, blocks):
        assert one.counts.tolist() == whole.counts.tolist()
        assert one.moments == pytest.approx(whole.moments, rel=1e-9)


@settings(deadline=None)
@given(values=VALUES, edges=EDGES)
def test_without_a_compiler_the_same_is_counted(values, edges):
    codes = Grid(name="c", kind="category", codes=("a", "b", "c"))
    for grid in (Grid(name="x", edges=tuple(edges), special=(-1.0,)), codes):
        one, other = (tally(grid, values, compiled=which) for which in (True, False))
        assert one.counts.tolist() == other.counts.tolist()
        assert one.moments == pytest.approx(other.moments, rel=1e-6, abs=1e-3)


def test_categories_that_are_no_place_of_a_code_are_new():
    found = tally(Grid(name="c", kind="category", codes=("a", "b")), [0, 1, 1, 2, -1, np.nan])
    assert found.counts.tolist() == [1, 2, 2, 1]


def test_fine_ranges_are_taken_together_to_the_bins_of_an_index():
    values = np.arange(300.0)
    grid = grid_of_values("x", values)
    found = tally(grid, values)
    assert len(grid.edges) == 29
    assert found.bin_counts.tolist() == [30.0] * 10 + [0.0]
    assert len(grid.labels()) == len(found.bin_counts)


def test_ties_make_fewer_bins_and_never_an_empty_one():
    values = np.array([0.0] * 90 + [1.0] * 7 + [5.0] * 3)
    grid = grid_of_values("x", values)
    found = tally(grid, values)
    assert grid.edges == (0.0, 1.0)
    assert found.counts.tolist() == [90, 7, 3, 0]
    assert found.bin_counts.sum() == 100


def test_a_feature_that_is_always_missing_has_one_range():
    grid = grid_of_values("x", np.full(5, np.nan))
    assert tally(grid, [np.nan, 3.0]).counts.tolist() == [1, 1]


def test_edges_that_do_not_rise_are_refused():
    with pytest.raises(ProfileRefused, match="do not rise"):
        Grid(name="x", edges=(1.0, 1.0))


def test_counts_of_other_bins_are_not_added():
    one, other = (tally(Grid(name="x", edges=(edge,)), [0.0]) for edge in (1.0, 2.0))
    with pytest.raises(GridsDiffer):
        one.plus(other)
