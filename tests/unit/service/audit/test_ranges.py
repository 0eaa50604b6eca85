from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.audit.ranges import (
    holes,
    numbers_in,
    ranges_of,
    read_ranges,
    write_ranges,
)

NUMBERS = st.lists(st.integers(1, 200), unique=True)


@given(NUMBERS)
def test_ranges_keep_numbers_and_their_order(numbers):
    assert list(numbers_in(read_ranges(write_ranges(ranges_of(numbers))))) == numbers


@given(NUMBERS, st.integers(0, 250))
def test_holes_are_what_ranges_leave_out(numbers, through):
    left = set(numbers_in(holes(ranges_of(numbers), through)))
    top = max([through, *numbers]) if numbers else through
    assert left == {
        n for n in range(1, top + 1) if n not in numbers and (n <= max([through, *numbers]))
    }
