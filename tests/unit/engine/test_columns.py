import numpy as np
import pytest

from loanwright.engine.addresses import aligned_cells, aligned_numbers
from loanwright.engine.columns import ColumnIndex, fill_columns
from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.engine.kernels_columns import fill_cells


def ensemble_of(splits):
    trees = [Tree(splits=(split,), leaf_values=(0.0, 1.0), leaf_counts=(1, 1)) for split in splits]
    return TreeEnsemble(features=("a", "b"), trees=tuple(trees))


def split(threshold=0.0, **changes):
    parts = {"feature": 0, "threshold": threshold, "left": -1, "right": -2, "count": 2}
    return Split(**parts | changes)


def both(index, matrix):
    columns = index.columns()
    plain = fill_columns(columns, matrix)
    compiled = np.zeros_like(plain)
    fill_cells(columns, matrix, 0, len(matrix), compiled)
    np.testing.assert_array_equal(plain, compiled)
    return plain


@pytest.mark.parametrize("count", [1, 2, 253, 254, 255, 508, 509, 1000])
def test_a_rank_tells_which_thresholds_a_value_passes(count):
    splits = [split(float(k)) for k in range(count)]
    index = ColumnIndex(ensemble_of(splits))
    values = np.r_[np.arange(-1, count + 1), np.arange(count) + 0.5, np.inf, -np.inf]
    cells = both(index, np.column_stack([values, values]))
    assert len(cells) == -(-count // 254)
    for one in splits:
        column, rank = index.place(one)
        np.testing.assert_array_equal(cells[column] <= rank, values <= one.threshold)


def test_infinite_thresholds_pass_every_number():
    one = split(np.inf)
    index = ColumnIndex(ensemble_of([one, split(-np.inf), split(3.0)]))
    values = np.array([-np.inf, 0.0, np.inf, np.nan])
    cells = both(index, np.column_stack([values, values]))
    column, rank = index.place(one)
    assert (cells[column] <= rank).tolist() == [True, True, True, False]


def test_equal_questions_share_a_column():
    sets = [frozenset({1, 70}), frozenset({1, 70}), frozenset({2})]
    splits = [split(1.0), split(2.0), split(1.0, missing=Missing.ZERO)]
    splits += [split(categories=codes, feature=1) for codes in sets]
    index = ColumnIndex(ensemble_of(splits))
    assert len(index.columns().kind) == 4


def test_categories_pass_by_their_whole_part():
    one = split(categories=frozenset({0, 3, 130}))
    index = ColumnIndex(ensemble_of([one]))
    values = np.array([0, -0.9, 0.9, 3, 3.99, 4, 130, 131, 1e5, -1, np.nan, np.inf, 3e9])
    cells = both(index, np.column_stack([values, values]))
    assert np.flatnonzero(cells[0] == 0).tolist() == [0, 1, 2, 3, 4, 6]


def test_an_empty_set_of_categories_lets_nothing_pass():
    index = ColumnIndex(ensemble_of([split(categories=frozenset())]))
    assert both(index, np.zeros((1, 2))).tolist() == [[1]]


def test_scratch_begins_on_a_boundary_of_a_cache_line():
    for count in (1, 5, 64, 1001):
        assert aligned_numbers(count).ctypes.data % 64 == 0
        assert aligned_cells(count, 64).ctypes.data % 64 == 0
        assert aligned_numbers(count).shape == (count,)
        assert aligned_cells(count, 64).shape == (count, 64)
