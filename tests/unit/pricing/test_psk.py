"""The full cost of a credit (PSK): by hand, by the law's own figures, and whatever the credit.

353-FZ has no worked example and none of the Bank of Russia was found in what could be searched.
What can be checked against published figures is the pair that the law names itself: a daily rate
of 0.8 % and a full cost of 292.000 % (part 23 of article 5 and part 11 of article 6, as of 1 July
2023), and before that 1 % and 365.000 %; lenders publish the same (billum.ru: 0.5 % a day is
182.5 %).
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.costs import Fees, Flow, flows
from loanwright.decisioning.schedule import Credit, Repayment
from loanwright.pricing.psk import A_YEAR, MONTH, BasePeriod, base_period, full_cost, psk_of
from loanwright.pricing.roots import NoRate

START = date(2026, 1, 31)


def loan(days, daily_rate, amount=30_000_00):
    back = amount + round(amount * daily_rate * days)
    paid_on = START + timedelta(days=days)
    return [Flow(on=START, month=0, amount=amount), Flow(on=paid_on, month=0, amount=-back)]


@pytest.mark.parametrize("days", [5, 7, 15, 30, 31, 100, 364])
@pytest.mark.parametrize(
    ("daily_rate", "published"), [(0.01, 365.0), (0.008, 292.0), (0.005, 182.5)]
)
def test_a_loan_until_payday_costs_what_the_law_says_of_its_daily_rate(days, daily_rate, published):
    assert full_cost(loan(days, daily_rate)) == published


def annuity(**changes):
    usual = {"repayment": Repayment.ANNUITY, "amount": 10**12, "annual_rate_bp": 1_800}
    return Credit(**{**usual, "term_months": 24, "disbursed_on": START, **changes})


@given(st.integers(1, 29_200), st.integers(2, 120))
def test_without_fees_the_full_cost_of_monthly_payments_is_the_rate_of_the_contract(
    rate_bp, months
):
    credit = annuity(annual_rate_bp=rate_bp, term_months=months)
    assert psk_of(credit) == pytest.approx(rate_bp / 100, abs=0.0011)


def test_a_fee_by_hand():
    # 1,000 less a fee of 100, and 1,000 a month later at 10 % a month: 900 = 1,100 / (1 + i),
    # i = 2/9, twelve months of it are 266.667 %.
    moved = [
        Flow(on=START, month=0, amount=900_00),
        Flow(on=date(2026, 2, 28), month=1, amount=-1_100_00),
    ]
    assert full_cost(moved, MONTH) == 266.667


def test_a_part_of_a_base_period_bears_simple_interest():
    # 1,000, repaid after one and a half periods of 10 days by 1,155: (1 + i)(1 + i/2) = 1.155,
    # i = 0.1 exactly; 36.5 periods of it are 365 %.
    paid_on = START + timedelta(days=15)
    moved = [Flow(on=START, month=0, amount=1_000), Flow(on=paid_on, month=0, amount=-1_155)]
    assert full_cost(moved, BasePeriod(10, "day")) == 365.0


@pytest.mark.parametrize(
    ("gaps", "found"),
    [
        ([14, 14, 14], BasePeriod(14, "day")),
        ([7, 14, 14, 7], BasePeriod(7, "day")),
        ([10, 20, 33], BasePeriod(21, "day")),
        ([400, 500], A_YEAR),
        ([365], A_YEAR),
    ],
)
def test_the_base_period_is_the_most_frequent_interval(gaps, found):
    days = [START + timedelta(days=sum(gaps[:n])) for n in range(len(gaps) + 1)]
    assert base_period(days) == found


def test_payments_every_quarter_have_a_base_period_of_three_months():
    days = [date(2026, 1, 31), date(2026, 4, 30), date(2026, 7, 31)]
    assert base_period(days) == BasePeriod(3, "month")


@given(st.integers(1, 20_000), st.integers(0, 2_000), st.integers(2, 60))
def test_the_full_cost_of_fees_is_above_the_rate_of_the_contract(rate_bp, fee_bp, months):
    credit = annuity(annual_rate_bp=rate_bp, term_months=months)
    assert psk_of(credit, Fees(upfront_bp=fee_bp)) >= psk_of(credit)


def test_a_credit_that_costs_nothing_has_a_full_cost_of_nothing():
    assert psk_of(annuity(annual_rate_bp=0)) == 0.0


def test_money_that_moves_one_way_has_no_full_cost():
    with pytest.raises(NoRate):
        full_cost([Flow(on=START, month=0, amount=1)])


def test_what_is_found_in_the_days_of_a_monthly_schedule_is_what_its_months_give():
    credit = annuity(amount=300_000_00)
    assert full_cost(flows(credit)) == psk_of(credit)
