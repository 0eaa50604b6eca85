"""Schedules to the minor unit: by hand, and whatever the credit."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.months import add_months, months_between, vintage
from loanwright.decisioning.schedule import (
    Credit,
    CreditRefused,
    Repayment,
    monthly_payment,
    schedule,
)

DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))
FIXED = st.sampled_from([Repayment.ANNUITY, Repayment.DIFFERENTIATED, Repayment.BULLET])


@st.composite
def any_credit(draw):
    return Credit(
        repayment=draw(FIXED),
        amount=draw(st.integers(1, 10**12)),
        annual_rate_bp=draw(st.integers(0, 40_000)),
        term_months=draw(st.integers(1, 360)),
        disbursed_on=draw(DAYS),
    )


def credit(**changes):
    usual = {"repayment": Repayment.ANNUITY, "amount": 1_000_000, "annual_rate_bp": 1_200}
    days = {"term_months": 12, "disbursed_on": date(2023, 10, 31)}
    return Credit(**{**usual, **days, **changes})


@given(any_credit())
def test_the_parts_add_up_to_the_amount_and_each_balance_follows_from_the_one_before(one):
    instalments = schedule(one)
    balance = one.amount

    assert len(instalments) == one.term_months
    assert sum(part.principal for part in instalments) == one.amount
    for part in instalments:
        exact = Fraction(balance * one.annual_rate_bp, 120_000)
        assert abs(part.interest - exact) <= Fraction(1, 2)
        assert 0 <= part.principal <= balance
        balance -= part.principal
        assert part.balance == balance
    assert balance == 0


@given(any_credit())
def test_every_instalment_of_an_annuity_but_the_last_is_the_same(one):
    level = Credit(
        repayment=Repayment.ANNUITY,
        amount=one.amount,
        annual_rate_bp=one.annual_rate_bp,
        term_months=one.term_months,
        disbursed_on=one.disbursed_on,
    )
    instalments = schedule(level)
    whole = [part.due for part in instalments[:-1] if part.balance > 0]
    assert set(whole) <= {monthly_payment(level)}
    # A payment is rounded by half a unit at most, and each month's interest by as much; what
    # that makes in the end grows with the rate.
    growth = (1 + Fraction(level.annual_rate_bp, 120_000)) ** level.term_months
    assert abs(instalments[-1].due - monthly_payment(level)) <= level.term_months * growth + 1


@given(any_credit())
def test_due_dates_are_a_month_apart_and_never_slip(one):
    days = [part.due_on for part in schedule(one)]
    for number, day in enumerate(days, 1):
        assert day == add_months(one.disbursed_on, number)
        assert day.day <= one.disbursed_on.day
        assert months_between(one.disbursed_on, day) == number


def test_a_textbook_annuity():
    # 10,000.00 at 12% for 12 months: 888.487887 a month, 661.8546 of interest in all. Each of the
    # eleven payments is 0.2113 cents too much, which with its interest is 2.7 cents in the end.
    instalments = schedule(credit())
    assert {part.due for part in instalments[:-1]} == {88_849}
    assert instalments[-1].due == 88_847
    assert sum(part.interest for part in instalments) == 66_186


def test_a_differentiated_credit_repays_the_same_each_month():
    instalments = schedule(credit(repayment=Repayment.DIFFERENTIATED, term_months=3))
    assert [part.principal for part in instalments] == [333_333, 333_334, 333_333]
    assert [part.interest for part in instalments] == [10_000, 6_667, 3_333]


def test_a_bullet_credit_repays_all_at_the_end():
    instalments = schedule(credit(repayment=Repayment.BULLET, term_months=3))
    assert [part.due for part in instalments] == [10_000, 10_000, 1_010_000]


def test_revolving_credit_has_no_schedule_but_a_level_payment_that_would_repay_it():
    card = credit(repayment=Repayment.REVOLVING)
    assert schedule(card) == ()
    assert monthly_payment(card) == 88_849


def test_one_cent_over_many_months_comes_back_once():
    instalments = schedule(credit(amount=1, term_months=60))
    assert sum(part.principal for part in instalments) == 1


def test_the_end_of_a_month_stays_the_end_of_a_month_through_leap_years():
    days = [part.due_on for part in schedule(credit(term_months=5))]
    assert days == [
        date(2023, 11, 30),
        date(2023, 12, 31),
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2024, 3, 31),
    ]
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
    assert vintage(date(999, 1, 2)) == "0999-01"


@given(DAYS, st.integers(-600, 600))
def test_months_between_undoes_what_add_months_does(day, months):
    later = add_months(day, months)
    if months >= 0:
        assert months_between(day, later) == months


@pytest.mark.parametrize(
    "wrong", [{"amount": 0}, {"term_months": 0}, {"term_months": 601}, {"annual_rate_bp": -1}]
)
def test_what_nobody_lends_is_refused(wrong):
    with pytest.raises(CreditRefused):
        credit(**wrong)
