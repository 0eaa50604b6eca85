"""The APR against the worked examples of the law, and whatever the credit.

The examples are those of Directive 98/7/EC, Annex II (Annex III of 87/102/EEC), whose equation
2008/48/EC and 2023/2225 have kept: read in COM(1996) 79 and at betterregulation.com, 260747.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.costs import Fees, Flow, cost, flows
from loanwright.decisioning.schedule import Credit, Repayment
from loanwright.pricing.apr import (
    Timed,
    annual_percentage_rate,
    apr_of,
    by_days,
    by_months,
    years_between,
)
from loanwright.pricing.roots import NoRate, stated

START = date(1994, 1, 1)
REPAYMENTS = st.sampled_from(
    [Repayment.ANNUITY, Repayment.DIFFERENTIATED, Repayment.BULLET, Repayment.REVOLVING]
)


def movements(*told):
    return [Flow(on=day, month=0, amount=amount * 100) for day, amount in told]


EXAMPLES = {
    "first": ([(START, 1_000), (date(1995, 7, 1), -1_200)], {1: 13.0, 2: 12.96}),
    "second": ([(START, 950), (date(1995, 7, 1), -1_200)], {1: 16.9}),
    "third": (
        [(START, 1_000), (date(1995, 1, 1), -600), (date(1996, 1, 1), -600)],
        {1: 13.1, 2: 13.07},
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_worked_example_of_the_directive_gives_every_digit_that_it_states(name):
    told, published = EXAMPLES[name]
    rate = annual_percentage_rate(by_days(movements(*told)))
    assert {digits: stated(rate, digits) for digits in published} == published


def test_the_third_example_gives_the_seven_digits_that_the_directive_prints():
    # i = 0,1306623: cut off, not rounded, as (0.6 + sqrt(2.76)) / 2 - 1 = 0.13066238... shows.
    rate = annual_percentage_rate(by_days(movements(*EXAMPLES["third"][0])))
    assert int(rate * 10**7) == 1_306_623
    assert rate == pytest.approx((0.6 + 2.76**0.5) / 2 - 1, abs=1e-13)


@pytest.mark.parametrize(
    ("lent", "instalment", "published"),
    [(1_000_00, 172_55, 0.1268619060964253), (10_000_00, 1_707_00, 0.08569257)],
)
def test_six_monthly_instalments_as_another_implementation_states_them(lent, instalment, published):
    # curo, EU200848EC: its tests and its read-me.
    moved = [Timed(0, lent), *(Timed(month / 12, -instalment) for month in range(1, 7))]
    assert annual_percentage_rate(moved) == pytest.approx(published, abs=5e-9)


def test_the_example_of_a_school_book():
    # Free-standing Mathematics Qualification, "APR with more than one instalment", fsmq.org
    # feb08afisaapr2si: 5,000 in three yearly instalments of 2,000 is 9.7 %.
    loan = [Timed(0, 5_000_00), *(Timed(year, -2_000_00) for year in (1, 2, 3))]
    assert stated(annual_percentage_rate(loan), 1) == 9.7


@st.composite
def any_credit(draw):
    return Credit(
        repayment=draw(REPAYMENTS),
        amount=draw(st.integers(10_000, 10**10)),
        annual_rate_bp=draw(st.integers(0, 20_000)),
        term_months=draw(st.integers(1, 360)),
        disbursed_on=draw(st.dates(date(1990, 1, 1), date(2100, 12, 31))),
    )


@given(any_credit(), st.integers(0, 3_000), st.integers(0, 5_000))
def test_at_the_apr_everything_that_moves_is_worth_the_same(credit, upfront_bp, monthly):
    moved = by_months(flows(credit, Fees(upfront_bp=upfront_bp, monthly=monthly)))
    rate = annual_percentage_rate(moved)
    worth = [one.amount * (1 + rate) ** -one.years for one in moved]
    assert abs(sum(worth)) <= 1e-6 * sum(map(abs, worth))


@given(any_credit(), st.integers(0, 3_000))
def test_fees_never_make_a_credit_cheaper(credit, upfront_bp):
    fees = Fees(upfront_bp=upfront_bp)
    assert apr_of(credit, fees) >= apr_of(credit)
    assert cost(credit, fees).total >= cost(credit).total


@given(st.integers(0, 20_000), st.integers(2, 120))
def test_without_fees_the_apr_of_an_annuity_is_its_monthly_rate_over_a_year(rate_bp, months):
    credit = Credit(
        repayment=Repayment.ANNUITY,
        amount=10**12,
        annual_rate_bp=rate_bp,
        term_months=months,
        disbursed_on=date(2026, 1, 31),
    )
    exact = (1 + rate_bp / 120_000) ** 12 - 1
    assert annual_percentage_rate(by_months(flows(credit))) == pytest.approx(exact, abs=1e-9)


def test_a_year_with_a_leap_day_is_a_whole_year_and_its_days_are_of_366():
    assert years_between(date(2024, 2, 29), date(2025, 2, 28)) == 1.0
    assert years_between(date(2024, 1, 1), date(2024, 1, 2)) == 1 / 366
    assert years_between(date(2025, 1, 1), date(2025, 1, 2)) == 1 / 365


def test_what_is_given_back_in_part_has_a_negative_rate():
    assert annual_percentage_rate([Timed(0, 1_000), Timed(1, -900)]) == pytest.approx(-0.1)


@pytest.mark.parametrize("moved", [[], [Timed(0, 1)], [Timed(0, -1), Timed(1, -1)]])
def test_money_that_moves_one_way_has_no_rate(moved):
    with pytest.raises(NoRate):
        annual_percentage_rate(moved)


def test_a_payday_loan_of_thousands_of_per_cent_has_a_rate():
    rate = annual_percentage_rate([Timed(0, 100), Timed(7 / 365, -200)])
    assert rate == pytest.approx(2 ** (365 / 7) - 1)
