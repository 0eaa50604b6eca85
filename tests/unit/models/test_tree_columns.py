"""Tests of loanwright.models.tree_columns: a split of a column is a split of its feature."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loanwright.features.columns import ColumnSpec
from loanwright.models.float32 import LARGEST
from loanwright.models.tree_columns import (
    category_column,
    known_codes,
    number_columns,
    ordered_direction,
)

NAN = float("nan")


def spec(**changes):
    usual = {"name": "x", "kind": "numeric", "direction": 0, "special": (), "categories": 0}
    return ColumnSpec(**usual | changes)


PURPOSE = spec(kind="category", categories=4)
CODES = np.repeat([0.0, 1.0, 2.0, NAN], 100)
BAD = np.concatenate([np.arange(100) < count for count in (40, 10, 70, 20)]).astype(float)


def test_a_free_number_reads_missing_as_the_lowest():
    (column,) = number_columns(0, spec(), np.array([1.0, NAN, 3.0]))
    assert column.fill == -LARGEST
    assert column.question(2.0).missing_left


def test_a_number_with_a_direction_keeps_missing_apart():
    number, absence = number_columns(0, spec(direction=1), np.array([1.0, NAN, 2.0, 3.0]))
    assert (number.direction, number.fill) == (1, 2.0)
    assert (absence.kind, absence.direction) == ("absence", 0)
    assert absence.read(np.array([1.0, NAN])).tolist() == [0.0, 1.0]
    asked = absence.question(0.5)
    assert (asked.threshold, asked.missing_left) == (np.inf, False)


def test_missing_values_that_were_not_learned_are_the_median():
    (column,) = number_columns(0, spec(direction=-1), np.array([1.0, 2.0, 9.0]))
    assert column.read(np.array([NAN])).tolist() == [2.0]


def test_special_codes_and_categories_have_no_direction():
    assert ordered_direction(spec(direction=1, special=(-1.0,))) == 0
    assert ordered_direction(spec(direction=1, kind="category", categories=2)) == 0
    assert ordered_direction(spec(direction=-1)) == -1


def test_categories_stand_in_the_order_of_their_risk():
    column = category_column(0, PURPOSE, CODES, BAD)
    # Code 3 was never seen: it stands at the average, between missing (20 %) and 0 (40 %).
    assert column.ranks == (3, 0, 4, 2, 1)


@given(bound=st.sampled_from([0.5, 1.5, 2.5, 3.5]), value=st.sampled_from([0.0, 1, 2, 3, 7, NAN]))
def test_a_split_of_the_order_is_a_set_of_categories(bound, value):
    column = category_column(0, PURPOSE, CODES, BAD)
    asked = column.question(bound)
    to_the_left = bool(column.read(np.array([value]))[0] <= bound)
    passes = value in asked.categories
    assert (passes != asked.inverted) == to_the_left
    assert asked.categories <= frozenset(range(4))


def test_codes_are_cut_and_unknown_ones_are_missing():
    found = known_codes(np.array([-0.5, 0.9, 3.0, 4.0, -1.0, NAN, np.inf, -np.inf]), 4)
    assert found.tolist() == [0, 0, 3, 4, 4, 4, 4, 4]
