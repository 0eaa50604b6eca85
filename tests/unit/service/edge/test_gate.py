import asyncio
import json

import httpx
import pytest

from loanwright.errors import NotFound
from loanwright.service.edge.answer import Answer
from loanwright.service.edge.gate import Gate, send_answer
from loanwright.service.edge.refusals import Refusals
from loanwright.service.edge.throttle import Throttle

LIMIT = 1_000
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "cache-control": "no-store",
}


class Missing(NotFound):
    """There is no such thing."""


class Events:
    """A log that keeps its events."""

    def __init__(self):
        self.events = []

    def info(self, event, **facts):
        self.events.append({"event": event, **facts})

    warning = error = info


async def echo(scope, receive, send):
    message = await receive() if scope["method"] == "POST" else {"body": b"hello"}
    headers = ((b"content-type", b"text/plain"),)
    await send_answer(send, Answer(status=200, body=message["body"], headers=headers))


def gate(app=echo, *, page=None, log=None, seconds=1.0, per_minute=2):
    return Gate(
        app=app,
        refusals=Refusals(page),
        throttle=Throttle(per_minute),
        log=log or Events(),
        new_id=lambda prefix: f"{prefix}_NEW",
        body_limit=LIMIT,
        body_seconds=seconds,
    )


def ask(app, method="GET", path="/v1/things", *, raises=True, **more):
    async def story():
        transport = httpx.ASGITransport(app, raise_app_exceptions=raises)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as caller:
            return await caller.request(method, path, **more)

    return asyncio.run(story())


@pytest.mark.parametrize("path", ["/v1/things", "/elsewhere"])
def test_every_answer_carries_an_id_and_the_security_headers(path):
    answer = ask(gate(), path=path)
    assert answer.headers["x-request-id"] == "req_NEW"
    assert EVERYWHERE.items() <= dict(answer.headers).items()
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_page_gets_a_policy_that_lets_it_load_its_own_parts_and_nothing_else():
    async def page(_scope, _receive, send):
        headers = ((b"content-type", b"text/html; charset=utf-8"),)
        await send_answer(send, Answer(status=200, body=b"<p>", headers=headers))

    policy = ask(gate(page)).headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_an_answer_may_choose_its_own_policy_and_caching():
    async def asset(_scope, _receive, send):
        headers = ((b"cache-control", b"public"), (b"content-security-policy", b"sandbox"))
        await send_answer(send, Answer(status=200, body=b"", headers=headers))

    answer = ask(gate(asset))
    assert answer.headers.get_list("cache-control") == ["public"]
    assert answer.headers.get_list("content-security-policy") == ["sandbox"]


def test_a_harmless_request_id_of_the_caller_is_kept():
    answer = ask(gate(), headers={"x-request-id": "trace-1:2.3"})
    assert answer.headers["x-request-id"] == "trace-1:2.3"


@pytest.mark.parametrize("sent", ["", "a b", 'x"}\n{', "é", "a" * 65])
def test_a_strange_request_id_is_replaced(sent):
    answer = ask(gate(), headers={"x-request-id": sent.encode()})
    assert answer.headers["x-request-id"] == "req_NEW"


def test_a_body_up_to_the_limit_passes_whole():
    assert ask(gate(), "POST", content=b"x" * LIMIT).content == b"x" * LIMIT


def test_a_body_in_pieces_passes_whole():
    async def pieces():
        yield b"one "
        yield b"two"

    assert ask(gate(), "POST", content=pieces()).content == b"one two"


def test_an_announced_body_beyond_the_limit_is_refused_unread():
    answer = ask(gate(), "POST", content=b"x" * (LIMIT + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_body_without_end_is_cut_at_the_limit(method):
    given = 0

    async def endless():
        nonlocal given
        while True:
            given += 1
            yield b"x" * 100

    assert ask(gate(), method, content=endless()).status_code == 413
    assert given < 20


def test_a_body_that_never_arrives_is_given_up():
    async def stuck():
        yield b"x"
        await asyncio.sleep(30)

    answer = ask(gate(seconds=0.05), "POST", content=stuck())
    assert answer.status_code == 408
    assert answer.headers["connection"] == "close"


def test_a_caller_who_hangs_up_reaches_nobody():
    reached = []
    log = Events()

    async def app(scope, _receive, _send):
        reached.append(scope)

    async def story():
        messages = iter(
            [
                {"type": "http.request", "body": b"x", "more_body": True},
                {"type": "http.disconnect"},
            ]
        )

        async def receive():
            return next(messages)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/things",
            "headers": [(b"transfer-encoding", b"chunked")],
        }
        await gate(app, log=log)(scope, receive, None)

    asyncio.run(story())
    assert reached == []
    assert log.events[-1]["problem"] == "caller_gone"


def test_an_error_of_ours_becomes_a_problem_document():
    async def app(_scope, _receive, _send):
        raise Missing

    answer = ask(gate(app))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == "req_NEW"


def test_a_bug_is_answered_without_details_and_logged_without_its_message():
    async def app(_scope, _receive, _send):
        raise RuntimeError("SELECT * FROM applicants WHERE name = 'Ivan'")

    log = Events()
    answer = ask(gate(app, log=log), raises=False)
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "Ivan" not in answer.text
    failed, request = log.events
    assert failed["exception"] == ["RuntimeError"]
    assert any("test_gate.py" in frame for frame in failed["trace"])
    assert request["status"] == 500
    assert "Ivan" not in json.dumps(log.events)


def test_a_bug_is_raised_on_so_that_the_server_knows():
    async def app(_scope, _receive, _send):
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError):
        ask(gate(app))


def test_a_person_sees_a_page_and_a_machine_a_document():
    async def app(_scope, _receive, _send):
        raise Missing

    def page(headers, status, *, path, request_id, retry_after):
        wanted = b"text/html" in headers.get(b"accept", b"")
        return f"<p>{status} {request_id} {retry_after}".encode() if wanted else None

    html = {"accept": "text/html"}
    assert ask(gate(app, page=page), path="/x", headers=html).text == "<p>404 req_NEW None"
    assert ask(gate(app, page=page), path="/x").json()["status"] == 404
    assert ask(gate(app, page=page), path="/v1/x", headers=html).json()["status"] == 404


def test_what_needs_no_key_is_throttled_by_address():
    app = gate(per_minute=2)
    statuses = [ask(app, "POST", "/apply/card").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = ask(app, "POST", "/apply/card")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert ask(app, "GET", "/apply/card").status_code == 200
    assert ask(app, "POST", "/v1/applications").status_code == 200


def test_a_request_is_logged_by_its_route_never_by_what_was_typed():
    log = Events()
    ask(gate(log=log), path="/v1/things/AB1234567?name=Ivan", headers={"x-name": "Ivan"})
    (event,) = log.events
    assert event["route"] == "unmatched"
    assert event["status"] == 200
    assert event["duration_ms"] > 0
    assert "AB1234567" not in json.dumps(event)
    assert "Ivan" not in json.dumps(event)
