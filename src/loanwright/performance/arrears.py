"""How late accounts were: on which day for the first time, and at the end of each month."""

from typing import Final

import numpy as np

from loanwright.metrics.samples import ParameterOutOfRange
from loanwright.performance.book import FAR, NEVER, Book, Days, Whole, or_far

#: Instead of days past due: the month is not over, the account was repaid, or written off.
NOT_SEEN: Final = -1
REPAID: Final = -2
WRITTEN_OFF: Final = -3


def first_late(book: Book, days: int) -> Days:
    """Return on which day each account was so many days late for the first time.

    Parameters
    ----------
    book
        Accounts and payments.
    days
        Days past due, 1 or more. What is written off is late from that day on.

    Returns
    -------
    ndarray
        (accounts,) NaT where it has not happened by the day of the book.

    Examples
    --------
    >>> from datetime import date
    >>> from loanwright.performance.book import book_of
    >>> paid = [(0, date(2024, 1, 31), 100, 100, date(2024, 3, 10), None)]
    >>> book = book_of([(date(2024, 1, 1), None, None)], paid, date(2024, 6, 1))
    >>> str(first_late(book, 30)[0]), str(first_late(book, 60)[0])
    ('2024-03-01', 'NaT')
    """
    found = np.full(len(book), FAR)
    np.minimum.at(found, book.payments.account, _late_on(book, days))
    found = np.minimum(found, or_far(book.written_off_on))
    found[found > book.day] = NEVER
    return found


def _late_on(book: Book, days: int) -> Days:
    """(payments,) the day on which each is so many days late; FAR for never."""
    if days < 1:
        raise ParameterOutOfRange(name="days", value=days, demand="it must be at least 1")
    payments = book.payments
    reached = payments.due_on + np.timedelta64(days, "D")
    settled = or_far(payments.settled_on)
    by_dates = np.where(settled >= reached, reached, FAR)
    by_report = np.where(payments.reported >= days, payments.due_on, FAR)
    return np.where(payments.reported >= 0, by_report, by_dates)


def first_payment_late(book: Book, days: int) -> Days:
    """Return on which day the first payment of each account was so many days late.

    Returns
    -------
    ndarray
        (accounts,) NaT where it has not happened by the day of the book.
    """
    first = first_due(book)
    payments = book.payments
    own = payments.due_on == first[payments.account]
    late = np.where(own, _late_on(book, days), FAR)
    found = np.full(len(book), FAR)
    np.minimum.at(found, payments.account, late)
    found[found > book.day] = NEVER
    return found


def first_due(book: Book) -> Days:
    """(accounts,) day on which the first payment fell due; FAR where none is known."""
    found = np.full(len(book), FAR)
    np.minimum.at(found, book.payments.account, book.payments.due_on)
    return found


def arrears(book: Book, months: int) -> Whole:
    """Return the days past due at the end of each month on book.

    Parameters
    ----------
    book
        Accounts and payments.
    months
        How many months to go through.

    Returns
    -------
    ndarray
        (accounts, months) days past due at the end of month 1, 2, …: the age of the oldest
        payment that was not settled, or the lender's own last count. ``NOT_SEEN`` where the
        month had not ended by the day of the book, ``REPAID`` and ``WRITTEN_OFF`` after the end.

    Examples
    --------
    >>> from datetime import date
    >>> from loanwright.performance.book import book_of
    >>> paid = [(0, date(2024, 1, 31), 100, 100, date(2024, 3, 10), None)]
    >>> book = book_of([(date(2024, 1, 1), None, None)], paid, date(2024, 4, 15))
    >>> arrears(book, 4).tolist()
    [[1, 30, 0, -1]]
    """
    found = np.zeros((len(book), months), dtype=np.int64)
    for month in range(1, months + 1):
        found[:, month - 1] = _days_past_due(book, book.month_end(month))
    return found


def _days_past_due(book: Book, day: Days) -> Whole:
    """(accounts,) days past due at the end of a day that may differ by account."""
    payments = book.payments
    at = day[payments.account]
    fallen = payments.due_on <= at
    told = fallen & (payments.reported >= 0)
    last_told = np.full(len(book), -FAR.astype(np.int64)).astype("datetime64[D]")
    np.maximum.at(last_told, payments.account[told], payments.due_on[told])
    own = last_told[payments.account]
    since = np.full(len(book), FAR)
    newest = told & (payments.due_on == own) & (payments.reported > 0)
    behind = payments.due_on - payments.reported.astype("timedelta64[D]")
    np.minimum.at(since, payments.account[newest], behind[newest])
    by_dates = fallen & (payments.reported < 0) & (payments.due_on > own)
    waiting = by_dates & (or_far(payments.settled_on) > at)
    np.minimum.at(since, payments.account[waiting], payments.due_on[waiting])
    late = np.maximum((day - since).astype(np.int64), 0)
    late[or_far(book.repaid_on) <= day] = REPAID
    late[or_far(book.written_off_on) <= day] = WRITTEN_OFF
    late[day > book.day] = NOT_SEEN
    return late
