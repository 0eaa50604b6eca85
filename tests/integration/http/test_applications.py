import pytest
from tests.integration.http.conftest import GOOD, apply, rows
from tests.integration.service.conftest import BEHAVIOUR


def test_an_application_is_answered_with_its_decision_and_its_address(either, database):
    answer = apply(either)
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/applications/{told['id']}"
    assert answer.headers["content-type"] == "application/json"
    assert "idempotency-replayed" not in answer.headers
    assert told["segment"] == "new"
    assert told["decision"]["outcome"] in {"approve", "refer", "decline"}
    assert 1 <= len(told["decision"]["reasons"]) <= 4
    stored = rows(database)
    assert [stored[name] for name in ("applicants", "applications", "decisions")] == [1, 1, 1]


def test_the_address_gives_the_very_bytes_of_the_answer(either):
    answer = apply(either)
    again = either.get(answer.headers["location"])
    assert again.status_code == 200
    assert again.content == answer.content


def test_the_same_key_and_body_get_the_same_bytes_and_decide_nothing_twice(either, database):
    first = apply(either, **{"idempotency-key": "once"})
    before = rows(database)
    second = apply(either, **{"idempotency-key": "once"})
    assert second.status_code == 201
    assert second.content == first.content
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert rows(database) == before


def test_the_same_key_with_another_body_is_refused(either):
    apply(either, **{"idempotency-key": "once"})
    other = {**GOOD, "features": {"limit": 100_000, "education": "university"}}
    answer = apply(either, other, **{"idempotency-key": "once"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"


def test_a_failed_validation_does_not_use_up_the_key(either):
    bad = {**GOOD, "features": {"limit": -1}}
    assert apply(either, bad, **{"idempotency-key": "once"}).status_code == 422
    assert apply(either, **{"idempotency-key": "once"}).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, "tab\there"])
def test_a_key_that_is_not_visible_ascii_is_refused(either, key):
    answer = apply(either, **{"idempotency-key": key.encode()})
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_refused"


def test_the_longest_key_is_taken(either):
    assert apply(either, **{"idempotency-key": "x" * 255}).status_code == 201


def test_every_field_that_is_wrong_is_named(either):
    wrong = {"limit": True, "education": "flying", "income": 1, "delay_1": 0}
    answer = apply(either, {**GOOD, "features": wrong})
    assert answer.status_code == 422
    assert {e["field"]: e["code"] for e in answer.json()["errors"]} == {
        "features.limit": "wrong_type",
        "features.education": "unknown_category",
        "features.income": "unknown_field",
        "features.delay_1": "not_accepted_here",
    }


def test_the_segment_follows_from_what_the_bank_knows(either, service):
    known = service.applicants.get_or_receive("AB 123")
    service.applicants.record_behaviour(known.id, service.products["credit-card"], BEHAVIOUR)
    told = apply(either, {**GOOD, "applicant": {"document_number": "ab-123"}}).json()
    assert told["segment"] == "existing"
    assert told["applicant"]["id"] == known.id
    by_id = apply(either, {**GOOD, "applicant": {"id": known.id}}).json()
    assert by_id["segment"] == "existing"


def test_an_unknown_product_is_refused(either):
    answer = apply(either, {**GOOD, "product": "boat-loan"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "product_not_offered"


def test_minus_zero_counts_as_zero_and_is_refused_where_zero_is(either, database):
    before = rows(database)
    answer = apply(either, b'{"product":"credit-card","features":{"limit":-0.0}}')
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "out_of_range"
    assert rows(database) == before
