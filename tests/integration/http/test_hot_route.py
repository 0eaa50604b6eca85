import json
import re

import pytest
from tests.integration.http.conftest import GOOD, apply, open_api
from tests.integration.http.test_hostile import CORPUS

MADE = re.compile(rb"(app|dec|apl|req)_[0-9A-HJKMNP-TV-Z]{26}|\d{4}-\d\d-\d\dT[\d:.]+Z")
PASSING = {"date", "connection"}
BODIES = {
    "good": json.dumps(GOOD).encode(),
    "with spaces": json.dumps(GOOD, indent=2).encode(),
    "named": json.dumps({**GOOD, "applicant": {"document_number": "A1"}}).encode(),
    "optional left out": b'{"product":"credit-card","features":{"limit":10000}}',
    "special applicant": json.dumps({**GOOD, "applicant": {"id": "apl_unknown"}}).encode(),
    **{name: one.body for name, one in CORPUS.items()},
}
HEADERS = {
    "plain": {},
    "charset": {"content-type": "application/json; charset=utf-8"},
    "no type": {"content-type": ""},
    "form": {"content-type": "application/x-www-form-urlencoded"},
    "bad key": {"idempotency-key": "a b"},
    "no token": {"authorization": ""},
    "wrong token": {"authorization": "Bearer lw_no"},
    "wanting a page": {"accept": "text/html"},
}


def masked(answer):
    headers = sorted((name, value) for name, value in answer.headers.raw)
    kept = [(n, MADE.sub(b"*", v)) for n, v in headers if n.decode() not in PASSING]
    return answer.status_code, MADE.sub(b"*", answer.content), kept


@pytest.fixture
def both(service, token, log):
    with open_api(service, log) as hot, open_api(service, log, hot_route=False) as ordinary:
        for caller in (hot, ordinary):
            caller.headers["authorization"] = f"Bearer {token}"
        yield hot, ordinary


def test_both_routes_answer_every_body_alike(both):
    for name, body in BODIES.items():
        hot, ordinary = (masked(apply(caller, body)) for caller in both)
        assert hot == ordinary, name


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_both_routes_answer_all_headers_alike(both, headers):
    hot, ordinary = (masked(apply(caller, **headers)) for caller in both)
    assert hot == ordinary


def test_each_route_repeats_what_the_other_has_answered_byte_for_byte(both):
    hot, ordinary = both
    for number, (first, second) in enumerate([(hot, ordinary), (ordinary, hot)]):
        key = {"idempotency-key": f"k{number}", "x-request-id": "same"}
        made, repeated, again = apply(first, **key), apply(second, **key), apply(first, **key)
        assert made.content == repeated.content
        assert repeated.headers["idempotency-replayed"] == "true"
        assert repeated.headers.raw == again.headers.raw


def test_the_two_routes_are_really_two(both, log):
    hot, ordinary = both
    hot_app, ordinary_app = (caller.app for caller in both)
    assert type(hot_app.app).__name__ == "HotRoute"
    assert type(ordinary_app.app).__name__ == "Patience"
    apply(hot)
    apply(ordinary)
    assert [one["route"] for one in log.events] == ["/v1/applications"] * 2
