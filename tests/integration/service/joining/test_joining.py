"""Whoever has applied from the public page gets a sign-in, and what they sent is theirs."""

import json
from dataclasses import replace

import pytest
from tests.integration.service.conftest import application, told

from loanwright.errors import Forbidden
from loanwright.service.decisions.borrowers import told as borrowers_told
from loanwright.service.decisions.borrowers import told_bytes
from loanwright.service.joining.service import MOST_PER_APPLICATION, SignIn, borrower
from loanwright.service.kit.problem import Throttled
from loanwright.service.origination.schemas import Caller
from loanwright.service.reviews.schemas import Answer, Kind, Wanted
from loanwright.service.users.logins import LoginRefused, Visitor
from loanwright.service.users.passwords import PasswordTooCommon, PasswordTooShort
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal, Reach
from loanwright.service.users.service import EmailRefused, NameRefused

PUBLIC = Caller(id="public", kind="public", scopes=frozenset({"applications:write"}))
PASSWORD = "quiet harbour 1987 lamp"
ANNA = SignIn(name="Anna Petrova", email="Anna@Example.com", password=PASSWORD)
HERE = Visitor(address="192.0.2.7")
UNDERWRITER = Principal(
    id="usr_UNDERWRITER",
    kind="user",
    permissions=ROLES[Role.UNDERWRITER],
    role=Role.UNDERWRITER,
)


def applied(service):
    return told(service.origination.submit(application(caller=PUBLIC)))


def join(service, answer, **changes):
    service.joining.join(answer.id, replace(ANNA, **changes), address="192.0.2.7")


def sign_in(service, email="anna@example.com", password=PASSWORD):
    user = service.access.users.get(service.access.logins.login(email, password, HERE).user_id)
    return borrower(user.id, user.applicant_id)


def test_who_joins_signs_in_as_the_very_applicant_and_sees_the_application(service):
    answer = applied(service)
    assert not service.joining.is_joined(answer.id)
    join(service, answer)
    anna = sign_in(service)
    assert service.joining.is_joined(answer.id)
    assert anna.applicant_id == answer.applicant.id
    assert anna.reach is Reach.SELF
    page = service.decisions.list_page(by=anna)
    assert [one.application_id for one in page.items] == [answer.id]


def test_name_and_address_are_the_applicants_contacts_and_the_answers_their_profile(service):
    answer = applied(service)
    join(service, answer)
    anna = sign_in(service)
    record = service.applicant_records.get(anna, answer.applicant.id)
    assert (record.contacts.name, record.contacts.email) == ("Anna Petrova", "anna@example.com")
    assert record.verified_how is None
    profile = service.profiles.get(anna, answer.applicant.id, "credit-card")
    assert profile.valid() == {"limit": 200_000, "education": "university"}
    again = service.rescoring.assess(
        anna, answer.applicant.id, "credit-card", idempotency_key="refresh"
    )
    assert told(again).applicant.id == answer.applicant.id


def test_an_address_that_is_taken_is_answered_alike_and_changes_nothing(service):
    first, second = applied(service), applied(service)
    join(service, first)
    join(service, second, name="Somebody Else", password="another harbour 1987 lamp")
    assert not service.joining.is_joined(second.id)
    assert sign_in(service).applicant_id == first.applicant.id
    with pytest.raises(LoginRefused):
        sign_in(service, password="another harbour 1987 lamp")


def test_an_application_is_joined_once(service):
    answer = applied(service)
    join(service, answer)
    join(service, answer, email="eve@example.com")
    with pytest.raises(LoginRefused):
        sign_in(service, email="eve@example.com")


def test_only_what_came_from_the_public_page_can_be_joined(service):
    answer = told(service.origination.submit(application(document_number="4509 123456")))
    with pytest.raises(Forbidden):
        join(service, answer)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"email": "nowhere"}, EmailRefused),
        ({"name": "  "}, NameRefused),
        ({"password": "short"}, PasswordTooShort),
        ({"password": "anna petrova 12"}, PasswordTooCommon),
    ],
)
def test_what_cannot_be_a_sign_in_is_refused_by_name(service, change, refusal):
    answer = applied(service)
    with pytest.raises(refusal):
        join(service, answer, **change)
    assert not service.joining.is_joined(answer.id)


def test_who_tries_address_after_address_is_stopped(service):
    first, answer = applied(service), applied(service)
    join(service, first)
    for _ in range(MOST_PER_APPLICATION):
        join(service, answer)
    with pytest.raises(Throttled):
        join(service, answer)


def test_a_borrower_is_told_the_outcome_that_stands_and_staff_the_one_that_was_made(service):
    answer = applied(service)
    join(service, answer)
    anna, decision_id = sign_in(service), answer.decision.id
    documents = [service.decisions.get(decision_id).resource()]
    (before,) = borrowers_told(anna, documents, service.last_words)
    assert (before["outcome"], before["reviewed"]) == ("approve", False)
    service.reviews.open(anna, decision_id, Kind.REVIEW, "Please look again.")
    (review,) = service.reviews.list_page(UNDERWRITER, Wanted(decision_id=decision_id)).items
    service.reviews.take(UNDERWRITER, review.id)
    found = Answer(outcome="decline", code="income_unconfirmed")
    service.reviews.resolve(UNDERWRITER, review.id, found)
    (after,) = borrowers_told(anna, documents, service.last_words)
    assert (after["outcome"], after["reviewed"]) == ("decline", True)
    assert {"score", "probability_of_default", "model_hash"}.isdisjoint(after)
    assert borrowers_told(UNDERWRITER, documents, service.last_words) == documents
    reply = service.decisions.reply_of(answer.id)
    seen = json.loads(told_bytes(Reach.SELF, reply, service.last_words))
    assert seen["decision"]["outcome"] == "decline"
    assert told_bytes(Reach.ALL, reply, service.last_words) == reply
