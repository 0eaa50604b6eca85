import json
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.kit.strict_json import DEEPEST, LARGEST_INTEGER, MalformedBody, parse

REFUSED = {
    "nan": (b'{"a":NaN}', "not_finite"),
    "infinity": (b'{"a":Infinity}', "not_finite"),
    "minus infinity": (b'{"a":-Infinity}', "not_finite"),
    "overflowing number": (b'{"a":1e400}', "number_out_of_range"),
    "overflowing negative number": (b'{"a":-1e400}', "number_out_of_range"),
    "ten to the thirtieth": (b'{"a":1' + b"0" * 30 + b"}", "number_out_of_range"),
    "integer of 5,000 digits": (b'{"a":' + b"9" * 5_000 + b"}", "number_out_of_range"),
    "integer beyond a double": (b"[9007199254740992]", "number_out_of_range"),
    "lone huge integer": (b"1" + b"0" * 30, "number_out_of_range"),
    "escaped NUL": (b'{"a":"\\u0000"}', "bad_text"),
    "escaped NUL in a key": (b'{"\\u0000":1}', "bad_text"),
    "raw NUL": (b'{"a":"\x00"}', "bad_syntax"),
    "NUL after the document": (b"{}\x00", "bad_syntax"),
    "high surrogate alone": (b'{"a":"\\ud800"}', "bad_text"),
    "low surrogate alone": (b'{"a":"\\udc00"}', "bad_text"),
    "surrogate in a key": (b'{"\\udfff":1}', "bad_text"),
    "surrogates the wrong way round": (b'{"a":"\\udc00\\ud800"}', "bad_text"),
    "encoded surrogate": (b'{"a":"\xed\xa0\x80"}', "bad_encoding"),
    "not UTF-8": (b'{"a":"\xff"}', "bad_encoding"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "bad_encoding"),
    "byte order mark": (b"\xef\xbb\xbf{}", "bad_syntax"),
    "duplicate key": (b'{"a":1,"a":1}', "duplicate_key"),
    "duplicate key by escape": (b'{"a\\u0062":1,"ab":1}', "duplicate_key"),
    "duplicate key with a colon": (b'{"a:":1,"a:":1}', "duplicate_key"),
    "duplicate key within": (b'{"f":{"x":1,"y":2,"x":3}}', "duplicate_key"),
    "duplicate key hidden by a colon": (b'{"f":":","x":{"a":1,"a":2}}', "duplicate_key"),
    "deep arrays": (b"[" * 100_000, "too_deep"),
    "deep objects": (b'{"a":' * 100_000, "too_deep"),
    "closed deep arrays": (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    "one level too many": (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "too_deep"),
    "nothing": (b"", "bad_syntax"),
    "comment": (b"{} // no", "bad_syntax"),
    "two documents": (b"{}{}", "bad_syntax"),
    "single quotes": (b"{'a':1}", "bad_syntax"),
    "trailing comma": (b'{"a":1,}', "bad_syntax"),
    "leading zero": (b'{"a":01}', "bad_syntax"),
    "leading plus": (b'{"a":+1}', "bad_syntax"),
    "raw tab in a text": (b'{"a":"\t"}', "bad_syntax"),
}


@pytest.mark.parametrize(("body", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_what_has_no_single_meaning_is_refused_and_named(body, problem):
    with pytest.raises(MalformedBody) as refusal:
        parse(body)
    assert refusal.value.problem == problem
    str(refusal.value).encode("utf-8")
    refusal.value.field.encode("utf-8")


def test_the_place_of_an_error_is_named():
    with pytest.raises(MalformedBody, match="character 5"):
        parse(b'{"a":?}')
    with pytest.raises(MalformedBody, match="byte 6"):
        parse(b'{"a":"\xff"}')
    with pytest.raises(MalformedBody) as refusal:
        parse(b'{"features":{"limit":90071992547409999}}')
    assert refusal.value.field in {"features.limit", ""}


def test_a_refusal_never_repeats_a_value():
    with pytest.raises(MalformedBody) as refusal:
        parse(b'{"document_number":"AB1234567","document_number":"AB1234567"}')
    assert "AB1234567" not in str(refusal.value)


@pytest.mark.parametrize("body", [b"-0.0", b"-0", b"-0e5", b"-1e-400"])
def test_minus_zero_becomes_zero(body):
    assert math.copysign(1.0, parse(body)) == 1.0
    assert math.copysign(1.0, parse(b'{"a":[' + body + b"]}")["a"][0]) == 1.0


@pytest.mark.parametrize("number", [LARGEST_INTEGER, -LARGEST_INTEGER, 0])
def test_integers_that_a_double_holds_exactly_are_kept(number):
    assert parse(str(number).encode()) == number


def test_escapes_and_colons_in_texts_are_fine():
    assert parse(b'{"a":"b:c","d\\u0065":"\\ud83d\\ude00 \\n"}') == {"a": "b:c", "de": "😀 \n"}


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES, ascii_only=st.booleans())
def test_whatever_json_can_say_is_read_as_it_is_written(value, ascii_only):
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(body=st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(body):
    try:
        value = parse(body)
    except MalformedBody:
        return
    assert value == json.loads(body) or value != value


def test_a_body_of_twenty_features_costs_microseconds():
    body = json.dumps({"features": {f"feature_{n}": n * 1.5 for n in range(20)}}).encode()
    parse(body)
    quickest = math.inf
    for _ in range(50):
        started = time.perf_counter()
        parse(body)
        quickest = min(quickest, time.perf_counter() - started)
    assert quickest < 60e-6
