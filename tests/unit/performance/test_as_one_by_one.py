"""The columns say of every account what the definition says of one."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.decisioning.months import add_months, months_between
from loanwright.decisioning.payments import Payment, days_past_due
from loanwright.decisioning.performance import (
    History,
    Performance,
    PerformanceDefinition,
    performance,
)
from loanwright.performance.arrears import NOT_SEEN, REPAID, WRITTEN_OFF, arrears
from loanwright.performance.book import book_of
from loanwright.performance.ripening import BAD, GOOD, INDETERMINATE, turned_out

CODES = {Performance.GOOD: GOOD, Performance.INDETERMINATE: INDETERMINATE, Performance.BAD: BAD}
START = date(2023, 1, 1)


@st.composite
def payments(draw, disbursed_on):
    found, reports = [], draw(st.booleans())
    for number in range(1, draw(st.integers(0, 8)) + 1):
        due_on = add_months(disbursed_on, number)
        reported = draw(st.sampled_from([None, 0, 15, 40, 95])) if reports else None
        late = draw(st.sampled_from([None, -3, 0, 5, 31, 62, 100]))
        paid_on = None if late is None else due_on + timedelta(days=late)
        paid = 0 if late is None else draw(st.sampled_from([100, 40]))
        found.append(
            Payment(
                number=number,
                due_on=due_on,
                due=100,
                paid=paid,
                paid_on=paid_on if paid else None,
                days_past_due=reported,
            )
        )
    return found


@st.composite
def histories(draw):
    disbursed_on = START + timedelta(days=draw(st.integers(0, 100)))
    paid = draw(payments(disbursed_on))
    end = disbursed_on + timedelta(days=draw(st.integers(20, 400)))
    how = draw(st.sampled_from(["open", "open", "repaid", "written_off"]))
    return History(
        disbursed_on=disbursed_on,
        payments=paid,
        repaid_on=end if how == "repaid" else None,
        written_off_on=end if how == "written_off" else None,
    )


def columns(held, as_of):
    accounts = [(one.disbursed_on, one.repaid_on, one.written_off_on) for one in held]
    rows = [
        (place, p.due_on, p.due, p.paid, p.paid_on, p.days_past_due)
        for place, one in enumerate(held)
        for p in one.payments
    ]
    return book_of(accounts, rows, as_of)


days = st.integers(0, 700).map(lambda more: START + timedelta(days=more))


@settings(max_examples=200, deadline=None)
@given(st.lists(histories(), min_size=1, max_size=4), days, st.sampled_from([None, 1, 3]))
def test_labels_are_those_of_the_definition(held, as_of, cure):
    definition = PerformanceDefinition(name="d", valid_from=START, months=6, cure_payments=cure)
    labels = turned_out(columns(held, as_of), definition)
    wanted = [performance(one, as_of, definition) for one in held]
    assert labels.performance.tolist() == [CODES[one.performance] for one in wanted]
    assert labels.ripe.tolist() == [one.window_ends_on <= as_of for one in wanted]


@settings(max_examples=200, deadline=None)
@given(st.lists(histories(), min_size=1, max_size=4), days)
def test_arrears_are_those_of_each_payment(held, as_of):
    book = columns(held, as_of)
    found = arrears(book, 12)
    seen = book.months_seen()
    for place, one in enumerate(held):
        assert seen[place] == months_between(one.disbursed_on, as_of)
        for month in range(1, 13):
            end = add_months(one.disbursed_on, month)
            wanted = days_past_due(one.payments, end)
            if one.repaid_on is not None and one.repaid_on <= end:
                wanted = REPAID
            if one.written_off_on is not None and one.written_off_on <= end:
                wanted = WRITTEN_OFF
            wanted = NOT_SEEN if end > as_of else wanted
            assert found[place, month - 1] == wanted


def test_the_end_of_february_is_the_end_of_a_month_on_book():
    book = book_of([(date(2024, 1, 31), None, None)], [], date(2024, 3, 30))
    assert [str(book.month_end(one)[0]) for one in (1, 2)] == ["2024-02-29", "2024-03-31"]
    assert book.months_seen().tolist() == [1]
    assert np.array_equal(book.vintages, np.array(["2024-01"], dtype="datetime64[M]"))
