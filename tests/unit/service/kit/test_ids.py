from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.kit.clock import SetClock, SystemClock
from loanwright.service.kit.ids import ALPHABET, Ids, is_id

START = datetime(2026, 11, 21, 4, 5, 6, 7000, tzinfo=UTC)


def test_an_id_is_its_prefix_and_26_signs_of_crockfords_alphabet():
    made = Ids(SystemClock())("dec")

    assert made[:4] == "dec_"
    assert len(made) == 30
    assert set(made[4:]) <= set(ALPHABET)
    assert is_id(made, "dec")


def test_ids_sort_by_the_time_they_were_made():
    clock = SetClock(START)
    new_id = Ids(clock)
    earlier = new_id("app")
    clock.advance(timedelta(milliseconds=1))

    assert earlier < new_id("app")


def test_a_thousand_ids_of_one_moment_all_differ():
    new_id = Ids(SetClock(START))

    assert len({new_id("app") for _ in range(1000)}) == 1000


@given(st.binary(min_size=10, max_size=10))
def test_time_and_random_bits_can_be_read_back(random_bits):
    made = Ids(SetClock(START), lambda size: random_bits[:size])("dec")
    number = 0
    for sign in made[4:]:
        number = number * 32 + ALPHABET.index(sign)

    assert number >> 80 == int(START.timestamp() * 1000)
    assert (number & (1 << 80) - 1).to_bytes(10) == random_bits


def test_what_only_looks_like_an_id_is_none():
    good = Ids(SystemClock())("apl")

    assert not is_id(good, "app")
    assert not is_id(good[:-1], "apl")
    assert not is_id(good + "0", "apl")
    assert not is_id(good[:-1] + "U", "apl")
    assert not is_id(good + "\n", "apl")
    assert not is_id("apl_" + "\x00" * 26, "apl")
