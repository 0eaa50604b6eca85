"""Quotes over real HTTP: each lender's answer arrives when it is there, not at the end."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient
from tests.integration.http.conftest import Events
from tests.integration.service.lenders.conftest import ANSWERS, with_adapters

from loanwright.service.asgi import create_app
from loanwright.service.lenders.adapters import SlowLender

BODY = {
    "product": "instalment-loan",
    "amount": 2_000,
    "term_months": 12,
    "features": {**ANSWERS, "income": 2_500, "debt_payments": 200},
}
NEVER_TOLD = ("probability_of_default", "score", "contributions", "model", "log_odds", "grade")


def app_of(service):
    return create_app(service, log=Events())


@contextmanager
def served_at(service):
    config = uvicorn.Config(app_of(service), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


def events_of(text):
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_answers_arrive_one_by_one(served):
    gate = threading.Event()

    def slowed(one):
        slow = SlowLender(inner=one, seconds=60, let_go=gate)
        return slow if one.lender.name == "greenfield" else one

    slow = replace(served, quotes=replace(with_adapters(served, slowed), seconds=60.0))
    _, token = served.keys.create("tests")
    headers = {"authorization": f"Bearer {token}"}
    seen = []
    with (
        served_at(slow) as address,
        httpx.Client(base_url=address, timeout=120, headers=headers) as caller,
        caller.stream("POST", "/v1/quotes", json=BODY) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if not line.startswith("data: "):
                continue
            told = json.loads(line.removeprefix("data: "))
            seen.append(told.get("lender", {}).get("name", "ranking"))
            if len(seen) == 3:
                # Three have answered before the fourth was let go.
                assert "greenfield" not in seen
                assert not gate.is_set()
                gate.set()
    assert seen[3:] == ["greenfield", "ranking"]


@pytest.fixture
def caller(served):
    _, token = served.keys.create("tests")
    with TestClient(app_of(served), raise_server_exceptions=False) as client:
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def test_a_quote_says_all_that_an_applicant_needs_and_nothing_of_the_model(caller):
    answer = caller.post("/v1/quotes", json=BODY)
    assert answer.status_code == 200
    *told, (last, ranking) = events_of(answer.text)
    assert [name for name, _ in told] == ["lender"] * 4
    assert last == "ranking"
    assert not any(f'"{word}":' in answer.text for word in NEVER_TOLD)
    assert [one["rank"] for one in ranking["items"]] == [1, 2, 3, 4]
    for _, one in told:
        assert one["state"] == "answered"
        assert one["decision"]["reasons"]
        assert set(one["chance"]) == {"value", "low", "high", "basis", "reviews"}
    best = ranking["items"][0]["best"]
    assert best["debt_burden_after"] <= 0.5
    assert best["burden_warning"] is False
    assert best["apr"] > best["annual_rate_bp"] / 100


def test_the_lenders_are_listed(caller):
    items = caller.get("/v1/lenders").json()["items"]
    assert [one["name"] for one in items] == ["fairway", "greenfield", "northbank", "quickcash"]
    assert items[0]["products"][0]["base"] == "instalment-loan"


UNQUOTABLE = (
    {"product": "mortgage"},
    {"amount": 0},
    {"amount": 10**9},
    {"features": {**ANSWERS, "mood": 1}},
    {"features": {}},
    {"applicant": {"id": "x"}},
    {"applicant": {}},
    {"applicant": {"id": f"apl_{'0' * 26}", "document_number": "D-1"}},
    {"features": {**ANSWERS, "age": [35]}},
    {"colour": "red"},
)


def test_what_cannot_be_quoted_is_refused_before_anything_is_streamed(caller):
    for change in UNQUOTABLE:
        answer = caller.post("/v1/quotes", json={**BODY, **change})
        assert answer.status_code == 422, change
        assert answer.headers["content-type"].startswith("application/problem+json")
