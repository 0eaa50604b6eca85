"""The demo bank, small: the same people, accounts and staff on each database, however often."""

from datetime import date

import pytest
from sqlalchemy import func, select
from tests.integration.service.conftest import CARD, bare_service, service, settings

from loanwright.cli.seeded_accounts import book, opening_of, payments_of
from loanwright.cli.seeded_people import (
    ADMINISTRATORS,
    MANAGERS,
    introduce,
    list_staff,
    profile,
    seed_borrowers,
    seed_staff,
)
from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.performance import Performance
from loanwright.features.product import bundled_product
from loanwright.service.accounts.schemas import Wanted as AccountsWanted
from loanwright.service.applicants.schemas import Wanted
from loanwright.service.kit.database import metadata
from loanwright.service.users.schemas import Principal

__all__ = ["bare_service", "service", "settings"]

READER = Principal(id="key_1", kind="key", permissions=frozenset())
PASSWORD = "a password of the tests"
LOAN = bundled_product("instalment-loan")
CARDS = load_dataset("credit-card").head(40).to_dicts()
LOANS = load_dataset("instalment-loan").head(40).to_dicts()


def fill(service):
    managers = seed_staff(service, PASSWORD)
    behaviour = [one.name for one in CARD.inputs("existing") if one.source == "behaviour"]
    known = {one["applicant"]: {name: one[name] for name in behaviour} for one in CARDS}
    service.applicants.record_behaviours(CARD, known)
    with service.database.write() as connection:
        found = introduce(service, connection, CARDS, managers)
        profile(service, connection, CARD, found)
        book(service, connection, CARD, found)
    seed_borrowers(service, PASSWORD, CARDS[:2])
    return found


def count(service, name):
    with service.database.read() as connection:
        return connection.execute(
            select(func.count()).select_from(metadata.tables[name])
        ).scalar_one()


def test_everybody_has_a_name_a_manager_an_account_and_six_payments(service):
    found = fill(service)
    page = service.applicant_records.list_page(READER, Wanted(), limit=200)

    assert len(page.items) == len(found) == 40
    assert all(one.contacts.name and one.manager_id for one in page.items)
    assert (count(service, "accounts"), count(service, "payments")) == (40, 240)
    assert count(service, "users") == len(list_staff()) + 2


def test_whoever_answered_everything_can_be_assessed_anew(service):
    found = fill(service)
    complete = [key for key, one in found.items() if one["education"] is not None]
    reply = service.rescoring.assess(READER, complete[0], "credit-card", idempotency_key=None)

    assert reply.status == 201


def test_filling_it_again_changes_nothing(service):
    fill(service)
    before = {name: count(service, name) for name in ("users", "accounts", "payments")}
    fill(service)

    assert {name: count(service, name) for name in before} == before


def test_there_are_thirty_managers_and_two_administrators():
    roles = [one.role for one in list_staff()]

    assert (roles.count("manager"), roles.count("admin")) == (MANAGERS, ADMINISTRATORS) == (30, 2)
    assert roles.count("underwriter") > 0
    assert roles.count("analyst") > 0


def test_staff_can_log_in_and_others_cannot(service):
    fill(service)
    user = service.access.users.find("manager7@demo.example")

    assert user.role == "manager"
    assert service.access.users.find("manager31@demo.example") is None


@pytest.mark.parametrize("person", CARDS[:10], ids=lambda one: one["applicant"])
def test_a_card_tells_the_months_of_the_data(person):
    opening = opening_of(CARD, "apl_1", person)
    payments = payments_of(opening, person)

    assert opening.amount == person["limit"] * 100
    assert [one.balance for one in payments] == [person[f"bill_{n}"] * 100 for n in range(6, 0, -1)]
    assert [one.paid for one in payments[:5]] == [
        person[f"payment_{n}"] * 100 for n in range(5, 0, -1)
    ]
    assert payments[-1].due_on < date(2026, 11, 1)


def test_loans_that_ended_badly_are_bad_and_the_others_are_not(service):
    seed_staff(service, PASSWORD)
    with service.database.write() as connection:
        hashes = [service.applicants.document_hash(one["applicant"]) for one in LOANS]
        ids = [one.id for one in service.applicants.receive(connection, hashes)]
        book(service, connection, LOAN, dict(zip(ids, LOANS, strict=True)))
    page = service.accounts.list_page(READER, AccountsWanted(limit=200))
    bad = {applicant: one["default"] == 1 for applicant, one in zip(ids, LOANS, strict=True)}

    for account in page.items:
        day = date(2026, 11, 21)
        _, standing, _ = service.accounts.performance(READER, account.id, as_of=day)
        assert (standing.performance is Performance.BAD) == bad[account.applicant_id]
