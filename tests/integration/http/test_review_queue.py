"""The queue of reviews over HTTP: who gets what, for how long; requests, second looks, the log."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.http.conftest import GOOD, apply
from tests.integration.http.test_reviews import REFERRED, resolved
from tests.integration.http.visiting import add_user, log_in
from tests.integration.service.conftest import write_plain

from loanwright.service.kit.clock import from_iso
from loanwright.service.kit.database import database_now
from loanwright.service.registry.schemas import State as ModelState
from loanwright.service.reviews.errors import NothingWaits
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal

NEAR = {**GOOD, "features": {"limit": 590_000, "education": "university"}}


@pytest.fixture
def underwriter(api, service):
    return log_in(api, add_user(service, "underwriter"))


@pytest.fixture
def second(api, service):
    return log_in(api, add_user(service, "underwriter"))


@pytest.fixture
def always(service):
    """Let everything that is answered be looked at again."""
    object.__setattr__(service.reviews.second, "share", 1.0)


def referred(api, count=1):
    return [apply(api, REFERRED).json()["decision"]["id"] for _ in range(count)]


def principal(user):
    return Principal(id=user.id, kind="user", role=Role.UNDERWRITER, permissions=ROLES[user.role])


def next_of(caller):
    return caller.post("/v1/reviews/next")


def lapse(service):
    """Let the time be over for which reviews are kept."""
    with service.database.write() as connection:
        past = database_now(connection) - timedelta(minutes=1)
        connection.execute(
            text("UPDATE reviews SET lease_until = :past"),
            {"past": past if service.database.name == "postgresql" else past.isoformat()},
        )


def test_the_most_valuable_comes_first_and_says_why(api, underwriter, service):
    plain, worth = referred(api, 2)
    with service.database.write() as connection:
        service.review_queue.hear(connection, {worth: [0.9]})
    listed = underwriter.get("/v1/reviews?sort=first_at").json()["items"]
    taken = next_of(underwriter).json()

    assert [one["decision_id"] for one in listed] == [worth, plain]
    assert taken["decision_id"] == worth
    assert taken["worth"]["disagreement"] > 0.5 > taken["worth"]["closeness"] > 0
    given = from_iso(taken["due_at"]) - from_iso(taken["opened_at"])
    moved = from_iso(taken["due_at"]) - from_iso(taken["first_at"])
    assert moved / given == pytest.approx(taken["worth"]["ahead"], abs=1e-6)


def test_a_challenger_moves_a_review_when_it_has_spoken(api, service):
    path = write_plain(service.settings.models_dir, "new", weight=0.9)
    model = service.registry.register(path, by="tests")
    service.registry.promote(model.hash, to=ModelState.CHALLENGER, by="tests")
    (decision,) = referred(api)
    # Perhaps a worker of the service was quicker; it is assessed once.
    service.shadows.assess(decision)
    (found,) = api.get("/v1/reviews").json()["items"]
    moved = from_iso(found["due_at"]) - from_iso(found["first_at"])
    given = from_iso(found["due_at"]) - from_iso(found["opened_at"])

    assert found["worth"]["disagreement"] > 0.5
    assert moved / given > found["worth"]["disagreement"] * 0.25
    assert [one.model_hash for one in service.shadows.list_opinions(decision)] == [model.hash]


def test_two_who_ask_get_two_reviews_and_a_third_gets_none(api, underwriter, second):
    referred(api, 2)
    one, other = next_of(underwriter).json(), next_of(second).json()
    none = next_of(second)
    assert one["id"] != other["id"]
    assert (none.status_code, none.json()["code"]) == (404, "nothing_waits")


def test_of_many_who_ask_at_once_each_review_goes_to_exactly_one(api, service):
    referred(api, 12)
    people = [principal(add_user(service, "underwriter", password=None)) for _ in range(6)]
    got, late = [], []

    def ask(who):
        for _ in range(3):
            try:
                got.append(service.review_queue.take_next(who).id)
            except NothingWaits:
                late.append(who.id)

    threads = [threading.Thread(target=ask, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(got), len(set(got)), len(late)) == (12, 12, 6)


def test_of_two_who_take_the_same_review_at_once_exactly_one_wins(api, service):
    people = [principal(add_user(service, "underwriter", password=None)) for _ in range(2)]
    for _ in range(20):
        referred(api)
        with service.database.read() as connection:
            review_id = connection.execute(
                text("SELECT id FROM reviews WHERE state = 'open'")
            ).scalar_one()
        start, won, lost = threading.Barrier(2), [], []

        def take(who, review_id=review_id, start=start, won=won, lost=lost):
            start.wait()
            try:
                won.append(service.reviews.take(who, review_id).taken_by)
            except Exception as refused:
                lost.append(type(refused).__name__)

        threads = [threading.Thread(target=take, args=(who,)) for who in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), lost) == (1, ["ReviewNotOpen"])


def test_whoever_had_a_part_gets_the_next_one(api, service):
    own = log_in(api, add_user(service, "underwriter"))
    apply(own, REFERRED)
    (theirs,) = referred(api)
    assert next_of(own).json()["decision_id"] == theirs
    assert next_of(own).json()["code"] == "nothing_waits"


def test_what_is_kept_too_long_is_free_again(api, underwriter, second, service):
    referred(api)
    taken = next_of(underwriter).json()
    assert taken["lease_until"] > taken["taken_at"]
    assert next_of(second).status_code == 404
    lapse(service)
    mine = next_of(second).json()
    assert (mine["id"], mine["taken_by"] != taken["taken_by"]) == (taken["id"], True)
    refused = resolved(underwriter, taken["id"], "approve", "income_confirmed")
    assert refused.json()["code"] == "review_of_another"


def test_a_chore_puts_back_what_is_kept_too_long(api, underwriter, service):
    referred(api)
    taken = next_of(underwriter).json()
    assert service.review_queue.lapse() == 0
    lapse(service)
    assert (service.review_queue.lapse(), service.review_queue.lapse()) == (1, 0)
    found = api.get(f"/v1/reviews/{taken['id']}").json()
    assert (found["state"], found["taken_by"], found["lease_until"]) == ("open", None, None)


def test_work_keeps_it_longer(api, underwriter, second, service):
    referred(api)
    taken = next_of(underwriter).json()
    lapse(service)
    kept = underwriter.post(f"/v1/reviews/{taken['id']}/renew").json()
    assert kept["lease_until"] >= taken["lease_until"]
    assert next_of(second).status_code == 404


def test_a_review_goes_back_with_a_reason(api, underwriter, second, service):
    referred(api)
    review = next_of(underwriter).json()["id"]
    told = {"code": "specialist_needed", "words": "A self-employed carpenter."}
    wrong = underwriter.post(f"/v1/reviews/{review}/release", json={"code": "because"})
    other = second.post(f"/v1/reviews/{review}/release", json=told)
    back = underwriter.post(f"/v1/reviews/{review}/release", json=told).json()
    who = principal(add_user(service, "underwriter", password=None))
    (kept,) = service.review_queue.list_returns(who, review)

    assert (wrong.json()["code"], other.json()["code"]) == (
        "return_code_unknown",
        "review_of_another",
    )
    assert (back["state"], back["taken_by"]) == ("open", None)
    assert (kept.code, kept.words) == ("specialist_needed", "A self-employed carpenter.")
    with service.database.read() as connection:
        stored = connection.execute(text("SELECT words FROM review_returns")).scalar_one()
    assert "carpenter" not in stored


def test_an_applicant_is_asked_and_answers_and_the_review_waits_for_it(api, service, underwriter):
    (decision,) = referred(api)
    applicant = api.get(f"/v1/reviews?decision_id={decision}").json()["items"][0]["applicant_id"]
    borrower = log_in(api, add_user(service, "borrower", applicant_id=applicant))
    review = next_of(underwriter).json()
    asked = underwriter.post(
        f"/v1/reviews/{review['id']}/requests", json={"item": "income_proof", "words": "Of May."}
    )
    waiting = underwriter.get(f"/v1/reviews/{review['id']}").json()
    back = {"code": "waits_for_applicant"}
    underwriter.post(f"/v1/reviews/{review['id']}/release", json=back)
    nothing = next_of(underwriter)
    (seen,) = borrower.get(f"/v1/reviews/{review['id']}/requests").json()["items"]
    answered = borrower.post(
        f"/v1/review-requests/{seen['id']}/answer", json={"answer": "I earn 2,000."}
    )
    again = next_of(underwriter).json()

    assert (asked.status_code, waiting["awaited"]) == (201, 1)
    # No law names a time here, so the lender's own promise may stand still.
    assert waiting["stopped_at"] is not None
    assert nothing.json()["code"] == "nothing_waits"
    assert (seen["words"], seen["asked_by"], seen["item_text"]["ru"]) == (
        "Of May.",
        None,
        "Подтверждение дохода",
    )
    assert (answered.json()["state"], answered.json()["ended_by"]) == ("received", None)
    assert (again["id"], again["awaited"], again["stopped_at"]) == (review["id"], 0, None)
    assert again["due_at"] > review["due_at"]


def test_a_request_ends_once(api, underwriter):
    referred(api)
    review = next_of(underwriter).json()["id"]
    made = underwriter.post(f"/v1/reviews/{review}/requests", json={"item": "other"}).json()
    first = underwriter.post(f"/v1/review-requests/{made['id']}/end", json={"state": "waived"})
    again = underwriter.post(f"/v1/review-requests/{made['id']}/end", json={"state": "received"})
    assert (first.json()["state"], again.json()["code"]) == ("waived", "request_ended")


def test_an_answered_review_asks_for_nothing_more(api, underwriter):
    referred(api)
    review = next_of(underwriter).json()["id"]
    underwriter.post(f"/v1/reviews/{review}/requests", json={"item": "other"})
    done = resolved(underwriter, review, "approve", "income_confirmed").json()
    (asked,) = underwriter.get(f"/v1/reviews/{review}/requests").json()["items"]
    assert (done["awaited"], asked["state"]) == (0, "waived")


@pytest.mark.parametrize(
    ("whose", "kind", "waits"), [("RU", "objection", False), ("US", "referral", True)]
)
def test_a_lawful_clock_stands_still_only_where_the_law_says_so(
    api, service, underwriter, whose, kind, waits
):
    object.__setattr__(service.reviews, "law", replace(service.reviews.law, named=(whose,)))
    (decision,) = referred(api)
    if kind != "referral":
        api.post(f"/v1/decisions/{decision}/reviews", json={"kind": kind})
    found = api.get(f"/v1/reviews?decision_id={decision}&kind={kind}").json()["items"][0]
    underwriter.post(f"/v1/reviews/{found['id']}/take")
    underwriter.post(f"/v1/reviews/{found['id']}/requests", json={"item": "other"})
    after = api.get(f"/v1/reviews/{found['id']}").json()
    assert found["law_pack"].startswith(whose.lower())
    assert (after["stopped_at"] is not None) is waits


def test_somebody_else_looks_again_without_seeing_the_first_answer(
    api, underwriter, second, always
):
    referred(api)
    review = next_of(underwriter).json()["id"]
    resolved(underwriter, review, "approve", "income_confirmed")
    own = underwriter.get("/v1/second-looks").json()["items"]
    (look,) = second.get("/v1/second-looks").json()["items"]
    told = {"outcome": "decline", "words": "The income is not proved."}
    refused = underwriter.post(f"/v1/second-looks/{look['id']}/answer", json=told)
    done = second.post(f"/v1/second-looks/{look['id']}/answer", json=told).json()
    again = second.post(f"/v1/second-looks/{look['id']}/answer", json=told)
    agreement = second.get("/v1/second-looks/agreement").json()

    assert own == []
    assert look["first_outcome"] is None
    assert "approve" not in str(look)
    assert refused.json()["code"] == "took_part"
    assert (done["first_outcome"], done["agrees"]) == ("approve", False)
    assert again.json()["code"] == "second_look_answered"
    assert (agreement["looked"], agreement["agreed"], agreement["kappa"]) == (1, 0, None)


def test_agreement_is_told_with_its_interval(api, underwriter, second, always):
    answers = [("approve", "approve"), ("decline", "decline"), ("approve", "decline")] * 2
    referred(api, len(answers))
    codes = {"approve": "income_confirmed", "decline": "income_unconfirmed"}
    for first, _ in answers:
        review = next_of(underwriter).json()["id"]
        resolved(underwriter, review, first, codes[first])
    looks = second.get("/v1/second-looks").json()["items"]
    for look, (_, answer) in zip(looks, answers, strict=True):
        second.post(f"/v1/second-looks/{look['id']}/answer", json={"outcome": answer})
    told = second.get("/v1/second-looks/agreement").json()
    assert (told["looked"], told["waiting"], told["agreed"]) == (6, 0, 4)
    assert told["kappa"]["value"] == pytest.approx(0.4)
    assert told["kappa"]["lower"] < 0.4 < told["kappa"]["upper"]


def test_facts_of_second_looks_and_returns_are_never_changed(api, underwriter, service, always):
    referred(api, 2)
    review = next_of(underwriter).json()["id"]
    underwriter.post(f"/v1/reviews/{review}/release", json={"code": "no_time"})
    resolved(underwriter, next_of(underwriter).json()["id"], "approve", "income_confirmed")
    for statement in (
        "UPDATE second_looks SET first_outcome = 'decline'",
        "DELETE FROM second_looks",
        "DELETE FROM review_returns",
    ):
        with pytest.raises(DBAPIError), service.database.write() as connection:
            connection.execute(text(statement))


def test_the_log_of_overrides_says_who_why_and_what_became_of_it(api, underwriter):
    referred(api, 2)
    for outcome, code in (("approve", "income_confirmed"), ("decline", "income_unconfirmed")):
        review = next_of(underwriter).json()["id"]
        resolved(underwriter, review, outcome, code, answer="As we have found.")
    items = underwriter.get("/v1/overrides").json()["items"]
    high = underwriter.get("/v1/overrides?side=high").json()["items"]
    page = underwriter.get("/v1/overrides?limit=1").json()
    rest = underwriter.get(f"/v1/overrides?limit=1&cursor={page['next_cursor']}").json()

    assert [(one["side"], one["code"], one["words"]) for one in items] == [
        ("high", "income_unconfirmed", "As we have found."),
        ("low", "income_confirmed", "As we have found."),
    ]
    assert items[0]["performance"] is None
    assert [one["id"] for one in high] == [items[0]["id"]]
    assert [one["id"] for one in rest["items"]] == [items[1]["id"]]


def test_similar_past_decisions_tell_how_they_went_and_of_whom_nothing(api, service):
    others = [apply(api, GOOD).json() for _ in range(4)]
    (decision,) = referred(api)
    found = service.similar.find(service.decisions.get(decision), most=3)

    assert len(found) == 3
    assert found[0].alike >= found[-1].alike > 0
    assert {one.outcome for one in found} == {"approve"}
    assert all(one.performance is None for one in found)
    told = repr(found)
    assert not any(one["applicant"]["id"] in told or one["id"] in told for one in others)
