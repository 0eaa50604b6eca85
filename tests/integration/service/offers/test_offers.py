"""Offers on both databases: one acceptance, the database's clock, two persons."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.integration.service.conftest import application, told

from loanwright.decisioning.booking import AccountTerms, OfferTerms
from loanwright.decisioning.costs import cost
from loanwright.decisioning.schedule import Repayment
from loanwright.errors import LoanwrightError
from loanwright.features.product import bundled_product
from loanwright.pricing.apr import apr_of
from loanwright.pricing.psk import psk_of
from loanwright.service.accounts.errors import AccountAlreadyOpen
from loanwright.service.accounts.schemas import Opening
from loanwright.service.decisions.service import DecisionNotFound
from loanwright.service.kit.database import database_now
from loanwright.service.offers.bounds import bounds_of
from loanwright.service.offers.errors import DecisionNotApproved, OfferNotFound, OfferNotOpen
from loanwright.service.offers.pricing import Pricing
from loanwright.service.offers.schemas import State, Terms, Wanted
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal

TERMS = Terms(amount=1_200_000, annual_rate_bp=1_200, term_months=12, repayment=Repayment.ANNUITY)
KEY = Principal(id="key_1", kind="key", permissions=frozenset())


def user(role, name="usr_1", applicant_id=None):
    return Principal(
        id=name, kind="user", permissions=ROLES[role], role=role, applicant_id=applicant_id
    )


@pytest.fixture
def decided(service):
    return told(service.origination.submit(application()))


@pytest.fixture
def offer(service, decided):
    return service.offers.make(KEY, decided.decision.id, TERMS, valid_days=30)


def run_out(service, offer_id):
    with service.database.write() as connection:
        connection.execute(
            text("UPDATE offers SET valid_until = :then WHERE id = :id").bindparams(
                id=offer_id, then=moment_of(connection, database_now(connection))
            )
        )


def moment_of(connection, moment):
    from loanwright.service.kit.clock import iso

    return iso(moment) if connection.dialect.name == "sqlite" else moment


def test_of_many_acceptances_at_once_exactly_one_opens_an_account(service, offer):
    second = service.offers.make(KEY, offer.decision_id, TERMS, valid_days=30)
    barrier, outcomes = threading.Barrier(8), []

    def accept(offer_id):
        barrier.wait()
        try:
            outcomes.append(service.offers.accept(KEY, offer_id).state)
        except LoanwrightError as refusal:
            outcomes.append(type(refusal))

    threads = [threading.Thread(target=accept, args=(one,)) for one in (offer.id, second.id) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count(State.ACCEPTED) == 1
    assert outcomes.count(OfferNotOpen) == 7
    assert service.accounts.count() == 1


def test_the_database_itself_refuses_a_second_account_from_an_offer(service, offer):
    opening = Opening(
        applicant_id=offer.applicant_id,
        product="credit-card",
        amount=1,
        currency="TWD",
        annual_rate_bp=0,
        term_months=1,
        repayment=Repayment.ANNUITY,
        disbursed_on=service.accounts.today(),
        offer_id=offer.id,
    )
    service.accounts.open(KEY, opening)
    with pytest.raises(AccountAlreadyOpen):
        service.offers.accept(KEY, offer.id)
    assert service.offers.get(KEY, offer.id).state is State.OPEN
    assert service.accounts.count() == 1


def test_an_offer_ends_by_the_clock_of_the_database_before_anything_has_marked_it(service, offer):
    with service.database.read() as connection:
        valid = offer.valid_until - database_now(connection)
    assert timedelta(days=29, hours=23) < valid <= timedelta(days=30)
    run_out(service, offer.id)

    with pytest.raises(OfferNotOpen, match="expired"):
        service.offers.accept(KEY, offer.id)
    assert service.offers.get(KEY, offer.id).state is State.EXPIRED
    for state, found in ((State.EXPIRED, 1), (State.OPEN, 0), (None, 1)):
        assert len(service.offers.list_page(KEY, Wanted(state=state)).items) == found
    assert [service.offers.expire(), service.offers.expire()] == [1, 0]
    assert service.accounts.count() == 0


def test_the_database_itself_refuses_one_person_in_both_roles(service, decided):
    careful = replace(service.offers, alone_up_to=0)
    proposed = careful.make(KEY, decided.decision.id, TERMS, valid_days=1)
    assert proposed.state is State.PROPOSED
    for change in ("approved_by = made_by", "state = 'open'"):
        with pytest.raises(IntegrityError), service.database.write() as connection:
            connection.execute(text(f"UPDATE offers SET {change}"))


def test_applicants_see_their_own_offers_once_they_are_approved_and_not_who_made_them(
    service, decided
):
    careful = replace(service.offers, alone_up_to=0)
    proposed = careful.make(KEY, decided.decision.id, TERMS, valid_days=1)
    owner = user(Role.BORROWER, applicant_id=decided.applicant.id)
    stranger = user(Role.BORROWER, "usr_2", applicant_id="apl_" + "0" * 26)

    assert careful.list_page(owner, Wanted()).items == []
    with pytest.raises(OfferNotFound):
        careful.get(owner, proposed.id)
    careful.approve(user(Role.UNDERWRITER), proposed.id)
    assert [one.id for one in careful.list_page(owner, Wanted()).items] == [proposed.id]
    for act in (careful.get, careful.accept, careful.refuse):
        with pytest.raises(OfferNotFound):
            act(stranger, proposed.id)
    assert careful.list_page(stranger, Wanted()).items == []
    assert careful.accept(owner, proposed.id).state is State.ACCEPTED


def test_a_product_that_lays_down_prices_offers_by_itself_what_was_asked_for(service):
    laid_down = OfferTerms(
        amount="limit",
        highest=150_000,
        term_months=24,
        rates=dict.fromkeys("ABCDEF", 1_500),
        valid_days=10,
    )
    priced = replace(service.products["credit-card"], accounts=AccountTerms(offers=laid_down))
    products = {"credit-card": priced}
    offers = replace(service.offers, accounts=replace(service.accounts, products=products))
    from loanwright.service.offers.schemas import Approved

    decided = told(service.origination.submit(application()))
    approved = Approved(
        decision_id=decided.decision.id,
        applicant_id=decided.applicant.id,
        product="credit-card",
        grade="B",
        features={"limit": 200_000.0},
    )
    with service.database.write() as connection:
        offers.make_for(connection, [approved, replace(approved, grade="G")])
    made = offers.list_of_decision(KEY, decided.decision.id)

    assert [(one.amount, one.annual_rate_bp, one.term_months) for one in made] == [
        (15_000_000, 1_500, 24)
    ]
    assert made[0].made_by == "system:origination"


RUSSIAN = Pricing(jurisdictions=("RU",))


def russian(service):
    products = dict(service.products)
    products["credit-card"] = replace(products["credit-card"], currency="RUB")
    accounts = replace(service.accounts, products=products)
    return replace(service.offers, accounts=accounts, pricing=RUSSIAN)


def test_what_an_offer_would_cost_is_what_it_costs_and_nothing_is_kept(service, decided):
    supposed = service.offers.suppose(KEY, decided.decision.id, TERMS, valid_days=30)
    assert service.offers.list_of_decision(KEY, decided.decision.id) == []
    made = service.offers.make(KEY, decided.decision.id, TERMS, valid_days=30)
    for name in ("total_cost", "apr", "psk", "monthly_payment", "debt_burden_after", "state"):
        assert getattr(supposed, name) == getattr(made, name), name


def test_nothing_bounds_an_offer_of_a_product_that_lays_nothing_down(service, decided):
    bounds = service.offers.bounds(KEY, decided.decision.id)
    assert (bounds.highest, bounds.annual_rate_bp, bounds.asked) == (None, None, None)
    assert (bounds.currency, bounds.repayment) == ("TWD", Repayment.REVOLVING)


def test_product_and_policy_bound_an_offer_by_the_narrower_of_both(service, decided):
    stored = service.decisions.get(decided.decision.id)
    card, snapshot = bundled_product("credit-card"), msgspec.json.decode(stored.snapshot)
    rates = {snapshot["grade"]: 1_990}
    laid_down = OfferTerms(amount="limit", highest=90_000, term_months=24, rates=rates)
    priced = replace(card, accounts=AccountTerms(offers=laid_down))

    found = bounds_of(priced, stored)
    assert (found.highest, found.annual_rate_bp, found.term_months) == (9_000_000, 1_990, 24)
    assert found.asked == snapshot["record"]["limit"] * 100
    for highest, expected in ((50_000, 5_000_000), (200_000, 9_000_000)):
        told = msgspec.json.encode({**snapshot, "terms": [highest, 1_290]}).decode()
        narrowed = bounds_of(priced, replace(stored, snapshot=told))
        assert (narrowed.highest, narrowed.annual_rate_bp) == (expected, 1_290)


def test_what_was_not_approved_is_neither_bounded_nor_supposed(service, decided):
    refusing = replace(service.offers, standing=lambda _connection, _decision: "decline")
    with pytest.raises(DecisionNotApproved):
        refusing.bounds(KEY, decided.decision.id)
    with pytest.raises(DecisionNotApproved):
        refusing.suppose(KEY, decided.decision.id, TERMS, valid_days=30)
    stranger = user(Role.MANAGER, "usr_9")
    with pytest.raises(DecisionNotFound):
        service.offers.suppose(stranger, decided.decision.id, TERMS, valid_days=30)


def test_an_offer_says_what_it_costs(service, offer):
    credit = TERMS.credit(offer.made_at.date())
    assert offer.total_cost == cost(credit).total
    assert offer.apr == apr_of(credit)
    assert (offer.psk, offer.cooling_off_hours, offer.available_at) == (None, 0, None)
    assert (offer.debt_burden_before, offer.debt_burden_after) == (None, None)


@pytest.mark.parametrize(("roubles", "hours"), [(49_000, 0), (50_000, 4), (250_000, 48)])
def test_the_money_of_a_russian_offer_waits_by_its_amount(service, decided, roubles, hours):
    offers = russian(service)
    terms = replace(TERMS, amount=roubles * 100)
    offer = offers.make(KEY, decided.decision.id, terms, valid_days=30)
    assert offer.cooling_off_hours == hours
    assert offer.psk == psk_of(terms.credit(offer.made_at.date()))

    accepted = offers.accept(KEY, offer.id)
    assert accepted.available_at == accepted.ended_at + timedelta(hours=hours)
    assert offers.get(KEY, offer.id).available_at == accepted.available_at
    account = service.accounts.get(KEY, accepted.account_id)
    assert account.disbursed_on == accepted.available_at.date()


def test_a_product_under_an_exception_does_not_wait(service):
    products = dict(service.products)
    laid_down = OfferTerms(
        amount="limit", highest=10**6, term_months=12, rates={}, cooling_off=False
    )
    exempt = replace(
        products["credit-card"], currency="RUB", accounts=AccountTerms(offers=laid_down)
    )
    assert not RUSSIAN.wait(exempt, 10**9, date(2026, 1, 31))


def test_the_burden_of_an_offer_follows_from_what_the_applicant_has_said():
    loan = bundled_product("instalment-loan")
    credit = replace(TERMS, amount=1_200_00, annual_rate_bp=0).credit(date(2026, 1, 31))
    priced = Pricing().price(loan, credit, {"income": 500.0, "debt_payments": 200.0})
    assert (priced["debt_burden_before"], priced["debt_burden_after"]) == (0.4, 0.6)
