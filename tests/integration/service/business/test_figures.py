"""Figures by month, on each database."""

from dataclasses import replace
from datetime import date

import pytest

from loanwright.decisioning.schedule import Repayment
from loanwright.service.accounts.schemas import Opening, PaymentRecord
from loanwright.service.audit.schemas import Actor
from loanwright.service.business.errors import MonthsRefused, ScopeUnknown
from loanwright.service.business.schemas import Assumed, MoneyFigures, Scope
from loanwright.service.reviews.codes import codes
from loanwright.service.reviews.schemas import Answer, State, Wanted
from loanwright.service.users.schemas import Principal

ACTOR = Actor(id="tests")
ANNA = Principal(id="key_ANNA", kind="key", permissions=frozenset({"applicants:all"}))


def by_month(figures):
    return {one.month: one for one in figures.months}


def test_decisions_are_counted_by_their_month(two_months):
    found = by_month(two_months.business.figures(3))
    outcomes = {
        month: sorted(
            one.outcome
            for one in two_months.decisions.read_all()
            if f"{one.decided_at:%Y-%m}" == month
        )
        for month in found
    }

    assert list(found) == ["2026-09", "2026-10", "2026-11"]
    for month, one in found.items():
        told = outcomes[month]
        assert one.decisions.decided == len(told)
        assert one.decisions.approved == told.count("approve")
        assert one.decisions.referred == told.count("refer")
        assert one.decisions.declined == told.count("decline")
    assert found["2026-10"].decisions.approval_rate.value < (
        found["2026-09"].decisions.approval_rate.value
    )
    assert found["2026-11"].decisions.approval_rate is None


def test_what_people_decided_counts_in_the_end_and_in_the_month_of_the_decision(two_months):
    before = by_month(two_months.business.figures(3))
    waiting = two_months.reviews.list_page(ANNA, Wanted(state=State.OPEN, limit=1)).items
    taken = two_months.reviews.take(ANNA, waiting[0].id)
    code = next(one.code for one in codes().values() if one.outcome == "approve")
    two_months.reviews.resolve(ANNA, taken.id, Answer(outcome="approve", code=code))
    month = f"{two_months.decisions.get_line(taken.decision_id).decided_at:%Y-%m}"
    after = by_month(two_months.business.figures(3))

    was, now = before[month].decisions, after[month].decisions
    assert now == replace(was, approved_in_the_end=was.approved_in_the_end + 1)


def book(service, currency="TWD", amount=1_000_000):
    decided = next(service.decisions.read_all())
    opening = Opening(
        applicant_id=decided.applicant_id,
        product="credit-card",
        amount=amount,
        currency=currency,
        annual_rate_bp=1_800,
        term_months=60,
        repayment=Repayment.REVOLVING,
        disbursed_on=date(2026, 9, 5),
    )
    paid = PaymentRecord(
        number=1, due_on=date(2026, 10, 25), due=5_000, paid=0, balance=200_000, days_past_due=95
    )
    with service.database.write() as connection:
        (account_id,) = service.accounts.open_many(connection, ACTOR, [opening])
        service.payments.record_many(connection, ACTOR, {account_id: [paid]}, renew=False)


def test_money_is_told_by_currency_and_never_summed_over_them(two_months):
    book(two_months)
    found = by_month(two_months.business.figures(3, assumed=Assumed(loss_given_default_bp=5_000)))

    assert found["2026-09"].money == {"TWD": MoneyFigures(booked=1, lent=1_000_000, open=1)}
    october = found["2026-10"].money["TWD"]
    assert (october.newly_bad, october.cost_of_risk, october.late) == (1, 100_000, 1)
    assert found["2026-11"].money["TWD"].newly_bad == 0


def test_a_scope_narrows_the_figures_and_an_unknown_one_is_refused(two_months):
    everybody = by_month(two_months.business.figures(3))["2026-10"].decisions

    def of(**scope):
        return by_month(two_months.business.figures(3, scope=Scope(**scope)))

    assert of(product="credit-card", segment="new")["2026-10"].decisions == everybody
    assert of(product="instalment-loan")["2026-10"].decisions.decided == 0
    with pytest.raises(ScopeUnknown):
        of(product="unheard-of")
    with pytest.raises(MonthsRefused):
        two_months.business.figures(37)
