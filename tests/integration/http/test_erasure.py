"""Erasure and holds over HTTP."""

import pytest
from tests.integration.http.conftest import apply

from loanwright.service.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return the settings of a lender under the rules of the United States."""
    return settings.model_copy(update={"jurisdictions": ("US",)})


@pytest.fixture
def person(api):
    return apply(api).json()["applicant"]["id"]


def test_a_blocked_erasure_says_what_blocks_it_and_until_when(api, person):
    answer = api.post(f"/v1/applicants/{person}/erasure", json={"reason": "letter 5"})
    told = answer.json()

    assert answer.status_code == 200
    assert (told["state"], told["done_at"], told["reason"]) == ("open", None, "letter 5")
    assert [one["code"] for one in told["blocked_by"]] == ["us.reg_b"]
    assert told["possible_from"] == told["blocked_by"][0]["until"]
    assert api.get(f"/v1/applicants/{person}/erasure").json() == told


def test_a_forced_erasure_leaves_nothing_to_read(api):
    told = apply(api).json()
    person, decision = told["applicant"]["id"], told["decision"]["id"]
    path = f"/v1/applicants/{person}/erasure"
    refused = api.post(path, json={"force": True})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_needed")

    done = api.post(path, json={"force": True, "reason": "court order 7"}).json()
    assert (done["state"], done["forced"]) == ("done", True)
    for gone in (
        f"/v1/applications/{told['id']}",
        f"/v1/decisions/{decision}",
        f"/v1/applicants/{person}",
    ):
        answer = api.get(gone)
        assert (answer.status_code, answer.json()["code"]) == (404, "person_erased"), gone
    replay = api.post(f"/v1/decisions/{decision}/replay")
    assert (replay.status_code, replay.json()["code"]) == (404, "person_erased")
    listed = api.get("/v1/decisions").json()["items"]
    assert [one["id"] for one in listed] == [decision]
    assert api.get(path).json()["state"] == "done"
    assert api.post(path, json={}).json()["code"] == "person_erased"


def test_the_same_request_again_is_told_that_the_person_is_gone(api):
    first = apply(api, **{"idempotency-key": "k-1"})
    person = first.json()["applicant"]["id"]
    forced = {"force": True, "reason": "court order 8"}
    api.post(f"/v1/applicants/{person}/erasure", json=forced)
    again = apply(api, **{"idempotency-key": "k-1"})

    assert (again.status_code, again.json()["code"]) == (404, "person_erased")


def test_a_hold_is_placed_listed_and_released(api, person):
    path = f"/v1/applicants/{person}/holds"
    placed = api.post(path, json={"reason": "case 12", "until": "2099-01-01T00:00:00Z"})
    assert placed.status_code == 201
    hold = placed.json()
    assert api.get(path).json() == {"items": [hold]}

    released = api.delete(f"{path}/{hold['id']}").json()
    assert released["released_at"] is not None
    assert api.delete(f"{path}/{hold['id']}").json()["code"] == "hold_not_found"


def test_the_hold_of_another_person_cannot_be_released_under_this_one(api, person):
    other = apply(api).json()["applicant"]["id"]
    hold = api.post(f"/v1/applicants/{other}/holds", json={"reason": "case 1"}).json()
    answer = api.delete(f"/v1/applicants/{person}/holds/{hold['id']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "hold_not_found")


def test_a_hold_needs_a_reason_and_an_end_to_come(api, person):
    path = f"/v1/applicants/{person}/holds"
    assert api.post(path, json={}).status_code == 422
    late = api.post(path, json={"reason": "x", "until": "2020-01-01T00:00:00Z"})
    assert late.json()["code"] == "hold_ends_in_past"


def test_nobody_who_is_not_there_can_be_erased_or_held(api):
    nobody = "/v1/applicants/apl_" + "0" * 26
    for answer in (
        api.post(f"{nobody}/erasure", json={}),
        api.get(f"{nobody}/erasure"),
        api.post(f"{nobody}/holds", json={"reason": "x"}),
        api.get(f"{nobody}/holds"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "applicant_not_found")
