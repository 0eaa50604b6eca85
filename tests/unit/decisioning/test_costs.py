"""Fees and flows add up to the minor unit, whatever the kind, the currency and the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.cooling import cooling_off, cooling_rules
from loanwright.decisioning.costs import Fees, FeesRefused, cost, flows, repaid
from loanwright.decisioning.money import DIGITS, minor_units
from loanwright.decisioning.months import add_months
from loanwright.decisioning.schedule import Credit, Repayment

CURRENCIES = sorted({*DIGITS, "EUR", "RUB", "USD", "TWD"})


@st.composite
def priced(draw):
    units = minor_units(draw(st.sampled_from(CURRENCIES)))
    credit = Credit(
        repayment=draw(st.sampled_from(list(Repayment))),
        amount=draw(st.integers(1, 10**7)) * units,
        annual_rate_bp=draw(st.integers(0, 40_000)),
        term_months=draw(st.integers(1, 360)),
        disbursed_on=draw(st.dates(date(1970, 1, 1), date(2199, 12, 31))),
    )
    fees = Fees(
        upfront=draw(st.integers(0, credit.amount // 2 - 1 if credit.amount > 3 else 0)),
        upfront_bp=draw(st.integers(0, 4_000)) if credit.amount > 3 else 0,
        monthly=draw(st.integers(0, 10**6)),
    )
    return credit, fees


@given(priced())
def test_every_minor_unit_that_moves_is_amount_interest_or_fee(one):
    credit, fees = one
    found, moved = cost(credit, fees), flows(credit, fees)
    assert sum(part.amount for part in moved) == -found.total
    assert found.paid == credit.amount + found.interest + found.fees
    assert sum(part.principal for part in repaid(credit)) == credit.amount
    assert sum(part.interest for part in repaid(credit)) == found.interest
    assert all(isinstance(part.amount, int) for part in moved)


@given(priced())
def test_money_moves_on_the_day_of_its_instalment(one):
    credit, fees = one
    moved = flows(credit, fees)
    assert [part.month for part in moved] == list(range(credit.term_months + 1))
    assert [part.on for part in moved] == [
        add_months(credit.disbursed_on, number) for number in range(credit.term_months + 1)
    ]


@pytest.mark.parametrize("wrong", [{"upfront": -1}, {"upfront_bp": 10_000}, {"monthly": -1}])
def test_fees_that_nobody_takes_are_refused(wrong):
    with pytest.raises(FeesRefused):
        Fees(**wrong)


def test_a_fee_that_eats_the_whole_amount_is_refused():
    credit = Credit(
        repayment=Repayment.ANNUITY,
        amount=1_000,
        annual_rate_bp=0,
        term_months=1,
        disbursed_on=date(2026, 1, 31),
    )
    with pytest.raises(FeesRefused):
        flows(credit, Fees(upfront=1_000))


@pytest.mark.parametrize(
    ("roubles", "hours"), [(49_999, 0), (50_000, 4), (200_000, 4), (200_001, 48), (5_000_000, 48)]
)
def test_a_russian_loan_waits_by_its_amount(roubles, hours):
    wait = cooling_off(
        roubles * 100, "RUB", jurisdictions=("EU", "RU"), contract_on=date(2026, 1, 31)
    )
    assert wait == timedelta(hours=hours)


def test_nobody_waits_before_the_law_or_beyond_it():
    day = date(2026, 1, 31)
    before = date(2025, 8, 31)
    assert not cooling_off(10**9, "RUB", jurisdictions=["RU"], contract_on=before)
    assert not cooling_off(10**9, "EUR", jurisdictions=["RU"], contract_on=day)
    assert not cooling_off(10**9, "RUB", jurisdictions=["EU"], contract_on=day)


def test_every_rule_says_where_it_stands():
    assert all(rule.source and rule.steps == tuple(sorted(rule.steps)) for rule in cooling_rules())
