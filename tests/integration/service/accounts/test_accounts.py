"""Accounts and payments on both databases: reach, locks, arrears, behaviour, many at once."""

import threading
import time
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from tests.integration.service.conftest import application, told

from loanwright.decisioning.months import add_months
from loanwright.decisioning.schedule import Repayment
from loanwright.errors import LoanwrightError
from loanwright.service.accounts.errors import (
    AccountAlreadyOpen,
    AccountCancelled,
    AccountNotFound,
    PaymentAlreadyRecorded,
)
from loanwright.service.accounts.schemas import Opening, PaymentRecord, Status, Wanted, Why
from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.audit.schemas import Actor
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal

KEY = Principal(id="key_1", kind="key", permissions=frozenset())
SEED = Actor(id="system:seed")
BEGUN = date(2025, 1, 31)


def user(role, name="usr_1", applicant_id=None):
    return Principal(
        id=name, kind="user", permissions=ROLES[role], role=role, applicant_id=applicant_id
    )


@pytest.fixture
def applicant_id(service):
    return service.applicants.get_or_receive("A-1").id


def opening(applicant_id, **changes):
    usual = {
        "applicant_id": applicant_id,
        "product": "credit-card",
        "amount": 20_000_000,
        "currency": "TWD",
        "annual_rate_bp": 1_500,
        "term_months": 24,
        "repayment": Repayment.REVOLVING,
        "disbursed_on": BEGUN,
    }
    return Opening(**{**usual, **changes})


def month(number, **changes):
    usual = {"due": 100_000, "balance": 2_000_000, "paid": 100_000}
    day = add_months(BEGUN, number)
    return PaymentRecord(**{"number": number, "due_on": day, "paid_on": day, **usual, **changes})


def give_to_manager(service, applicant_id, manager_id):
    with service.database.write() as connection:
        statement = text("UPDATE applicants SET manager_id = :m WHERE id = :a")
        connection.execute(statement, {"m": manager_id, "a": applicant_id})


def test_who_does_not_see_the_applicant_sees_no_account_and_no_payment(service, applicant_id):
    account = service.accounts.open(KEY, opening(applicant_id))
    service.payments.record(KEY, account.id, month(1))
    other = service.applicants.get_or_receive("A-2").id
    give_to_manager(service, applicant_id, "usr_1")
    insiders = [
        KEY,
        user(Role.BORROWER, applicant_id=applicant_id),
        user(Role.MANAGER, "usr_1"),
        user(Role.UNDERWRITER, "usr_9"),
    ]
    strangers = [user(Role.BORROWER, applicant_id=other), user(Role.MANAGER, "usr_2")]

    for one in insiders:
        assert service.accounts.get(one, account.id) == account
        assert len(service.accounts.list_page(one, Wanted()).items) == 1
        assert len(service.payments.list_page(one, account.id).items) == 1
    for one in strangers:
        assert service.accounts.list_page(one, Wanted()).items == []
        for act in (
            lambda: service.accounts.get(one, account.id),  # noqa: B023
            lambda: service.accounts.edit(one, account.id, 1, {}),  # noqa: B023
            lambda: service.accounts.performance(one, account.id),  # noqa: B023
            lambda: service.accounts.schedule(one, account.id),  # noqa: B023
            lambda: service.payments.list_page(one, account.id),  # noqa: B023
            lambda: service.payments.list_versions(one, account.id, 1),  # noqa: B023
            lambda: service.payments.record(one, account.id, month(2)),  # noqa: B023
            lambda: service.payments.correct(one, account.id, 1, month(1), Why.MISTAKE),  # noqa: B023
        ):
            with pytest.raises(AccountNotFound) as refusal:
                act()
            assert str(refusal.value) == f"There is no account {account.id}."
        with pytest.raises(ApplicantNotFound):
            service.accounts.open(one, opening(applicant_id))


def at_once(*acts):
    barrier, outcomes = threading.Barrier(len(acts)), []

    def run(act):
        barrier.wait()
        try:
            outcomes.append(act())
        except LoanwrightError as refusal:
            outcomes.append(type(refusal))

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_two_who_record_the_same_month_at_once_one_is_told_that_it_is_recorded(
    service, applicant_id
):
    account = service.accounts.open(KEY, opening(applicant_id))
    act = lambda: service.payments.record(KEY, account.id, month(1)).number  # noqa: E731
    outcomes = at_once(act, act, act, act)
    assert outcomes.count(1) == 1
    assert outcomes.count(PaymentAlreadyRecorded) == 3


def test_of_two_corrections_and_two_edits_at_once_one_succeeds(service, applicant_id):
    account = service.accounts.open(KEY, opening(applicant_id))
    service.payments.record(KEY, account.id, month(1))

    def correct():
        return service.payments.correct(KEY, account.id, 1, month(1, paid=1), Why.MISTAKE).version

    def edit():
        return service.accounts.edit(KEY, account.id, 1, {"annual_rate_bp": 1}).version

    for act in (correct, edit):
        outcomes = at_once(act, act, act)
        assert outcomes.count(2) == 1
        assert outcomes.count(EditedMeanwhile) == 2


def test_of_two_accounts_with_one_reference_at_once_one_is_opened(service, applicant_id):
    act = lambda: service.accounts.open(KEY, opening(applicant_id, reference="L-1")).version  # noqa: E731
    outcomes = at_once(act, act, act)
    assert outcomes.count(1) == 1
    assert outcomes.count(AccountAlreadyOpen) == 2


def test_a_correction_adds_a_row_and_changes_none(service, applicant_id):
    account = service.accounts.open(KEY, opening(applicant_id))
    first = service.payments.record(KEY, account.id, month(1, paid=0, paid_on=None))
    assert service.accounts.get(KEY, account.id).overdue_since == date(2025, 2, 28)
    service.payments.correct(KEY, account.id, 1, month(1), Why.PAID_SINCE)

    versions = service.payments.list_versions(KEY, account.id, 1)
    assert versions[0] == first
    assert [(one.version, one.payment.paid) for one in versions] == [(1, 0), (2, 100_000)]
    assert service.accounts.get(KEY, account.id).overdue_since is None


def test_nothing_is_paid_on_a_cancelled_account(service, applicant_id):
    account = service.accounts.open(KEY, opening(applicant_id))
    service.accounts.edit(KEY, account.id, 1, {"status": Status.CANCELLED})
    with pytest.raises(AccountCancelled):
        service.payments.record(KEY, account.id, month(1))


def test_a_payment_renews_the_behaviour_by_which_the_next_application_is_decided(service):
    first = told(service.origination.submit(application(document_number="A-9")))
    account = service.accounts.open(KEY, opening(first.applicant.id))
    assert first.segment == "new"
    service.payments.record(KEY, account.id, month(1))
    good = told(service.origination.submit(application(document_number="A-9")))
    service.payments.record(
        KEY, account.id, month(2, paid=0, paid_on=None, days_past_due=95, balance=19_000_000)
    )
    bad = told(service.origination.submit(application(document_number="A-9")))
    known = service.applicants.get(first.applicant.id).behaviours["credit-card"]

    assert (good.segment, bad.segment) == ("existing", "existing")
    assert good.decision.outcome == "approve"
    assert bad.decision.outcome == "decline"
    assert "rule.serious_delay" in {one.code for one in bad.decision.reasons}
    assert known.version == 2
    assert (known.features["delay_1"], known.features["bill_1"]) == (4, 190_000.0)
    assert (known.features["delay_2"], known.features["payment_2"]) == (0, 1_000.0)
    assert known.features["delay_3"] == -2


def test_what_says_nothing_new_adds_no_version_of_behaviour(service, applicant_id):
    account = service.accounts.open(KEY, opening(applicant_id))
    service.payments.record(KEY, account.id, month(1))
    service.payments.correct(KEY, account.id, 1, month(1), Why.MISTAKE)
    assert service.applicants.get(applicant_id).behaviours["credit-card"].version == 1


def test_behaviour_of_which_something_is_missing_is_not_written(service, applicant_id):
    loan = opening(applicant_id, product="instalment-loan", currency="DEM")
    account = service.accounts.open(KEY, replace(loan, repayment=Repayment.ANNUITY))
    service.payments.record(KEY, account.id, PaymentRecord(paid=5, paid_on=BEGUN))
    assert service.applicants.get(applicant_id).behaviours == {}


def test_many_are_booked_all_or_none(service, applicant_id):
    fine, twice = opening(applicant_id, reference="L-1"), opening(applicant_id, reference="L-1")
    with pytest.raises(AccountAlreadyOpen), service.database.write() as connection:
        service.accounts.open_many(connection, SEED, [fine, twice])
    assert service.accounts.count() == 0


def test_a_portfolio_of_1510_accounts_with_two_years_of_payments_is_booked_in_seconds(service):
    people = 1_510
    with service.database.write() as connection:
        hashes = [service.applicants.keyed_hash(str(number)) for number in range(people)]
        ids = [one.id for one in service.applicants.receive(connection, hashes)]
    begun_on = add_months(BEGUN, -12)
    days = [add_months(begun_on, number) for number in range(1, 25)]
    months = [
        month(number, due_on=day, paid_on=day, paid=100_000 * (number % 7 != 0))
        for number, day in enumerate(days, 1)
    ]
    kept = [one if one.paid else replace(one, paid_on=None, days_past_due=30) for one in months]
    begun = time.perf_counter()
    with service.database.write() as connection:
        accounts = service.accounts.open_many(
            connection, SEED, [opening(one, disbursed_on=begun_on) for one in ids]
        )
        service.payments.record_many(connection, SEED, dict.fromkeys(accounts, kept))
    took = time.perf_counter() - begun
    print(f"{service.database.name}: {people} accounts x 24 payments in {took:.2f} s")

    assert service.accounts.count() == people
    with service.database.read() as connection:
        for table, rows in (("payments", people * 24), ("behaviours", people)):
            found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            assert found == rows
    assert took < 60
