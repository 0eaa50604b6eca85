"""The corpus of hostile bodies, put to everything else that takes one: 4xx, nothing stored."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from benchmarks.hostile_bodies import ACCOUNT, BODIES, CREDIT, WEBHOOK
from tests.integration.http.conftest import apply, rows
from tests.integration.http.visiting import add_user

MARK = "the place of something hostile"
MEGABYTE = b'"' + b"x" * 1_000_000 + b'"'
# Neither a number, nor a text, nor a list: nobody asks for these.
EVERYWHERE = {
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "minus Infinity": b"-Infinity",
    "1e400": b"1e400",
    "ten to the thirtieth": b"1" + b"0" * 30,
    "5,000 digits": b"9" * 5_000,
    "minus zero": b"-0.0",
    "half": b"0.5",
    "an object": b'{"$gt":0}',
    "a list of lists": b"[[1]]",
    "NUL": b'"\\u0000"',
    "raw NUL": b'"\x00"',
    "lone surrogate": b'"\\ud800"',
    "bad UTF-8": b'"\xff"',
    "overlong UTF-8": b'"\xc0\xaf"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "100,000 arrays": b"[" * 100_000,
    "50,000 closed arrays": b"[" * 50_000 + b"]" * 50_000,
    "one megabyte": MEGABYTE,
}
FOR_A_NUMBER = {"true": b"true", "a text": b'"12"', "a list": b"[12]", "1e30": b"1e30"}
FOR_A_TEXT = {"true": b"true", "a number": b"12", "nothing": b'""', "a list": b'["a"]'}
UNTOUCHED = {"audit_seals", "outbox"}
OPERATIONS = [
    one
    for one in BODIES
    if one[1].startswith(("/v1/applicants", "/v1/accounts", "/v1/offers", "/v1/webhooks"))
    or one[1] in ("/v1/decisions/{decision_id}/reviews", "/v1/decisions/{decision_id}/notices")
    or one[1].startswith(("/v1/users/{", "/v1/api-keys", "/v1/managers/{manager_id}/applicants"))
    or one == ("POST", "/v1/users")
]
# The features of a profile may be of any kind; which they are is the product's affair.
FREE = ("PATCH", "/v1/applicants/{applicant_id}/profile")
# What is taken there says nothing but its reason, or needs what this service does not have.
ELSEWHERE = ("/role-grants", "/assessments", "/erasure")


@pytest.fixture
def settings(settings):
    networks = (ip_network("127.0.0.0/8"),)
    return settings.model_copy(update={"webhook_networks": networks, "gather_timeout": 30})


@pytest.fixture
def known(api, service):
    """Return the ids of real things."""
    told = apply(api).json()
    made = {"applicant_id": told["applicant"]["id"], "decision_id": told["decision"]["id"]}
    account = api.post("/v1/accounts", json={**ACCOUNT, **made}).json()
    api.post(f"/v1/accounts/{account['id']}/payments", json={})
    return {
        **made,
        "account_id": account["id"],
        "number": "1",
        "offer_id": api.post(
            "/v1/offers", json={**CREDIT, "decision_id": made["decision_id"]}
        ).json()["id"],
        "webhook_id": api.post("/v1/webhooks", json=WEBHOOK).json()["id"],
        "user_id": add_user(service, "analyst", password=None).id,
        "manager_id": add_user(service, "manager", password=None).id,
        "key_id": service.keys.create("spare")[0].id,
        "mark": "one",
        "soon": f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
    }


def filled(text, known):
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def send(api, operation, known, body, **headers):
    method, path = operation
    sent = {"content-type": "application/json", "if-match": '"1"', **headers}
    asked = {"product": "credit-card"} if path.endswith("/profile") else {}
    url = filled(path, known)
    return api.request(method, url, params=asked, content=body, headers=sent)


def leaves(part):
    """Yield the places of every value that holds no others."""
    for name, value in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(value, dict | list):
            yield from leaves(value)
        else:
            yield part, name, value


def spoiled(body):
    """Yield the name of what is hostile, and the body with it in one place."""
    whole = json.loads(body)
    for inside, name, value in leaves(whole):
        number = isinstance(value, int) and not isinstance(value, bool)
        own = FOR_A_NUMBER if number else FOR_A_TEXT if isinstance(value, str) else {}
        inside[name] = MARK
        for what, fragment in {**EVERYWHERE, **own}.items():
            yield (
                f"{name}: {what}",
                json.dumps(whole).encode().replace(json.dumps(MARK).encode(), fragment),
            )
        inside[name] = value
    text, first = body.encode(), next(iter(whole))
    once = json.dumps(first) + ":" + json.dumps(whole[first])
    yield "duplicate key", b"{" + once.encode() + b"," + text[1:]
    yield "extra field", json.dumps({**whole, "outcome": "approve"}).encode()
    yield "mass assignment", json.dumps({**whole, "id": "x", "created_at": None}).encode()
    yield "prototype", json.dumps({**whole, "__proto__": {"role": "admin"}}).encode()
    yield "half a document", text[:-2]
    yield "two documents", text + text
    yield "list", b"[" + text + b"]"
    yield "text", json.dumps(body).encode()
    yield "UTF-16", body.encode("utf-16")
    yield "byte order mark", b"\xef\xbb\xbf" + text
    yield "raw NUL behind", text + b"\x00"
    yield "nothing", b""


def kept(database):
    return {name: n for name, n in rows(database).items() if name not in UNTOUCHED}


@pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if one != FREE and not one[1].endswith(ELSEWHERE)],
    ids=" ".join,
)
def test_hostile_bodies_get_only_4xx_and_leave_nothing_behind(api, known, database, log, operation):
    body = filled(json.dumps(BODIES[operation]), known)
    before, wrong = kept(database), []
    for name, hostile in spoiled(body):
        answer = send(api, operation, known, hostile)
        if answer.status_code != (413 if len(hostile) > 500_000 else 422):
            wrong.append((name, answer.status_code))
        elif answer.headers["content-type"] != "application/problem+json":
            wrong.append((name, answer.headers["content-type"]))
    for kind in ("", "text/plain", "application/xml", "application/x-www-form-urlencoded"):
        assert send(api, operation, known, body, **{"content-type": kind}).status_code == 415, kind

    assert wrong == []
    assert kept(database) == before
    assert {one["event"] for one in log.events} == {"request"}
    # And the door was not shut from the beginning.
    assert send(api, operation, known, body.encode()).status_code in (200, 201)
