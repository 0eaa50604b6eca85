"""The corpus of hostile bodies: only 4xx, nothing stored."""

import json
from typing import NamedTuple

import pytest
from tests.integration.http.conftest import GOOD, apply, rows


class Hostile(NamedTuple):
    """A body and the status it must be answered with."""

    body: bytes
    status: int = 422


def with_limit(number: bytes) -> bytes:
    return (
        b'{"product":"credit-card","features":{"education":"university","limit":' + number + b"}}"
    )


CORPUS = {
    "NaN": Hostile(with_limit(b"NaN")),
    "Infinity": Hostile(with_limit(b"Infinity")),
    "minus Infinity": Hostile(with_limit(b"-Infinity")),
    "1e400": Hostile(with_limit(b"1e400")),
    "minus 1e400": Hostile(with_limit(b"-1e400")),
    "ten to the thirtieth": Hostile(with_limit(b"1" + b"0" * 30)),
    "ten to the thirtieth as a float": Hostile(with_limit(b"1e30")),
    "5,000 digits": Hostile(with_limit(b"9" * 5_000)),
    "true for a number": Hostile(with_limit(b"true")),
    "text for a number": Hostile(with_limit(b'"200000"')),
    "list for a number": Hostile(with_limit(b"[200000]")),
    "object for a number": Hostile(with_limit(b'{"$gt":0}')),
    "null for a required number": Hostile(with_limit(b"null")),
    "minus zero": Hostile(with_limit(b"-0.0")),
    "negative": Hostile(with_limit(b"-200000")),
    "smallest number": Hostile(with_limit(b"5e-324")),
    "NUL in a text": Hostile(b'{"product":"credit-card\\u0000","features":{"limit":200000}}'),
    "NUL in a document number": Hostile(
        b'{"product":"credit-card","applicant":{"document_number":"\\u0000"},'
        b'"features":{"limit":200000}}'
    ),
    "raw NUL": Hostile(b'{"product":"credit-card","features":{"limit":200000}}\x00'),
    "lone surrogate in a value": Hostile(
        b'{"product":"credit-card","features":{"limit":200000,"education":"\\ud800"}}'
    ),
    "lone surrogate in a document number": Hostile(
        b'{"product":"credit-card","applicant":{"document_number":"\\udfff"},'
        b'"features":{"limit":200000}}'
    ),
    "lone surrogate in a key": Hostile(
        b'{"product":"credit-card","features":{"limit":200000,"\\ud800":1}}'
    ),
    "bad UTF-8": Hostile(b'{"product":"credit-card","features":{"limit":200000,"\xff":1}}'),
    "UTF-16": Hostile(json.dumps(GOOD).encode("utf-16")),
    "byte order mark": Hostile(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()),
    "duplicate key at the top": Hostile(
        b'{"product":"credit-card","product":"credit-card","features":{"limit":200000}}'
    ),
    "duplicate feature": Hostile(
        b'{"product":"credit-card","features":{"limit":900000,"limit":200000}}'
    ),
    "duplicate feature by escape": Hostile(
        b'{"product":"credit-card","features":{"limit":900000,"l\\u0069mit":200000}}'
    ),
    "extra feature": Hostile(json.dumps({**GOOD, "features": {"limit": 1e5, "x": 1}}).encode()),
    "extra field": Hostile(json.dumps({**GOOD, "outcome": "approve"}).encode()),
    "mass assignment": Hostile(
        json.dumps({**GOOD, "id": "app_1", "segment": "existing", "decision": {}}).encode()
    ),
    "behaviour from outside": Hostile(
        json.dumps({**GOOD, "features": {"limit": 1e5, "delay_1": 0}}).encode()
    ),
    "protected feature": Hostile(
        json.dumps({**GOOD, "features": {"limit": 1e5, "sex": "male"}}).encode()
    ),
    "100,000 arrays": Hostile(b"[" * 100_000),
    "100,000 arrays inside": Hostile(with_limit(b"[" * 50_000 + b"]" * 50_000)),
    "40,000 objects": Hostile(b'{"a":' * 40_000),
    "one megabyte": Hostile(with_limit(b'"' + b"x" * 1_000_000 + b'"'), 413),
    "200 kilobytes of text": Hostile(with_limit(b'"' + b"x" * 200_000 + b'"')),
    "10,000 features": Hostile(
        json.dumps({**GOOD, "features": {f"f{n}": n for n in range(10_000)}}).encode()
    ),
    "nothing": Hostile(b""),
    "white space": Hostile(b" \n\t "),
    "array": Hostile(json.dumps([GOOD]).encode()),
    "text": Hostile(b'"credit-card"'),
    "two documents": Hostile(json.dumps(GOOD).encode() * 2),
    "half a document": Hostile(json.dumps(GOOD).encode()[:-2]),
    "foreign product": Hostile(json.dumps({**GOOD, "product": "../../etc/passwd"}).encode()),
    "applicant of another kind": Hostile(json.dumps({**GOOD, "applicant": "AB 123"}).encode()),
    "applicant named twice": Hostile(
        json.dumps({**GOOD, "applicant": {"id": "apl_1", "document_number": "1"}}).encode()
    ),
    "unknown applicant": Hostile(json.dumps({**GOOD, "applicant": {"id": "apl_1"}}).encode()),
    "SQL for an applicant": Hostile(
        json.dumps({**GOOD, "applicant": {"id": "' OR 1=1; --"}}).encode()
    ),
}


def test_hostile_bodies_get_only_4xx_and_leave_nothing_behind(either, database, log):
    before = rows(database)
    for name, one in CORPUS.items():
        answer = apply(either, one.body, **{"idempotency-key": "hostile"})
        assert answer.status_code == one.status, name
        told = answer.json()
        assert answer.headers["content-type"] == "application/problem+json", name
        assert told["request_id"] == answer.headers["x-request-id"], name
        assert len(answer.content) < 20_000, name
    assert rows(database) == before
    assert [one for one in log.events if one["event"] == "request_failed"] == []


@pytest.mark.parametrize(
    "sent", ["", "text/plain", "text/html", "application/xml", "application/json; charset=utf-16"]
)
def test_another_content_type_is_refused(either, database, sent):
    before = rows(database)
    answer = apply(either, **{"content-type": sent})
    assert answer.status_code == 415
    assert rows(database) == before


@pytest.mark.parametrize("sent", ["application/json;charset=UTF-8", "Application/JSON"])
def test_json_is_json_however_it_is_spelled(either, sent):
    assert apply(either, **{"content-type": sent}).status_code == 201


def test_what_was_refused_is_not_repeated_to_the_log(either, log):
    canary = "Wilhelmina-CANARY-4711"
    apply(either, {**GOOD, "applicant": {"document_number": canary}})
    apply(either, {**GOOD, "features": {"limit": 200_000, "education": canary}})
    apply(either, {**GOOD, "features": {"limit": 123_457, canary: 1}})
    apply(either, {**GOOD, "product": canary})
    either.get(f"/v1/applications/{canary}?name={canary}", headers={"x-name": canary})
    written = json.dumps(log.events)
    assert len(log.events) == 5
    assert "CANARY" not in written
    assert "123457" not in written
    assert "200000" not in written
