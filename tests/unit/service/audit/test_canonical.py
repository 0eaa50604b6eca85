import hashlib
import json
import math
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.outcome import Outcome
from loanwright.service.audit.canonical import canonical, row_hash, salted_hash

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


def by_hand(value):
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


@given(PLAIN)
def test_the_canonical_text_is_what_the_standard_library_writes_with_sorted_keys(value):
    assert json.loads(canonical(value)) == value
    if "\x7f" not in str(value):
        assert canonical(value) == by_hand(value)


@given(st.floats(), st.floats())
def test_two_numbers_have_one_text_only_if_their_bits_are_one(one, other):
    same = one.hex() == other.hex()
    assert (canonical([one]) == canonical([other])) == same


def test_a_moment_is_written_in_utc_whatever_its_zone():
    moment = datetime(2026, 11, 21, 3, 4, 5, 6, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=5)))
    assert canonical([moment]) == canonical([elsewhere]) == b'["2026-11-21T03:04:05.000006Z"]'


def test_dates_members_and_sets_have_one_text():
    value = {"b": Outcome.APPROVE, "a": {3, 1}, "c": date(2026, 5, 4), "d": (1, 2)}
    assert canonical(value) == b'{"a":[1,3],"b":"approve","c":"2026-05-04","d":[1,2]}'


def test_the_hash_of_a_row_can_be_computed_by_hand():
    row = {"sequence": 7, "id": "x", "part": 0.5, "count": 3, "gone": None}
    text = b'{"count":3,"id":"x","part":"0x1.0000000000000p-1"}'
    assert row_hash(row) == hashlib.sha256(text).hexdigest()


def test_the_smallest_step_of_a_number_changes_the_hash():
    assert row_hash({"a": 0.1}) != row_hash({"a": math.nextafter(0.1, 1)})


def test_another_salt_gives_another_hash():
    content = {"outcome": "approve"}
    assert salted_hash(content, b"1" * 32) != salted_hash(content, b"2" * 32)
