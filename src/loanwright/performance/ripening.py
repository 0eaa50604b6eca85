"""Labels with their maturity: how the accounts of a book turned out within their window."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.performance import PerformanceDefinition
from loanwright.performance.arrears import first_late
from loanwright.performance.book import Book, Days, Whole, or_far

GOOD: Final = 0
INDETERMINATE: Final = 1
BAD: Final = 2


@dataclass(frozen=True, kw_only=True)
class Labels:
    """How accounts turned out.

    Attributes
    ----------
    performance
        (accounts,) ``GOOD``, ``INDETERMINATE`` or ``BAD``, as of the day of the book.
    ripe
        (accounts,) whether the window was over. Labels of accounts that are not ripe are not a
        sample: their bads are known sooner than their goods.
    """

    performance: NDArray[np.int8]
    ripe: NDArray[np.bool_]

    @property
    def known(self) -> NDArray[np.bool_]:
        """(accounts,) ripe, and good or bad."""
        return self.ripe & (self.performance != INDETERMINATE)

    @property
    def default(self) -> NDArray[np.bool_]:
        """(accounts,) whether they were bad."""
        return self.performance == BAD


def turned_out(book: Book, definition: PerformanceDefinition) -> Labels:
    """Return how every account turned out, as `decisioning.performance` says of one.

    Parameters
    ----------
    book
        Accounts and payments, seen from a day.
    definition
        What counts as good and bad.

    Examples
    --------
    >>> from datetime import date
    >>> from loanwright.decisioning.performance import STANDARD
    >>> from loanwright.performance.book import book_of
    >>> never_paid = [(0, date(2024, 1, 31), 100, 0, None, None)]
    >>> book = book_of([(date(2024, 1, 1), None, None)], never_paid, date(2025, 1, 1))
    >>> labels = turned_out(book, STANDARD[0])
    >>> labels.default.tolist(), labels.ripe.tolist()
    ([True], [True])
    """
    ends = book.month_end(definition.months)
    seen = np.minimum(ends, book.day)
    due = book.payments.due_on <= seen[book.payments.account]
    bad = or_far(first_late(book, definition.bad_from)) <= ends
    late = _late_by(book, seen, due)
    worst = np.zeros(len(book), dtype=np.int64)
    np.maximum.at(worst, book.payments.account[due], late[due])
    any_due = np.zeros(len(book), dtype=np.bool_)
    any_due[book.payments.account[due]] = True
    doubtful = worst >= definition.indeterminate_from
    if definition.cure_payments is not None:
        doubtful &= ~_cured(book, seen, due, late, needed=definition.cure_payments)
    ripe = ends <= book.day
    complete = ripe | (or_far(book.repaid_on) <= book.day)
    found = np.full(len(book), GOOD, dtype=np.int8)
    found[doubtful | ~complete | ~any_due] = INDETERMINATE
    found[bad] = BAD
    return Labels(performance=found, ripe=ripe)


def _late_by(book: Book, seen: Days, due: NDArray[np.bool_]) -> Whole:
    """(payments,) days late at the end of the day up to which their account is seen."""
    payments = book.payments
    at = seen[payments.account]
    until = np.minimum(or_far(payments.settled_on), at)
    late = np.maximum((until - payments.due_on).astype(np.int64), 0)
    late = np.where(payments.reported >= 0, payments.reported, late)
    return np.where(due, late, 0)


def _cured(
    book: Book, seen: Days, due: NDArray[np.bool_], late: Whole, *, needed: int
) -> NDArray[np.bool_]:
    """(accounts,) whether nothing is owed and the last payments came on time."""
    payments = book.payments
    settled = (payments.reported >= 0) | (or_far(payments.settled_on) <= seen[payments.account])
    places = np.flatnonzero(due)
    order = places[np.lexsort((payments.due_on[places], payments.account[places]))]
    account = payments.account[order]
    count = np.bincount(account, minlength=len(book))
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    from_end = count[account] - 1 - (np.arange(len(order)) - start[account])
    cured = count >= needed
    cured[account[(from_end < needed) & (late[order] > 0)]] = False
    cured[account[~settled[order]]] = False
    return cured
