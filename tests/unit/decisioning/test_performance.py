"""Performance: known answers by hand, and that lateness never helps."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loanwright.decisioning.months import add_months
from loanwright.decisioning.payments import Payment, days_past_due, overdue_since
from loanwright.decisioning.performance import (
    DefinitionRefused,
    History,
    NoDefinition,
    Performance,
    PerformanceDefinition,
    Why,
    definition_on,
    performance,
)

BEGUN = date(2023, 1, 31)
USUAL = PerformanceDefinition(name="usual", valid_from=date(2000, 1, 1))
CURING = replace(USUAL, name="curing", cure_payments=3)


def paid(number, late=0, **changes):
    due_on = add_months(BEGUN, number)
    usual = {"due_on": due_on, "due": 100, "paid": 100, "paid_on": due_on + timedelta(days=late)}
    return Payment(**{"number": number, **usual, **changes})


def missed(number, part=0):
    return paid(number, paid=part, paid_on=None)


def history(*exceptions, months=12, **changes):
    told = {one.number: one for one in exceptions}
    payments = [told.get(number, paid(number)) for number in range(1, months + 1)]
    return History(disbursed_on=BEGUN, payments=payments, **changes)


def answer(one, as_of=date(2024, 1, 31), definition=USUAL):
    standing = performance(one, as_of, definition)
    return standing.performance, standing.why, standing.worst_days_past_due


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (0, (Performance.GOOD, Why.PAID, 0)),
        (29, (Performance.GOOD, Why.PAID, 29)),
        (30, (Performance.INDETERMINATE, Why.LATE, 30)),
        (89, (Performance.INDETERMINATE, Why.LATE, 89)),
        (90, (Performance.BAD, Why.SERIOUSLY_LATE, 90)),
    ],
)
def test_one_payment_so_many_days_late(late, expected):
    assert answer(history(paid(3, late))) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2023, 4, 30), (Performance.INDETERMINATE, Why.TOO_YOUNG, 0)),
        (date(2023, 5, 30), (Performance.INDETERMINATE, Why.LATE, 30)),
        (date(2023, 7, 28), (Performance.INDETERMINATE, Why.LATE, 89)),
        (date(2023, 7, 29), (Performance.BAD, Why.SERIOUSLY_LATE, 90)),
        (date(2024, 1, 31), (Performance.BAD, Why.SERIOUSLY_LATE, 276)),
        (date(2030, 1, 1), (Performance.BAD, Why.SERIOUSLY_LATE, 276)),
    ],
)
def test_a_missed_payment_is_seen_to_grow_from_day_to_day_until_the_window_ends(as_of, expected):
    assert answer(history(missed(3, part=99)), as_of) == expected


def test_what_was_paid_later_is_not_yet_known_on_the_day_from_which_one_looks():
    late = history(paid(3, 100))
    assert answer(late, date(2023, 5, 10))[2] == 10
    assert days_past_due(late.payments, date(2023, 5, 10)) == 10
    assert days_past_due(late.payments, date(2023, 8, 8)) == 0


def test_a_window_that_begins_on_the_last_day_of_a_month_ends_on_one():
    for begun, ends in (
        (date(2023, 2, 28), date(2024, 2, 28)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 8, 31), date(2024, 8, 31)),
    ):
        one = History(disbursed_on=begun, payments=[])
        assert performance(one, date(2026, 1, 1), USUAL).window_ends_on == ends
    leap = History(disbursed_on=date(2023, 8, 31), payments=[])
    half = replace(USUAL, months=6)
    assert performance(leap, date(2026, 1, 1), half).window_ends_on == date(2024, 2, 29)


def test_what_happens_after_the_window_does_not_count():
    after = Payment(number=13, due_on=date(2024, 2, 29), due=100, paid=0)
    one = history()
    assert answer(replace(one, payments=[*one.payments, after]), date(2025, 1, 1))[0] == "good"


def test_an_account_repaid_early_is_judged_at_once_and_one_written_off_is_bad():
    assert answer(history(months=3), date(2023, 6, 1))[1] is Why.TOO_YOUNG
    assert answer(history(months=3, repaid_on=date(2023, 5, 1)), date(2023, 6, 1))[0] == "good"
    off = history(months=3, written_off_on=date(2023, 5, 1))
    assert answer(off, date(2023, 4, 30))[1] is Why.TOO_YOUNG
    assert answer(off, date(2023, 5, 1))[:2] == (Performance.BAD, Why.WRITTEN_OFF)


def test_an_account_on_which_nothing_fell_due_is_not_good():
    assert answer(history(months=0))[:2] == (Performance.INDETERMINATE, Why.NOTHING_DUE)


def test_lateness_is_cured_by_payments_on_time_and_badness_never():
    assert answer(history(paid(9, 45)), definition=CURING)[:2] == (Performance.GOOD, Why.CURED)
    assert answer(history(paid(10, 45)), definition=CURING)[0] == "indeterminate"
    assert answer(history(missed(9), paid(10)), date(2023, 12, 1), CURING)[0] == "indeterminate"
    assert answer(history(paid(2, 90)), definition=CURING)[0] == "bad"


def test_the_days_that_a_lender_counts_itself_are_the_days():
    stated = paid(3, paid=0, paid_on=None, days_past_due=60)
    assert answer(history(stated)) == (Performance.INDETERMINATE, Why.LATE, 60)
    rolled = [stated, paid(4, paid=0, paid_on=None, days_past_due=0)]
    assert overdue_since(rolled) is None
    assert overdue_since(rolled[:1]) == date(2023, 4, 30) - timedelta(days=60)


def test_the_day_chooses_the_definition():
    stricter = PerformanceDefinition(name="stricter", valid_from=date(2024, 7, 1), bad_from=60)
    both = (stricter, USUAL)
    assert definition_on(both, date(2024, 6, 30)) is USUAL
    assert definition_on(both, date(2024, 7, 1)) is stricter
    with pytest.raises(NoDefinition):
        definition_on(both, date(1999, 12, 31))


@pytest.mark.parametrize(
    "wrong",
    [
        {"months": 601},
        {"bad_from": 20},
        {"indeterminate_from": 0},
        {"cure_payments": 0},
    ],
)
def test_a_definition_that_leaves_a_gap_is_refused(wrong):
    with pytest.raises(DefinitionRefused):
        replace(USUAL, **wrong)


DEFINITIONS = st.builds(
    lambda months, low, more, cure: PerformanceDefinition(
        name="any",
        valid_from=date(2000, 1, 1),
        months=months,
        indeterminate_from=low,
        bad_from=low + more,
        cure_payments=cure,
    ),
    st.integers(1, 24),
    st.integers(1, 60),
    st.integers(0, 90),
    st.none() | st.integers(1, 6),
)
LATE = st.integers(0, 150)
PAYMENTS = st.lists(
    st.tuples(LATE, st.integers(0, 100), st.booleans()), min_size=1, max_size=24
).map(
    lambda told: [
        paid(number, late, paid=part, days_past_due=late if stated else None)
        for number, (late, part, stated) in enumerate(told, 1)
    ]
)
AS_OF = st.dates(date(2023, 3, 1), date(2026, 1, 1))


@given(PAYMENTS, DEFINITIONS, AS_OF, st.data())
def test_a_payment_that_comes_later_never_improves_an_account(payments, definition, as_of, data):
    place = data.draw(st.integers(0, len(payments) - 1))
    one = payments[place]
    days = data.draw(st.integers(1, 100))
    stated = None if one.days_past_due is None else one.days_past_due + days
    later = replace(one, paid_on=one.paid_on + timedelta(days=days), days_past_due=stated)
    worse = [*payments[:place], later, *payments[place + 1 :]]

    before = performance(History(disbursed_on=BEGUN, payments=payments), as_of, definition)
    after = performance(History(disbursed_on=BEGUN, payments=worse), as_of, definition)

    assert after.performance.severity >= before.performance.severity
    assert after.worst_days_past_due >= before.worst_days_past_due


@given(PAYMENTS, DEFINITIONS, AS_OF, LATE)
def test_one_more_late_payment_never_improves_an_account(payments, definition, as_of, late):
    before = performance(History(disbursed_on=BEGUN, payments=payments), as_of, definition)
    assume(before.why is not Why.NOTHING_DUE)
    more = [*payments, paid(len(payments) + 1, late + 1)]
    after = performance(History(disbursed_on=BEGUN, payments=more), as_of, definition)
    assert after.performance.severity >= before.performance.severity


@given(PAYMENTS, DEFINITIONS, AS_OF)
def test_the_order_in_which_payments_are_told_does_not_matter(payments, definition, as_of):
    one = History(disbursed_on=BEGUN, payments=payments)
    other = History(disbursed_on=BEGUN, payments=payments[::-1])
    assert performance(one, as_of, definition) == performance(other, as_of, definition)
    assert overdue_since(payments, as_of) == overdue_since(payments[::-1], as_of)


@given(PAYMENTS, AS_OF)
def test_arrears_begin_no_earlier_than_what_is_unpaid(payments, as_of):
    plain = [replace(one, days_past_due=None) for one in payments]
    unpaid = [one.due_on for one in plain if one.due_on <= as_of and not one.settled_by(as_of)]
    assert overdue_since(plain, as_of) == min(unpaid, default=None)
