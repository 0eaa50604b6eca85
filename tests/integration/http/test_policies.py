"""Policies over HTTP: written, submitted, published by somebody else, compared, rolled back."""

import json
from datetime import UTC, datetime

import pytest
from tests.integration.http.conftest import open_api
from tests.integration.http.visiting import PASSWORD, add_user, log_in, visit
from tests.integration.service.conftest import CARD

from loanwright.decisioning.policy import Policy

PATH = "/v1/policies"
DRAFTS = f"{PATH}/drafts"
STARTER = Policy.from_mapping(CARD.policy)
NOBODYS = "pol_01ARZ3NDEKTSV4RRFFQ69G5FAV"


def moved(points):
    document = json.loads(json.dumps(STARTER.to_mapping()))
    document["cutoffs"]["new"]["approve_from"] = points
    return document


@pytest.fixture
def home(service, log):
    with open_api(service, log) as caller:
        yield caller


@pytest.fixture
def anna(home, service):
    return log_in(home, add_user(service, "analyst"))


@pytest.fixture
def boris(home, service):
    return log_in(home, add_user(service, "admin"))


@pytest.fixture
def submitted(anna):
    sent = {"product": "credit-card", "policy": moved(600), "note": "too many go bad"}
    draft = anna.post(DRAFTS, json=sent).json()
    answer = anna.post(f"{DRAFTS}/{draft['id']}/submission")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_cutoff_is_changed_by_two_persons(anna, boris, submitted):
    own = anna.post(f"{DRAFTS}/{submitted['id']}/publication")
    assert (own.status_code, own.json()["code"]) == (403, "second_person_needed")

    answer = boris.post(f"{DRAFTS}/{submitted['id']}/publication")
    assert answer.status_code == 200, answer.text
    published = answer.json()
    assert published["author"] == submitted["author"] != published["published_by"]
    assert published["checks"]["passed"]
    (live,) = anna.get(f"{PATH}/live").json()["items"]
    assert live == published
    assert anna.get(f"{DRAFTS}/{submitted['id']}").json()["state"] == "published"


def test_a_key_cannot_replace_a_person(api, service, submitted):
    sent = {"product": "credit-card", "policy": moved(620)}
    refused = [
        api.post(DRAFTS, json=sent),
        api.post(f"{DRAFTS}/{submitted['id']}/publication"),
        api.post(f"{DRAFTS}/{submitted['id']}/rejection", json={"reason": "no"}),
        api.post(f"{PATH}/rollback", json={"product": "credit-card"}),
    ]
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(403, "person_needed")}
    assert service.policies.live("credit-card").hash == STARTER.hash


def test_whoever_could_have_logged_in_as_the_second_person_is_no_first_one(home, service):
    admin = log_in(home, add_user(service, "admin"))
    puppet = add_user(service, "analyst", password=None)
    token = admin.post(f"/v1/users/{puppet.id}/password-tokens").json()["token"]
    visit(home).post("/v1/passwords", json={"token": token, "password": PASSWORD})
    draft = admin.post(DRAFTS, json={"product": "credit-card", "policy": moved(600)}).json()
    admin.post(f"{DRAFTS}/{draft['id']}/submission")
    answer = log_in(home, puppet).post(f"{DRAFTS}/{draft['id']}/publication")

    assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
    assert service.policies.live("credit-card").hash == STARTER.hash


def test_two_windows_do_not_overwrite_each_other(anna):
    draft = anna.post(DRAFTS, json={"product": "credit-card", "policy": moved(600)})
    path, etag = draft.headers["location"], draft.headers["etag"]
    edited = anna.patch(path, json={"note": "clearer"}, headers={"if-match": etag})
    late = anna.patch(path, json={"note": "mine"}, headers={"if-match": etag})

    assert (edited.status_code, edited.json()["note"]) == (200, "clearer")
    assert edited.json()["policy"] == draft.json()["policy"]
    assert (late.status_code, late.json()["code"]) == (412, "edited_meanwhile")
    assert anna.patch(path, json={}).status_code == 428


def test_a_draft_says_in_words_what_it_changes(anna, submitted):
    found = anna.get(f"{DRAFTS}/{submitted['id']}/difference").json()

    assert found["old"] == STARTER.hash
    assert [one["text"] for one in found["items"]] == [
        {
            "en": "new: approve from 600 instead of 545.",
            "ru": "new: одобрять от 600 вместо 545.",
        }
    ]


def test_published_versions_are_compared_and_read(anna, boris, submitted):
    boris.post(f"{DRAFTS}/{submitted['id']}/publication")
    two = {"old": STARTER.hash, "new": submitted["hash"]}
    assert len(anna.get(f"{PATH}/difference", params=two).json()["items"]) == 1

    detail = anna.get(f"{PATH}/{submitted['hash']}").json()
    assert detail["policy"] == moved(600)
    assert [one["draft_id"] for one in detail["publications"]] == [submitted["id"]]
    page = anna.get(PATH, params={"limit": 1}).json()
    rest = anna.get(PATH, params={"limit": 1, "cursor": page["next_cursor"]}).json()
    assert [one["hash"] for one in (*page["items"], *rest["items"])] == [
        submitted["hash"],
        STARTER.hash,
    ]


def test_an_earlier_version_is_asked_for_by_one_and_published_by_another(anna, boris, submitted):
    boris.post(f"{DRAFTS}/{submitted['id']}/publication")
    moment = datetime.now(UTC).isoformat()
    draft = anna.post(f"{PATH}/rollback", json={"product": "credit-card", "note": "too strict"})
    assert (draft.status_code, draft.json()["origin"]) == (201, "rollback")
    boris.post(f"{DRAFTS}/{draft.json()['id']}/publication")

    (now,) = anna.get(f"{PATH}/live").json()["items"]
    (then,) = anna.get(f"{PATH}/live", params={"at": moment}).json()["items"]
    assert (now["hash"], then["hash"]) == (STARTER.hash, submitted["hash"])


def test_what_is_wrong_with_a_policy_is_told_and_not_kept(anna):
    document = moved(600)
    document["rules"][0]["when"][0]["feature"] = "shoe_size"
    told = anna.post(f"{PATH}/check", json={"product": "credit-card", "policy": document}).json()
    assert (told["passed"], told["findings"][0]["code"]) == (False, "rejected")

    answer = anna.post(DRAFTS, json={"product": "credit-card", "policy": document})
    assert (answer.status_code, answer.json()["code"]) == (422, "policy_rejected")
    assert "shoe_size" in answer.json()["detail"]


def test_a_draft_that_fails_its_checks_is_not_submitted(anna):
    document = moved(600)
    document["rules"][0]["when"] = [{"feature": "limit", "operator": "lt", "value": 0}]
    draft = anna.post(DRAFTS, json={"product": "credit-card", "policy": document}).json()
    found = anna.post(f"{DRAFTS}/{draft['id']}/check").json()
    assert [one["code"] for one in found["findings"]] == ["rule_never_fires"]

    answer = anna.post(f"{DRAFTS}/{draft['id']}/submission")
    assert (answer.status_code, answer.json()["code"]) == (409, "draft_fails")
    assert "rule.limit_cap can never fire" in answer.json()["detail"]


def test_a_rejected_draft_has_a_reason(anna, boris, submitted):
    path = f"{DRAFTS}/{submitted['id']}/rejection"
    assert boris.post(path, json={"reason": ""}).status_code == 422
    answer = boris.post(path, json={"reason": "too strict"})

    assert (answer.json()["state"], answer.json()["reason"]) == ("rejected", "too strict")
    listed = anna.get(DRAFTS, params={"state": "rejected"}).json()["items"]
    assert [one["id"] for one in listed] == [submitted["id"]]


def test_a_draft_is_given_up(anna):
    draft = anna.post(DRAFTS, json={"product": "credit-card", "policy": moved(600)}).json()
    assert anna.delete(f"{DRAFTS}/{draft['id']}").status_code == 204
    assert anna.get(f"{DRAFTS}/{draft['id']}").json()["state"] == "discarded"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PATH}/{'0' * 64}", 404),
        (f"{PATH}/abc", 422),
        (f"{DRAFTS}/{NOBODYS}", 404),
        (f"{DRAFTS}?state=dead", 422),
        (f"{DRAFTS}?colour=red", 422),
        (f"{PATH}?cursor=nowhere", 422),
        (f"{PATH}/live?at=yesterday", 422),
        (f"{PATH}/difference?old=1&new=2", 422),
    ],
)
def test_what_is_not_there_is_said(anna, path, status):
    assert anna.get(path).status_code == status


@pytest.mark.parametrize(
    "policy",
    [{}, {"name": "x", "cutoffs": {}}, {"name": 1e300}, {"name": "x", "cutoffs": [], "a": None}],
)
def test_what_is_no_policy_is_refused_with_its_place(anna, policy):
    answer = anna.post(DRAFTS, json={"product": "credit-card", "policy": policy})
    assert (answer.status_code, answer.json()["code"]) == (422, "policy_rejected")
