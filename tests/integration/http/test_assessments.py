"""Applicants assessed anew from what is known of them."""

import json
from dataclasses import replace

import pytest
from tests.integration.http.conftest import rows
from tests.integration.http.test_applicants import add, principal
from tests.integration.http.test_profiles import edit
from tests.integration.service.conftest import BEHAVIOUR

from loanwright.service.origination.rescoring import answer_for
from loanwright.service.users.permissions import Role

KNOWN = {"limit": {"value": 200_000}, "education": {"value": "university"}}


@pytest.fixture
def person(api):
    return add(api, contacts={"name": "Anna"}).json()["id"]


def assess(api, person, product="credit-card", **headers):
    return api.post(
        f"/v1/applicants/{person}/assessments", json={"product": product}, headers=headers
    )


def test_an_assessment_decides_by_the_profile_as_an_application_would(api, person):
    edit(api, person, KNOWN, '"0"')
    told = assess(api, person)
    typed = api.post(
        "/v1/applications",
        json={"product": "credit-card", "features": {"limit": 200_000, "education": "university"}},
    ).json()

    assert told.status_code == 201
    assert told.json()["applicant"] == {"id": person}
    for name in ("probability_of_default", "score", "grade", "outcome", "model", "policy"):
        assert told.json()["decision"][name] == typed["decision"][name]
    assert api.get(told.headers["location"]).json() == told.json()


def test_a_known_applicant_is_assessed_by_the_richer_model(api, person):
    behaviour = {name: {"value": value} for name, value in BEHAVIOUR.items()}
    edit(api, person, {**KNOWN, **behaviour}, '"0"')

    assert assess(api, person).json()["segment"] == "existing"


def test_the_same_key_gives_the_same_bytes_whatever_is_known_by_then(api, person, service):
    edit(api, person, KNOWN, '"0"')
    first = assess(api, person, **{"idempotency-key": "k1"})
    before = rows(service.database)["decisions"]
    edit(api, person, {"limit": {"value": 20_000}}, '"1"')
    again = assess(api, person, **{"idempotency-key": "k1"})
    anew = assess(api, person, **{"idempotency-key": "k2"})

    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert rows(service.database)["decisions"] == before + 1
    assert anew.json()["decision"]["score"] != first.json()["decision"]["score"]


def test_what_a_decision_saw_is_not_rewritten_by_an_edit(api, person):
    edit(api, person, KNOWN, '"0"')
    told = assess(api, person).json()
    edit(api, person, {"limit": {"value": 20_000}}, '"1"')
    replay = api.post(f"/v1/decisions/{told['decision']['id']}/replay")

    assert replay.json()["equal"] is True


def test_what_has_expired_is_missing_and_named(api, person):
    past = {"limit": {"value": 200_000, "valid_from": "2020-01-01", "valid_until": "2020-12-31"}}
    edit(api, person, past, '"0"')
    refused = assess(api, person)

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["features.limit"]


def test_nobody_and_nothing_unknown_is_assessed(api, person):
    assert assess(api, "apl_" + "0" * 26).status_code == 404
    assert assess(api, person, "boat-loan").json()["code"] == "product_unknown"


def test_a_borrower_is_told_grade_outcome_and_reasons_and_nothing_of_the_model(api, person):
    edit(api, person, KNOWN, '"0"')
    body = assess(api, person).content
    borrower = principal(Role.BORROWER, applicant_id=person)
    told = json.loads(answer_for(borrower, body))
    manager = replace(borrower, role=Role.MANAGER)

    assert set(told["decision"]) == {"id", "decided_at", "outcome", "grade", "reasons"}
    assert all(set(one) == {"code", "text"} for one in told["decision"]["reasons"])
    assert answer_for(manager, body) == body
