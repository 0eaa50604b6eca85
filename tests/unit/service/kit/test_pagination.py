import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.errors import CursorInvalid
from loanwright.service.kit.pagination import read_cursor, write_cursor


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_cursor_stands_for_one_place_in_the_list(sequence):
    assert read_cursor(write_cursor(sequence)) == sequence


@pytest.mark.parametrize(
    "cursor",
    ["", "7", "djE6", "djE6LTE", "!!!", "djE6NQ==", "djI6NQ", "djE6MDU", "é", "\x00", "9" * 500],
)
def test_a_cursor_that_nobody_gave_out_is_rejected(cursor):
    with pytest.raises(CursorInvalid):
        read_cursor(cursor)


def test_a_cursor_beyond_the_largest_sequence_is_rejected():
    with pytest.raises(CursorInvalid):
        read_cursor(write_cursor(2**63))


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_or_rejected(text):
    try:
        sequence = read_cursor(text)
    except CursorInvalid:
        return
    assert write_cursor(sequence) == text
