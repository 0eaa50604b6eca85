"""Reviews over HTTP: opened, taken, resolved; overrides; offers that follow; who sees what."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.http.conftest import GOOD, apply, open_api
from tests.integration.http.visiting import add_user, log_in
from tests.integration.service.conftest import CARD

from loanwright.decisioning.policy import Policy
from loanwright.service.kit.clock import from_iso
from loanwright.service.kit.database import database_now
from loanwright.service.reviews.tables import overrides, reviews

REFERRED = {**GOOD, "features": {"limit": 600_000, "education": "university"}}
DECLINED = {**GOOD, "features": {"limit": 10_000, "education": "university"}}
TERMS = {"amount": 1_200_000, "annual_rate_bp": 1_200, "term_months": 12, "repayment": "annuity"}


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"jurisdictions": ("RU",)})


@pytest.fixture
def service(service):
    """Return a service that declines small limits, so that there is something to contest."""
    small = {
        "code": "rule.small_limit",
        "outcome": "decline",
        "when": [{"feature": "limit", "operator": "lt", "value": 20_000}],
        "text": {"en": "Less than we lend.", "ru": "Меньше, чем мы выдаём."},
    }
    rules = [*CARD.policy["rules"], small]
    policy = Policy.from_mapping({**CARD.policy, "rules": rules})
    service.policies.publish("credit-card", policy, by="tests")
    return service


@pytest.fixture
def underwriter(api, service):
    return log_in(api, add_user(service, "underwriter"))


@pytest.fixture
def second(api, service):
    return log_in(api, add_user(service, "underwriter"))


def decided(caller, document):
    return apply(caller, document).json()["decision"]


def opened(caller, decision_id, **told):
    return caller.post(f"/v1/decisions/{decision_id}/reviews", json={"kind": "objection", **told})


def resolved(caller, review_id, outcome, code, **more):
    told = {"outcome": outcome, "code": code, **more}
    return caller.post(f"/v1/reviews/{review_id}/resolve", json=told)


def of_decision(caller, decision_id):
    return caller.get(f"/v1/decisions/{decision_id}/reviews").json()


def test_a_referral_waits_for_a_person_from_the_start(api):
    decision = decided(api, REFERRED)
    found = api.get("/v1/reviews").json()["items"]

    assert decision["outcome"] == "refer"
    assert [(one["decision_id"], one["kind"], one["state"]) for one in found] == [
        (decision["id"], "referral", "open")
    ]
    assert of_decision(api, decision["id"])["outcome"] == "refer"


def test_what_is_approved_or_declined_waits_for_nobody(api):
    assert decided(api, DECLINED)["outcome"] == "decline"
    assert decided(api, GOOD)["outcome"] == "approve"
    assert api.get("/v1/reviews").json()["items"] == []


def test_offers_follow_when_a_person_approves(api, underwriter):
    decision = decided(api, REFERRED)
    asked = {"decision_id": decision["id"], **TERMS}
    too_early = api.post("/v1/offers", json=asked)
    (review,) = of_decision(api, decision["id"])["items"]
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    done = resolved(underwriter, review["id"], "approve", "income_confirmed").json()
    after = of_decision(api, decision["id"])
    made = api.post("/v1/offers", json=asked)

    assert too_early.json()["code"] == "decision_not_approved"
    assert (done["state"], done["result"], done["two_persons"]) == ("resolved", "changed", False)
    assert after["outcome"] == "approve"
    assert [(one["before"], one["outcome"], one["side"]) for one in after["overrides"]] == [
        ("refer", "approve", "low")
    ]
    assert made.status_code == 201
    assert api.post(f"{made.headers['location']}/accept").json()["state"] == "accepted"


def test_the_decision_itself_stays_as_it_was_made(api, underwriter, service):
    decision = decided(api, DECLINED)
    review = opened(api, decision["id"]).json()
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    resolved(underwriter, review["id"], "approve", "data_corrected")

    assert api.get(f"/v1/decisions/{decision['id']}").json()["outcome"] == "decline"
    assert service.decisions.replay(decision["id"]).equal
    assert service.ledger.seal() is not None
    assert of_decision(api, decision["id"])["outcome"] == "approve"


def test_the_log_for_validation_tells_what_was_recommended_and_what_was_done(
    api, underwriter, service
):
    from loanwright.cli.decision_log import decision_table

    decided(api, DECLINED)
    changed = decided(api, DECLINED)
    review = opened(api, changed["id"]).json()
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    resolved(underwriter, review["id"], "approve", "data_corrected")
    table = decision_table(service, "credit-card", "new")

    assert table["recommended"].to_list() == ["decline", "decline"]
    assert dict(zip(table["decision"], table["outcome"], strict=True))[changed["id"]] == "approve"
    assert sorted(table["outcome"].to_list()) == ["approve", "decline"]


def test_an_override_is_never_changed_in_the_database(api, underwriter, service):
    review = opened(api, decided(api, DECLINED)["id"]).json()
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    resolved(underwriter, review["id"], "approve", "data_corrected")
    for statement in ("UPDATE overrides SET code = 'x'", "DELETE FROM overrides"):
        with pytest.raises(DBAPIError), service.database.write() as connection:
            connection.execute(text(statement))


def test_nothing_new_leaves_the_outcome_and_makes_no_override(api, underwriter):
    decision = decided(api, DECLINED)
    review = opened(api, decision["id"]).json()
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    done = resolved(underwriter, review["id"], None, "nothing_new", answer="All was counted.")
    found = of_decision(api, decision["id"])

    assert (done.json()["result"], done.json()["answer"]) == ("upheld", "All was counted.")
    assert (found["outcome"], found["overrides"]) == ("decline", [])


def test_a_lawful_clock_runs_from_the_day_it_was_opened(api):
    review = opened(api, decided(api, DECLINED)["id"], reason="I have repaid it all.").json()
    given = from_iso(review["due_at"]) - from_iso(review["opened_at"])
    assert given == timedelta(days=30)
    assert (review["jurisdiction"], review["law_pack"]) == ("RU", "ru-2025-09-01")
    assert review["reason"] == "I have repaid it all."


def test_where_no_law_names_a_time_the_lender_promises_one(service, token, log):
    from loanwright.service.reviews.clocks import LawBook

    book = LawBook(packs=service.reviews.law.packs, promised=timedelta(days=5))
    elsewhere = replace(service, reviews=replace(service.reviews, law=book))
    with open_api(elsewhere, log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        review = opened(caller, decided(caller, DECLINED)["id"]).json()
    assert from_iso(review["due_at"]) - from_iso(review["opened_at"]) == timedelta(days=5)
    assert (review["jurisdiction"], review["law_pack"]) == (None, None)


def test_whoever_sent_the_application_cannot_review_it(api, service):
    own = log_in(api, add_user(service, "underwriter"))
    review = opened(own, decided(own, DECLINED)["id"]).json()
    refused = own.post(f"/v1/reviews/{review['id']}/take")
    assert (refused.status_code, refused.json()["code"]) == (403, "took_part")


def test_whoever_answered_before_cannot_answer_the_objection(api, underwriter, second):
    decision = decided(api, REFERRED)
    (referral,) = of_decision(api, decision["id"])["items"]
    underwriter.post(f"/v1/reviews/{referral['id']}/take")
    resolved(underwriter, referral["id"], "decline", "income_unconfirmed")
    objection = opened(api, decision["id"]).json()

    assert underwriter.post(f"/v1/reviews/{objection['id']}/take").json()["code"] == "took_part"
    assert second.post(f"/v1/reviews/{objection['id']}/take").json()["state"] == "taken"
    changed = resolved(second, objection["id"], "approve", "income_confirmed").json()
    assert changed["result"] == "changed"
    sides = [one["side"] for one in of_decision(api, decision["id"])["overrides"]]
    assert sides == ["high", "low"]


def test_only_who_has_taken_it_resolves_it(api, underwriter, second):
    review = opened(api, decided(api, DECLINED)["id"]).json()
    early = resolved(underwriter, review["id"], None, "nothing_new")
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    other = resolved(second, review["id"], None, "nothing_new")
    again = second.post(f"/v1/reviews/{review['id']}/take")

    assert (early.status_code, early.json()["code"]) == (409, "review_not_open")
    assert (other.status_code, other.json()["code"]) == (403, "review_of_another")
    assert again.json()["code"] == "review_not_open"


@pytest.mark.parametrize(
    ("outcome", "code", "problem"),
    [
        (None, "income_confirmed", "code_unfit"),
        ("approve", "income_unconfirmed", "code_unfit"),
        ("approve", "because", "code_unfit"),
        ("decline", "income_unconfirmed", "code_unfit"),
    ],
)
def test_a_reason_must_go_with_the_outcome(api, underwriter, outcome, code, problem):
    review = opened(api, decided(api, DECLINED)["id"]).json()
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    refused = resolved(underwriter, review["id"], outcome, code)
    assert (refused.status_code, refused.json()["code"]) == (422, problem)


def test_a_referral_needs_an_outcome(api, underwriter):
    decided(api, REFERRED)
    (review,) = api.get("/v1/reviews").json()["items"]
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    refused = resolved(underwriter, review["id"], None, "checked_and_right")
    assert refused.json()["code"] == "outcome_needed"


def test_one_objection_at_a_time(api):
    decision = decided(api, DECLINED)
    first, twice = opened(api, decision["id"]), opened(api, decision["id"])
    other = opened(api, decision["id"], kind="reasons")
    assert (twice.status_code, twice.json()["code"]) == (409, "review_already_open")
    assert first.json()["id"] in twice.json()["detail"]
    assert other.status_code == 201


def test_a_large_amount_needs_a_second_person(api, service, log, token):
    from types import SimpleNamespace

    class Large(type(service.reviews)):
        def _is_large(self, about):
            return True

    names = ("accounts", "vault", "law", "second")
    parts = {name: getattr(service.reviews, name) for name in names}
    careful = replace(service, reviews=Large(**parts, alone_up_to=0))
    people = SimpleNamespace(
        first=add_user(service, "underwriter"), second=add_user(service, "admin")
    )
    with open_api(careful, log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        first, second = log_in(caller, people.first), log_in(caller, people.second)
        decision = decided(caller, REFERRED)
        (review,) = of_decision(caller, decision["id"])["items"]
        first.post(f"/v1/reviews/{review['id']}/take")
        proposed = resolved(first, review["id"], "approve", "income_confirmed").json()
        waiting = of_decision(caller, decision["id"])
        alone = first.post(f"/v1/reviews/{review['id']}/approve")
        both = second.post(f"/v1/reviews/{review['id']}/approve").json()
        after = of_decision(caller, decision["id"])

    assert (proposed["state"], proposed["two_persons"]) == ("proposed", True)
    assert (waiting["outcome"], waiting["overrides"]) == ("refer", [])
    assert (alone.status_code, alone.json()["code"]) == (403, "took_part")
    assert (both["state"], both["approved_by"]) == ("resolved", people.second.id)
    assert after["outcome"] == "approve"
    assert after["overrides"][0]["approved_by"] == people.second.id


def test_two_persons_are_asked_for_by_the_database_too(api, service, underwriter):
    review = opened(api, decided(api, DECLINED)["id"]).json()
    underwriter.post(f"/v1/reviews/{review['id']}/take")
    alone = reviews.update().values(
        state="resolved", result="changed", two_persons=1, resolved_by="usr_A", approved_by="usr_A"
    )
    with pytest.raises(DBAPIError), service.database.write() as connection:
        connection.execute(alone)
    with pytest.raises(DBAPIError), service.database.write() as connection:
        connection.execute(alone.values(approved_by=None))


def test_an_overdue_review_is_told_of_once(api, service):
    review = opened(api, decided(api, DECLINED)["id"]).json()
    heard = []
    service.audit.listen(lambda _c, _a, changes: heard.extend(one.action for one in changes))
    early = service.reviews.remind()
    with service.database.write() as connection:
        past = database_now(connection) - timedelta(hours=1)
        connection.execute(reviews.update().values(due_at=past))
    late, again = service.reviews.remind(), service.reviews.remind()
    over = api.get("/v1/reviews", params={"overdue": "true"}).json()["items"]

    assert (early, late, again) == (0, 1, 0)
    assert heard == ["review.overdue"]
    assert [(one["id"], one["overdue"]) for one in over] == [(review["id"], True)]
    assert api.get("/v1/reviews", params={"overdue": "false"}).json()["items"] == []


def test_borrowers_see_their_own_without_names(api, service):
    anna, boris = (add_user(service, "borrower") for _ in range(2))
    own, other = log_in(api, anna), log_in(api, boris)
    decision = decided(own, DECLINED)
    review = opened(own, decision["id"], reason="Look again.").json()
    reviewer = log_in(api, add_user(service, "underwriter"))
    reviewer.post(f"/v1/reviews/{review['id']}/take")
    resolved(reviewer, review["id"], "approve", "data_corrected", answer="You were right.")
    seen = own.get(f"/v1/reviews/{review['id']}").json()

    names = ("opened_by", "taken_by", "resolved_by", "approved_by")
    assert [seen[name] for name in names] == [None] * 4
    assert (seen["outcome"], seen["answer"]) == ("approve", "You were right.")
    assert of_decision(own, decision["id"])["overrides"][0]["made_by"] is None
    assert [one["id"] for one in own.get("/v1/reviews").json()["items"]] == [review["id"]]
    assert other.get("/v1/reviews").json()["items"] == []
    for path in (f"/v1/reviews/{review['id']}", f"/v1/decisions/{decision['id']}/reviews"):
        assert other.get(path).status_code == 404
    assert opened(other, decision["id"]).status_code == 404
    assert own.post(f"/v1/reviews/{review['id']}/take").status_code == 403


def test_a_manager_reaches_only_their_own(api, service):
    review = opened(api, decided(api, DECLINED)["id"]).json()
    stranger = log_in(api, add_user(service, "manager"))
    assert stranger.get("/v1/reviews").json()["items"] == []
    assert stranger.get(f"/v1/reviews/{review['id']}").status_code == 404


def test_what_was_written_is_sealed_and_goes_with_the_person(api, service):
    told = apply(api, DECLINED).json()
    review = opened(api, told["decision"]["id"], reason="CANARY-REASON").json()
    with service.database.read() as connection:
        stored = str(connection.execute(reviews.select()).mappings().one())
    assert "CANARY" not in stored
    address = f"/v1/applicants/{told['applicant']['id']}/erasure"
    api.post(address, json={"reason": "letter", "force": True})
    with service.database.read() as connection:
        row = connection.execute(reviews.select()).one()
        assert connection.execute(overrides.select()).all() == []
    assert row.state == "withdrawn"
    assert api.get(f"/v1/reviews/{review['id']}").status_code in (200, 404)
