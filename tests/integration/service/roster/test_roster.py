"""The roster: everyone once whatever the sort, and the last decision told as it stands."""

from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from tests.integration.service.conftest import application, told

from loanwright.service.accounts.schemas import Opening, PaymentRecord
from loanwright.service.applicants.schemas import Contacts, Status, Wanted
from loanwright.service.errors import CursorInvalid
from loanwright.service.kit.listing import SortUnknown
from loanwright.service.reviews.codes import codes
from loanwright.service.reviews.schemas import Answer, Kind
from loanwright.service.roster.schemas import Asked
from loanwright.service.users.permissions import PERMISSIONS, ROLES, Role
from loanwright.service.users.schemas import Principal

MACHINE = Principal(id="key_TESTS", kind="key", permissions=frozenset(PERMISSIONS))
UNDERWRITER = Principal(
    id="usr_UNDERWRITER",
    kind="user",
    permissions=ROLES[Role.UNDERWRITER],
    role=Role.UNDERWRITER,
)
SORTS = ("added", "-added", "edited", "-edited", "decided", "-decided", "score", "-score")


def decide(service, number, limit=200_000):
    body = told(
        service.origination.submit(
            application(document_number=number, features={"limit": limit, "education": "other"})
        )
    )
    return SimpleNamespace(person=body.applicant.id, decision=body.decision)


def add(service, name):
    records = service.applicant_records
    return records.add(MACHINE, contacts=Contacts(name=name), language=None, identity=None).id


def read_all(service, *, sort="-added", limit=3, asked=None, by=MACHINE):
    seen, cursor = [], None
    while True:
        page = service.roster.list_page(by, asked or Asked(), sort=sort, limit=limit, cursor=cursor)
        assert len(page.items) <= limit
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            return seen


@pytest.fixture
def people(service):
    decided = [
        decide(service, f"N{n}", limit) for n, limit in enumerate((10_000, 900_000, 9e5, 2e5))
    ]
    never = [add(service, name) for name in ("Anna Petrova", "Ivan Petrov", "Zoë")]
    return SimpleNamespace(decided=decided, never=never)


def test_everybody_is_listed_exactly_once_whatever_the_sort_and_the_size(service, people):
    everybody = {one.person for one in people.decided} | set(people.never)
    for sort, limit in product(SORTS, (1, 2, 4, 50)):
        seen = [one.record.id for one in read_all(service, sort=sort, limit=limit)]
        assert len(seen) == 7, (sort, limit)
        assert set(seen) == everybody, (sort, limit)


def test_scores_are_in_order_and_those_who_have_none_come_last(service, people):
    for sort, sign in (("score", 1), ("-score", -1)):
        lines = read_all(service, sort=sort)
        scores = [one.last.score for one in lines if one.last is not None]
        assert scores == sorted(scores, key=lambda score, sign=sign: sign * score)
        assert [one.last is None for one in lines] == [False] * 4 + [True] * 3


def test_the_last_decision_is_the_newest_one(service):
    first = decide(service, "N1", 10_000)
    second = decide(service, "N1", 900_000)
    (line,) = read_all(service)

    assert first.decision.score != second.decision.score
    assert line.last.decision_id == second.decision.id
    assert (line.last.score, line.last.grade) == (second.decision.score, second.decision.grade)


def test_what_the_list_tells_is_what_the_decisions_say(service, people):
    decide(service, "N1", 30_000)
    newest = {one.applicant_id: one for one in reversed(list(service.decisions.read_all()))}
    lines = {one.record.id: one.last for one in read_all(service) if one.last is not None}

    assert {key: one.decision_id for key, one in lines.items()} == {
        key: one.id for key, one in newest.items()
    }


def test_a_persons_word_stands_in_the_list(service):
    one = decide(service, "N1")
    review = service.reviews.open(MACHINE, one.decision.id, Kind.REVIEW)
    service.reviews.take(UNDERWRITER, review.id)
    other = "approve" if one.decision.outcome == "decline" else "decline"
    code = next(c.code for c in codes().values() if c.outcome == other)
    service.reviews.resolve(
        UNDERWRITER, review.id, Answer(outcome=other, code=code, words="I have looked at it.")
    )
    (line,) = read_all(service, asked=Asked(outcome=other))

    assert (line.last.outcome, line.last.overridden) == (other, True)
    assert read_all(service, asked=Asked(outcome=one.decision.outcome)) == []


def test_filters_keep_those_who_are_meant(service, people):
    outcome = people.decided[0].decision.outcome
    grade = people.decided[1].decision.grade
    by_outcome = {one.record.id for one in read_all(service, asked=Asked(outcome=outcome))}
    by_grade = {one.record.id for one in read_all(service, asked=Asked(grade=grade), sort="score")}
    never = {one.record.id for one in read_all(service, asked=Asked(decided=False), sort="-score")}
    petrov = Asked(people=Wanted(name="petrov"))

    assert by_outcome == {p.person for p in people.decided if p.decision.outcome == outcome}
    assert by_grade == {p.person for p in people.decided if p.decision.grade == grade}
    assert never == set(people.never)
    assert len(read_all(service, asked=petrov, sort="-score", limit=1)) == 2
    assert len(read_all(service, asked=Asked(decided=True))) == 4
    assert read_all(service, asked=Asked(product="credit-card", outcome=outcome))
    assert read_all(service, asked=Asked(people=Wanted(status=Status.CLOSED))) == []


def test_arrears_and_accounts_are_told(service, people):
    person = people.decided[1].person
    day = service.clock.now().date()
    opening = Opening(
        applicant_id=person,
        product="credit-card",
        amount=1_000_00,
        currency="TWD",
        annual_rate_bp=1200,
        term_months=12,
        repayment="annuity",
        disbursed_on=day - timedelta(days=100),
    )
    account = service.accounts.open(MACHINE, opening)
    service.payments.record(
        MACHINE,
        account.id,
        PaymentRecord(number=1, paid=0, due_on=day - timedelta(days=70), due=1000),
    )
    (late,) = read_all(service, asked=Asked(arrears=True))

    assert late.record.id == person
    assert late.holding.accounts == 1
    assert isinstance(late.holding.overdue_since, date)
    assert len(read_all(service, asked=Asked(arrears=False))) == 6


def test_a_manager_sees_none_but_their_own(service, people):
    manager = Principal(
        id="usr_ME", kind="user", permissions=ROLES[Role.MANAGER], role=Role.MANAGER
    )
    with service.database.write() as connection:
        connection.execute(
            text("UPDATE applicants SET manager_id = 'usr_ME' WHERE id = :id"),
            {"id": people.decided[2].person},
        )
    for sort in SORTS:
        lines = read_all(service, sort=sort, by=manager)
        assert [one.record.id for one in lines] == [people.decided[2].person]


def test_they_are_counted_no_further_than_asked(service, people):
    assert service.roster.count(MACHINE, Asked()) == 7
    assert service.roster.count(MACHINE, Asked(), most=4) == 5
    assert service.roster.count(MACHINE, Asked(outcome="refer", grade="?")) == 0
    assert service.roster.count(MACHINE, Asked(decided=True)) == 4


def test_a_cursor_of_somebody_elses_making_is_refused(service):
    assert service.roster.list_page(MACHINE, Asked(), sort="score", cursor="never.").items == []
    for cursor in ("x", "never.x", "never.never.", "\0"):
        with pytest.raises(CursorInvalid):
            service.roster.list_page(MACHINE, Asked(), sort="score", cursor=cursor)
    with pytest.raises(SortUnknown):
        service.roster.list_page(MACHINE, Asked(), sort="name")
