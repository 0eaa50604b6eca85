"""Raw answers, checked."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.features.product import bundled_product
from loanwright.features.records import RecordRejected, validate_record

GOOD = {
    "income": 2500,
    "housing": "own",
    "owner": True,
    "since": "2020-02-29",
    "rent": 700.5,
    "age": 40,
}


def problems(product, segment, raw, **options):
    with pytest.raises(RecordRejected) as refusal:
        validate_record(product, segment, raw, **options)
    return {problem.feature: problem.code for problem in refusal.value.problems}


def test_a_good_record_comes_back_clean_and_in_order(small):
    record = validate_record(small, "new", dict(reversed(GOOD.items())))
    assert list(record) == ["income", "housing", "owner", "since", "rent", "age"]
    assert record == GOOD
    assert isinstance(record["income"], float)
    assert isinstance(record["age"], int)


def test_absent_and_null_are_missing(small):
    record = validate_record(small, "new", {**GOOD, "housing": None, "rent": None})
    assert record["housing"] is None
    assert record["rent"] is None
    assert problems(small, "new", {**GOOD, "income": None}) == {"income": "missing"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("income", "2500", "wrong_type"),
        ("income", True, "wrong_type"),
        ("income", math.nan, "not_finite"),
        ("income", math.inf, "not_finite"),
        ("income", -0.01, "out_of_range"),
        ("income", 10**400, "out_of_range"),
        ("income", [1], "wrong_type"),
        ("income", {"a": 1}, "wrong_type"),
        ("age", 40.5, "wrong_type"),
        ("age", 0, "out_of_range"),
        ("age", 150, "out_of_range"),
        ("housing", "castle", "unknown_category"),
        ("housing", "x" * 100_000, "unknown_category"),
        ("housing", 1, "wrong_type"),
        ("housing", ["own"], "wrong_type"),
        ("owner", 1, "wrong_type"),
        ("owner", "true", "wrong_type"),
        ("since", "29.02.2020", "wrong_type"),
        ("since", "2021-02-29", "wrong_type"),
        ("since", "20200229", "wrong_type"),
        ("since", "2031-01-01", "out_of_range"),
        ("since", 20200229, "wrong_type"),
        ("castle", 1, "unknown_field"),
        ("\ud800", 1, "unknown_field"),
        ("burden", 0.3, "not_accepted_here"),
        ("delay", 1, "not_accepted_here"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_code(small, field, value, code):
    found = problems(small, "new", {**GOOD, field: value})
    assert list(found.values()) == [code]


def test_a_special_value_is_accepted_beside_the_range(small):
    raw = {"income": 1, "age": 20, "delay": 0}
    assert validate_record(small, "existing", raw)["delay"] == 0
    assert problems(small, "existing", {**raw, "delay": -1}) == {"delay": "out_of_range"}


def test_a_whole_float_is_an_integer(small):
    record = validate_record(small, "new", {**GOOD, "age": 40.0})
    assert record["age"] == 40
    assert isinstance(record["age"], int)


def test_negative_zero_becomes_zero(small):
    record = validate_record(small, "new", {**GOOD, "income": -0.0})
    assert math.copysign(1, record["income"]) == 1


def test_all_problems_are_told_at_once_in_both_languages(small):
    raw = {"income": "x", "age": 5, "housing": "castle", "colour": 1}
    with pytest.raises(RecordRejected) as refusal:
        validate_record(small, "new", raw)
    found = refusal.value.problems
    codes = ["wrong_type", "unknown_category", "missing", "missing", "out_of_range"]
    assert [p.code for p in found] == [*codes, "unknown_field"]
    assert all(p.message.en != p.message.ru for p in found)


def test_no_message_repeats_what_was_sent(small):
    secret = "4111-1111-1111-1111"
    with pytest.raises(RecordRejected) as refusal:
        validate_record(small, "new", {**GOOD, "housing": secret, "income": secret})
    assert secret not in str(refusal.value)


def test_a_hostile_record_gets_a_short_answer(small):
    raw = {**GOOD, **{f"field{i}" + "x" * 10_000: 1 for i in range(5_000)}}
    with pytest.raises(RecordRejected) as refusal:
        validate_record(small, "new", raw)
    assert len(refusal.value.problems) <= 52
    assert len(str(refusal.value)) < 20_000


def test_only_accepted_sources_are_taken_and_demanded(small):
    body = {"income": 1, "age": 20}
    asked = frozenset({"questionnaire"})
    record = validate_record(small, "existing", body, accept_sources=asked)
    assert list(record) == ["income", "housing", "age"]
    found = problems(small, "existing", {**body, "delay": 0}, accept_sources=asked)
    assert found == {"delay": "not_accepted_here"}


def test_a_protected_feature_is_taken_only_where_the_product_says_so(small):
    assert validate_record(small, "new", {**GOOD, "sex": "male"})["sex"] == "male"
    assert "sex" not in validate_record(small, "new", GOOD)
    card = bundled_product("credit-card")
    assert problems(card, "new", {"limit": 20000, "sex": "male"}) == {"sex": "not_accepted_here"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "sex", "delay", "?"]), JSON), st.booleans())
def test_every_input_is_either_clean_or_rejected(small, changes, existing):
    segment = "existing" if existing else "new"
    try:
        record = validate_record(small, segment, {**GOOD, **changes})
    except RecordRejected:
        return
    json.dumps(record, allow_nan=False)
    assert validate_record(small, segment, record) == record
