"""Vintages, roll rates and early arrears, worked out by hand."""

from datetime import date

import numpy as np
import pytest

from loanwright.metrics.samples import ParameterOutOfRange
from loanwright.performance.book import book_of
from loanwright.performance.rolling import STATES, roll_rates
from loanwright.performance.vintages import (
    CLOPPER_PEARSON,
    at_month,
    early_arrears,
    rate_of,
    vintage_curves,
)


def one_payment(place, due_on, paid_on=None):
    return (place, due_on, 100, 0 if paid_on is None else 100, paid_on, None)


def test_those_not_yet_seen_for_so_long_do_not_count_not_even_when_bad():
    accounts = [(date(2024, 1, 1), None, None), (date(2024, 1, 25), None, date(2024, 2, 1))]
    curve = vintage_curves(book_of(accounts, [], date(2024, 2, 10)))[0]
    assert [(one.rows, one.bad, one.mature) for one in curve.points] == [(1, 0, False)]
    assert (curve.accounts, curve.mature_months) == (2, 0)


def test_rates_never_fall_along_a_curve_of_accounts_that_are_all_seen():
    random = np.random.default_rng(1)
    accounts, paid = [], []
    for place in range(300):
        accounts.append((date(2023, 1, 1 + place % 28), None, None))
        for month in range(2, 13):
            late = random.random() < 0.05
            paid.append(
                one_payment(place, date(2023, month, 5), None if late else date(2023, month, 5))
            )
    curve = vintage_curves(book_of(accounts, paid, date(2024, 12, 31)), days=30, months=12)[0]
    rates = [one.rate.value for one in curve.points]
    assert rates == sorted(rates)
    assert curve.mature_months == 12
    assert rates[-1] > 0.3
    assert at_month([curve], 12)[0][1].bad == round(rates[-1] * 300)


def test_a_repaid_account_stays_in_the_denominator_and_leaves_the_states():
    accounts = [(date(2024, 1, 1), date(2024, 2, 15), None)]
    book = book_of(accounts, [one_payment(0, date(2024, 2, 1), date(2024, 2, 1))], date(2024, 6, 1))
    assert [one.rows for one in vintage_curves(book)[0].points] == [1] * 5
    rates = roll_rates(book)
    assert rates.months == 2
    assert rates.matrix.left.tolist() == [1.0] + [0.0] * 5


def test_an_account_that_stops_paying_rolls_through_every_state():
    book = book_of(
        [(date(2024, 1, 1), None, date(2024, 6, 15))],
        [one_payment(0, date(2024, 2, 1))],
        date(2024, 12, 1),
    )
    rates = roll_rates(book)
    moves = [(STATES[i], STATES[j]) for i, j in np.argwhere(rates.matrix.counts)]
    assert moves == [
        ("0", "0"),
        ("0", "1-29"),
        ("1-29", "60-89"),
        ("60-89", "90+"),
        ("90+", "90+"),
        ("90+", "written_off"),
    ]
    assert rates.rate("written_off", "written_off") is None
    later = roll_rates(book, since=date(2024, 7, 1))
    assert later.months == 1


def test_early_arrears_know_when_they_are_known():
    accounts = [(date(2024, 1, 1), None, None), (date(2024, 3, 1), None, None)]
    book = book_of(accounts, [one_payment(0, date(2024, 2, 1))], date(2024, 3, 20))
    january, march = early_arrears(book)
    assert (january.first_payment.value, january.early_rows, january.mature) == (1.0, 0, False)
    assert (march.first_payment, march.early) == (None, None)


def test_exact_intervals_hold_those_of_jeffreys():
    for bad in (0, 1, 7, 50):
        narrow, wide = rate_of(bad, 50), rate_of(bad, 50, interval=CLOPPER_PEARSON)
        assert wide.lower <= narrow.lower
        assert narrow.upper <= wide.upper
    with pytest.raises(ParameterOutOfRange):
        rate_of(1, 2, interval="wald")
