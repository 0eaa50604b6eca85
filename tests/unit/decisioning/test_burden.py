"""Debt burden before and after a credit, and the most that one can afford."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.burden import (
    FACTS,
    HIGHEST_BURDEN,
    CapRefused,
    Means,
    MeansRefused,
    affordability_facts,
    burdening_payment,
    highest_amount,
    warns,
)
from loanwright.decisioning.schedule import Credit, Repayment

KINDS = st.sampled_from(list(Repayment))


@st.composite
def any_credit(draw):
    return Credit(
        repayment=draw(KINDS),
        amount=draw(st.integers(1, 10**9)),
        annual_rate_bp=draw(st.integers(0, 40_000)),
        term_months=draw(st.integers(1, 120)),
        disbursed_on=date(2026, 1, 31),
    )


@given(any_credit(), st.integers(0, 10**8), st.integers(0, 10**7), st.integers(1, 10_000))
def test_the_highest_amount_fits_and_one_more_does_not(wanted, income, payments, cap_bp):
    means = Means(income=income, payments=payments)
    most = highest_amount(wanted, means, cap_bp=cap_bp)
    assert 0 <= most <= wanted.amount
    if most:
        assert means.bears(burdening_payment(replace(wanted, amount=most)), cap_bp=cap_bp)
    if most < wanted.amount:
        more = burdening_payment(replace(wanted, amount=most + 1))
        assert not means.bears(more, cap_bp=cap_bp)


@given(any_credit())
def test_the_payment_that_burdens_grows_with_the_amount(credit):
    more = replace(credit, amount=credit.amount + 1)
    assert burdening_payment(more) >= burdening_payment(credit)


def test_half_of_the_income_is_borne_and_warned_of_only_above():
    means = Means(income=100_000, payments=20_000)
    assert means.bears(30_000, cap_bp=5_000)
    assert not means.bears(30_001, cap_bp=5_000)
    assert not warns(means.burden(30_000))
    assert warns(means.burden(30_001))


def test_a_bullet_credit_burdens_as_if_its_principal_were_paid_by_months():
    bullet = Credit(
        repayment=Repayment.BULLET,
        amount=1_200_000,
        annual_rate_bp=1_200,
        term_months=12,
        disbursed_on=date(2026, 1, 31),
    )
    assert burdening_payment(bullet) == burdening_payment(
        replace(bullet, repayment=Repayment.ANNUITY)
    )


def test_what_is_not_known_is_a_fact_that_is_missing_not_a_zero():
    credit = Credit(
        repayment=Repayment.ANNUITY,
        amount=1_000,
        annual_rate_bp=0,
        term_months=10,
        disbursed_on=date(2026, 1, 31),
    )
    unknown = affordability_facts(credit, None, currency="EUR")
    assert tuple(unknown) == FACTS
    assert unknown["debt_burden_before"] is None
    assert unknown["debt_burden_after"] is None
    assert unknown["monthly_payment"] == 1.0
    nothing = affordability_facts(None, Means(income=100, payments=20), currency="EUR")
    assert nothing["debt_burden_before"] == 0.2
    assert nothing["debt_burden_after"] is None


@pytest.mark.parametrize("wrong", [{"income": -1}, {"income": 1, "payments": -1}])
def test_means_that_nobody_has_are_refused(wrong):
    with pytest.raises(MeansRefused):
        Means(**wrong)


@pytest.mark.parametrize("cap_bp", [0, 10_001])
def test_a_cap_beyond_the_income_is_refused(cap_bp):
    credit = Credit(
        repayment=Repayment.ANNUITY,
        amount=1,
        annual_rate_bp=0,
        term_months=1,
        disbursed_on=date(2026, 1, 31),
    )
    with pytest.raises(CapRefused):
        highest_amount(credit, Means(income=1), cap_bp=cap_bp)


def test_payments_that_are_not_known_are_no_zero():
    unknown, none = Means(income=100, payments=None), Means(income=100, payments=0)
    assert unknown.burden() is None
    assert unknown.burden(10) is None
    assert none.burden() == 0.0
    # What the income alone cannot bear is too much whatever else there is to pay.
    assert unknown.bears(50, cap_bp=5_000)
    assert not unknown.bears(51, cap_bp=5_000)


@pytest.mark.parametrize("payments", [0, 1, 10**9, None])
def test_something_to_pay_without_income_is_the_highest_burden(payments):
    nobody = Means(income=0, payments=payments)
    assert nobody.burden(1) == HIGHEST_BURDEN
    assert nobody.burden() == (HIGHEST_BURDEN if payments else None)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_no_burden_is_higher_and_more_income_never_raises_it(income, payments, payment):
    found = Means(income=income, payments=payments).burden(payment)
    richer = Means(income=income + 1, payments=payments).burden(payment)
    assert found is None or 0 <= richer <= found <= HIGHEST_BURDEN
