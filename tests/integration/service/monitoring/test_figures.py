"""Figures of booked credit on both databases: as of a day, as known at a moment, by vintage."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.integration.service.accounts.test_accounts import KEY, month, opening
from tests.integration.service.conftest import application, told

from loanwright.decisioning.months import add_months
from loanwright.service.accounts.schemas import Status, Why
from loanwright.service.accounts.watching import Watch
from loanwright.service.monitoring.errors import DayRefused, ProductUnwatched
from loanwright.service.monitoring.schemas import Asked

TODAY = date(2026, 6, 30)
CARD = "credit-card"


@pytest.fixture
def applicant_id(service):
    return service.applicants.get_or_receive("A-1").id


def pay(service, account, *, missed=(), months=12):
    for number in range(1, months + 1):
        due_on = add_months(account.disbursed_on, number)
        given = {"due_on": due_on, "paid_on": due_on}
        if number in missed:
            given |= {"paid": 0, "paid_on": None}
        service.payments.record(KEY, account.id, month(number, **given))


def test_a_correction_does_not_change_what_was_known_before_it(service, applicant_id):
    account = service.accounts.open(KEY, opening(applicant_id))
    pay(service, account, missed=(1,))
    before = service.clock.now()
    service.payments.correct(KEY, account.id, 1, month(1), Why.MISTAKE)
    asked = Asked(product=CARD, as_of=TODAY)

    def bads(moment):
        watch = Watch(accounts=service.accounts, as_of=TODAY, known_at=moment)
        return watch.of(CARD, "2025-01").book.payments.settled_on.astype(str).tolist().count("NaT")

    assert bads(before) == 1
    assert bads(service.clock.now() + timedelta(seconds=1)) == 0
    curve = service.monitoring.vintages(asked, days=30, months=12, interval="jeffreys")[0]
    assert (curve.vintage, curve.points[-1].bad) == ("2025-01", 0)
    long_ago = replace(asked, known_on=date(2025, 3, 1))
    assert service.monitoring.vintages(long_ago, days=30, months=12, interval="jeffreys") == []


def test_what_was_said_of_an_end_stays_known_when_it_is_said_otherwise(service, applicant_id):
    account = service.accounts.open(KEY, opening(applicant_id))
    pay(service, account, months=2)
    ended = {"status": Status.WRITTEN_OFF, "ended_on": date(2025, 5, 1)}
    account = service.accounts.edit(KEY, account.id, 1, ended)
    before = service.clock.now()
    service.accounts.edit(KEY, account.id, account.version, {"status": Status.OPEN})

    def written_off(moment):
        watch = Watch(accounts=service.accounts, as_of=TODAY, known_at=moment)
        return str(watch.of(CARD, "2025-01").book.written_off_on[0])

    assert written_off(before) == "2025-05-01"
    assert written_off(service.clock.now() + timedelta(seconds=1)) == "NaT"


def test_cancelled_credit_and_other_products_do_not_count(service, applicant_id):
    account = service.accounts.open(KEY, opening(applicant_id))
    cancelled = {"status": Status.CANCELLED, "ended_on": account.disbursed_on}
    service.accounts.edit(KEY, account.id, 1, cancelled)
    assert service.monitoring.early_arrears(Asked(product=CARD), days=30, months=3) == []
    with pytest.raises(ProductUnwatched):
        service.monitoring.roll_rates(Asked(product="mortgage"))
    with pytest.raises(DayRefused):
        service.monitoring.roll_rates(Asked(product=CARD, as_of=date(2190, 1, 1)))


def booked(service, count, *, disbursed_on, bad):
    """Book decided credit for many applicants, of which some stop paying at once."""
    for number in range(count):
        document = f"{disbursed_on}-{number}"
        limit = 100_000 + 20_000 * (number % 20)
        features = {"limit": limit, "education": "university"}
        reply = service.origination.submit(application(document_number=document, features=features))
        answer = told(reply)
        account = service.accounts.open(
            KEY,
            opening(
                service.decisions.get(answer.decision.id).applicant_id,
                disbursed_on=disbursed_on,
                decision_id=answer.decision.id,
            ),
        )
        if number < bad:
            pay(service, account, missed=range(1, 13), months=4)


def test_what_was_expected_is_written_down_and_compared_with_what_happened(service):
    booked(service, 12, disbursed_on=date(2025, 1, 10), bad=3)
    asked = Asked(product=CARD, segment="new", as_of=date(2025, 6, 30))
    young = service.outlook.list_outlooks(asked)[0]
    assert (young.vintage, young.accounts, young.happened) == ("2025-01", 12, None)
    assert {str(one) for one in young.doubts} == {"too_few", "never_compared"}
    assert young.expected.rate.lower <= young.expected.rate.value <= young.expected.rate.upper

    old = service.outlook.list_outlooks(replace(asked, as_of=TODAY))[0]
    assert old.happened.bad == 3
    found = service.monitoring.performance(replace(asked, as_of=TODAY))[0]
    # Whoever never had a payment recorded is neither good nor bad.
    assert (found.ripe, found.realised.rows, found.realised.bad) == (12, 3, 3)


def test_an_estimate_is_kept_once_a_day_and_told_with_what_happened(service):
    today = service.accounts.today()
    booked(service, 3, disbursed_on=today - timedelta(days=40), bad=0)
    assert service.outlook.record(CARD, "new") >= 1
    assert service.outlook.record(CARD, "new") == 0
    outlook = service.outlook.list_outlooks(Asked(product=CARD, segment="new"))[-1]
    assert outlook.first_said.as_of == today
    assert outlook.first_said.rate.value == pytest.approx(outlook.expected.rate.value)


def test_applicants_who_come_again_move_between_grades(service):
    for limit in (100_000, 900_000):
        features = {"limit": limit, "education": "university"}
        service.origination.submit(application(document_number="M-1", features=features))
    moves = service.monitoring.migration(Asked(product=CARD))
    assert int(moves.matrix.counts.sum()) == 1
    assert moves.left_out == 0
    assert service.monitoring.migration(Asked(product="instalment-loan")).matrix is None
