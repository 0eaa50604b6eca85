"""Options, the best of them, the chance of approval, and the order of quotes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.burden import Means, burdening_payment
from loanwright.decisioning.costs import Fees
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.schedule import Credit, Repayment
from loanwright.lending.chance import Reviewed, chance_of, wilson
from loanwright.lending.lender import Range
from loanwright.lending.options import MOST_AMOUNTS, Wish, best_of, options, price
from loanwright.lending.ranking import Quote, ranked

DAY = date(2026, 1, 31)


def credit(amount=1_000_00, months=12, rate=1_200):
    return Credit(
        repayment=Repayment.ANNUITY,
        amount=amount,
        annual_rate_bp=rate,
        term_months=months,
        disbursed_on=DAY,
    )


@given(
    st.integers(1, 10**6),
    st.integers(1, 10**5),
    st.integers(1, 10**7),
    st.integers(1, 10**7),
    st.lists(st.integers(1, 120), min_size=1, max_size=8, unique=True),
)
def test_no_option_is_below_the_lowest_above_the_wish_or_beyond_the_highest(
    lowest, step, wished, highest, terms
):
    lent = Range(lowest=lowest, step=step, terms=tuple(sorted(terms)))
    wish = Wish(amount=wished, term_months=12)
    tried = options(lent, wish, highest=highest)
    assert len(tried) <= (MOST_AMOUNTS + 1) * (len(terms) + 1)
    assert len(set(tried)) == len(tried)
    for one in tried:
        assert one.amount <= min(wished, highest)
        assert one == wish or one.amount >= lowest
    if wished <= highest:
        assert tried[0] == wish


def test_the_best_is_the_highest_amount_then_the_nearest_term_then_the_cheaper():
    wish = Wish(amount=2_000, term_months=12)
    found = [credit(1_000_00), credit(2_000_00, 24), credit(2_000_00, 18), credit(2_000_00, 6)]
    assert best_of(wish, found, None, cap_bp=5_000) == credit(2_000_00, 6)
    assert best_of(wish, [credit(rate=900), credit()], None, cap_bp=5_000) == credit(rate=900)


@given(st.integers(1_000, 10**7), st.integers(0, 10**6), st.integers(1, 10_000))
def test_the_best_is_within_the_means_wherever_they_are_known(income, payments, cap_bp):
    means = Means(income=income, payments=payments)
    found = [credit(amount * 100, months) for amount in (500, 1_000, 5_000) for months in (6, 24)]
    best = best_of(Wish(amount=5_000, term_months=6), found, means, cap_bp=cap_bp)
    borne = [one for one in found if means.bears(burdening_payment(one), cap_bp=cap_bp)]
    assert (best is None) == (not borne)
    if best is not None:
        assert best in borne
        assert best.amount == max(one.amount for one in borne)


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_chance_of_a_referral_lies_in_its_interval(approved, more):
    reviewed = Reviewed(approved=approved, resolved=approved + more)
    found = chance_of(Outcome.REFER, reviewed)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.basis, found.reviews) == ("reviews", approved + more)


def test_the_chance_says_what_is_known_and_no_more():
    nobody = Reviewed()
    assert chance_of(Outcome.APPROVE, nobody).value == 1.0
    assert chance_of(Outcome.DECLINE, Reviewed(approved=9, resolved=9)).value == 0.0
    unknown = chance_of(Outcome.REFER, nobody)
    assert (unknown.value, unknown.low, unknown.basis) == (None, None, "unknown")


def test_wilsons_interval_as_published():
    # Newcombe, Two-sided confidence intervals for the single proportion (1998), table I:
    # 81 of 263 is 0.2553 to 0.3662, 15 of 148 is 0.0624 to 0.1605.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15 / 148, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def quote(lender, *, outcome=Outcome.APPROVE, wished=True, best=None, reviewed=None, rate=1_200):
    asked = price(credit(rate=rate), None)
    return Quote(
        lender=lender,
        product=f"{lender}-loan",
        outcome=outcome,
        chance=chance_of(outcome, reviewed or Reviewed()),
        wished=asked if wished else None,
        best=asked if best is None and outcome is Outcome.APPROVE else best,
    )


def test_quotes_are_ranked_by_chance_and_then_by_cost():
    less = price(credit(500_00), None)
    sure = Reviewed(approved=9, resolved=10)
    quotes = [
        quote("declines", outcome=Outcome.DECLINE, wished=False),
        quote("unknown", outcome=Outcome.REFER),
        quote("likely", outcome=Outcome.REFER, reviewed=sure),
        quote("less", outcome=Outcome.REFER, best=less),
        quote("dear", rate=2_000),
        quote("cheap", rate=800),
    ]
    order = ["cheap", "dear", "less", "likely", "unknown", "declines"]
    assert [one.lender for one in ranked(quotes)] == order
    assert [one.lender for one in ranked(quotes[::-1])] == order


def test_what_is_beyond_the_means_comes_after_what_a_person_looks_at():
    beyond = replace(quote("beyond"), best=None, within_means=False)
    referred = quote("refers", outcome=Outcome.REFER)
    declined = quote("declines", outcome=Outcome.DECLINE, wished=False)
    found = ranked([beyond, declined, referred])
    assert [one.lender for one in found] == ["refers", "beyond", "declines"]


def test_a_price_counts_fees_and_burden():
    priced = price(credit(), Means(income=1_000_00, payments=100_00), Fees(upfront=50_00))
    assert priced.cost.fees == 50_00
    assert priced.debt_burden_before == 0.1
    assert priced.debt_burden_after == pytest.approx(0.18885)
    assert priced.psk is None
    assert price(credit(), None, russian=True).psk == pytest.approx(12.0, abs=0.0011)
