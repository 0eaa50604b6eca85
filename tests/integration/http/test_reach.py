"""Whoever asks for what is somebody else's is answered as if it were not there."""

import json
import statistics
import time

import pytest
from sqlalchemy import text
from tests.integration.http.conftest import GOOD, open_api
from tests.integration.http.visiting import add_user, log_in

NOBODYS = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
SECRET = ("probability_of_default", "score", "log_odds", "contribution", "model", "policy", "hash")
TOLD = {
    "id",
    "received_at",
    "product",
    "segment",
    "applicant",
    "applicant.id",
    "decision",
    "decision.id",
    "decision.decided_at",
    "decision.outcome",
    "decision.grade",
    "decision.reviewed",
    "decision.reasons",
    *(f"decision.reasons.{name}" for name in ("code", "text")),
    "decision.reasons.text.en",
    "decision.reasons.text.ru",
}


@pytest.fixture(params=[True, False], ids=["hot route", "ordinary route"])
def app(request, service, log):
    with open_api(service, log, hot_route=request.param) as caller:
        yield caller


def apply(browser, document=GOOD, **headers):
    body = json.dumps(document).encode()
    sent = {"content-type": "application/json", **headers}
    return browser.post("/v1/applications", content=body, headers=sent)


def keys_of(document, before=""):
    if isinstance(document, list):
        return {key for one in document for key in keys_of(one, before)}
    if not isinstance(document, dict):
        return set()
    found = set()
    for name, value in document.items():
        found |= {before + name} | keys_of(value, f"{before}{name}.")
    return found


def assign(service, applicant_id, manager_id):
    with service.database.write() as connection:
        statement = text("UPDATE applicants SET manager_id = :m WHERE id = :a")
        connection.execute(statement, {"m": manager_id, "a": applicant_id})


@pytest.fixture
def people(app, service):
    """Return two borrowers who have applied, a manager of each, and a manager of nobody."""
    borrowers = [add_user(service, "borrower") for _ in range(2)]
    managers = [add_user(service, "manager") for _ in range(3)]
    for borrower, manager in zip(borrowers, managers, strict=False):
        assign(service, borrower.applicant_id, manager.id)
    browsers = [log_in(app, one) for one in borrowers]
    answers = [apply(one).json() for one in browsers]
    return browsers, [log_in(app, one) for one in managers], borrowers, answers


def test_a_borrower_is_told_grade_and_reasons_and_nothing_of_the_model(app, people):
    (anna, _), _, _, (told, _) = people
    job = apply(anna, prefer="respond-async").json()
    while (done := anna.get(f"/v1/jobs/{job['id']}").json())["state"] not in ("done", "failed"):
        time.sleep(0.05)
    decision = told["decision"]["id"]
    one = anna.get(f"/v1/decisions/{decision}").json()
    line = anna.get("/v1/decisions").json()["items"][-1]
    assert keys_of(told) <= TOLD
    assert {"decision.grade", "decision.reasons"} <= keys_of(told)
    assert anna.get(f"/v1/applications/{told['id']}").json() == told
    assert keys_of(done["result"]) <= TOLD
    assert anna.get("/get_result", params={"job_id": job["id"]}).json()["result"] == done["result"]
    assert one == {**told["decision"], "application_id": told["id"], "product": "credit-card"}
    named = {"id", "application_id", "product", "decided_at", "outcome", "grade", "reviewed"}
    assert set(line) == named
    assert not any(word in key for word in SECRET for key in keys_of([one, line, done["result"]]))


def test_the_same_key_gives_a_borrower_the_same_bytes(people):
    (anna, _), _, _, _ = people
    first, again = (apply(anna, **{"idempotency-key": "once"}) for _ in range(2))
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"


def test_a_borrower_applies_for_themselves_whoever_is_named(people):
    (anna, _), _, (one, other), (told, _) = people
    assert told["applicant"]["id"] == one.applicant_id
    named = [{"id": other.applicant_id}, {"document_number": "A1"}, {"id": f"apl_{NOBODYS}"}]
    for applicant in named:
        for headers in ({}, {"prefer": "respond-async"}):
            answer = apply(anna, {**GOOD, "applicant": applicant}, **headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "applicant_not_yours")
    own = apply(anna, {**GOOD, "applicant": {"id": one.applicant_id}})
    assert own.json()["applicant"]["id"] == one.applicant_id


def test_a_manager_applies_only_for_whom_they_look_after(people):
    _, (mine, theirs, _), (anna, _), _ = people
    body = {**GOOD, "applicant": {"id": anna.applicant_id}}
    assert apply(mine, body).status_code == 201
    refused = [apply(theirs, body), apply(theirs, {**GOOD, "applicant": {"id": f"apl_{NOBODYS}"}})]
    refused.append(apply(theirs, body, prefer="respond-async"))
    told = [{**one.json(), "request_id": None} for one in refused]
    assert {one["code"] for one in told} == {"applicant_unknown"}
    assert told[0] == told[1] == told[2]
    assert apply(theirs).json()["code"] == "applicant_unknown"


def test_lists_hold_what_is_in_reach(app, service, people):
    (anna, ben), (hers, his, nobodys), _, (first, second) = people

    def seen(browser):
        return [one["application_id"] for one in browser.get("/v1/decisions").json()["items"]]

    assert seen(anna) == seen(hers) == [first["id"]]
    assert seen(ben) == seen(his) == [second["id"]]
    assert seen(nobodys) == []
    for role in ("underwriter", "analyst", "admin"):
        assert seen(log_in(app, add_user(service, role))) == [second["id"], first["id"]]


def test_the_applicant_of_another_manager_is_out_of_reach_at_once(service, people):
    _, (hers, his, _), (anna, _), (told, _) = people
    address = f"/v1/decisions/{told['decision']['id']}"
    assert (hers.get(address).status_code, his.get(address).status_code) == (200, 404)
    assign(service, anna.applicant_id, None)
    assert hers.get(address).status_code == 404


def test_swapped_ids_are_not_there_in_the_same_words(people):
    (anna, ben), (_, his, nobodys), _, (told, _) = people
    job = apply(anna, prefer="respond-async").json()["id"]
    addresses = [
        ("/v1/applications/{}", told["id"]),
        ("/v1/decisions/{}", told["decision"]["id"]),
        ("/v1/jobs/{}", job),
        ("/check_state?job_id={}", job),
        ("/get_result?job_id={}", job),
    ]
    for browser in (ben, his, nobodys):
        for address, found in addresses:
            missing = f"{found[:4]}{NOBODYS}"
            answers = [browser.get(address.format(one)) for one in (found, missing)]
            assert [one.status_code for one in answers] == [404, 404]
            mine, nothing = (one.json() for one in answers)
            mine["detail"] = mine["detail"].replace(found, missing)
            assert {**mine, "request_id": ""} == {**nothing, "request_id": ""}


def test_what_is_somebody_elses_takes_as_long_as_what_is_not_there(people):
    (_, ben), _, _, (told, _) = people
    found = told["decision"]["id"]

    def took(decision):
        began = time.perf_counter()
        ben.get(f"/v1/decisions/{decision}")
        return (time.perf_counter() - began) * 1000

    pairs = [(took(found), took(f"dec_{NOBODYS}")) for _ in range(60)]
    difference = statistics.median(one for one, _ in pairs) - statistics.median(
        other for _, other in pairs
    )
    assert abs(difference) <= 5
