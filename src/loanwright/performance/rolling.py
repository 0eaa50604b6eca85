"""Roll rates: from which state of arrears accounts go to which within a month."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.migration import MigrationMatrix
from loanwright.performance.arrears import NOT_SEEN, REPAID, WRITTEN_OFF, arrears
from loanwright.performance.book import Book

#: From how many days past due each state begins.
FROM: Final = (0, 1, 30, 60, 90)
#: States of arrears in their order; whoever repays leaves.
STATES: Final = ("0", "1-29", "30-59", "60-89", "90+", "written_off")


@dataclass(frozen=True, kw_only=True, slots=True)
class RollRates:
    """Moves between states of arrears from one end of a month on book to the next.

    Attributes
    ----------
    matrix
        Counts of moves; those repaid within the month have left.
    months
        How many months of accounts were counted.
    """

    matrix: MigrationMatrix
    months: int

    def rate(self, before: str, after: str, *, level: float = 0.95) -> Estimate | None:
        """Return the share of a state that was in another a month later; None without any.

        Examples
        --------
        >>> from loanwright.metrics.migration import check_matrix
        >>> counts = np.zeros((6, 6)); counts[2, 3] = 1; counts[2, 0] = 3
        >>> rates = RollRates(matrix=check_matrix(counts, grades=STATES), months=4)
        >>> rates.rate("30-59", "60-89").value, rates.rate("90+", "0")
        (0.25, None)
        """
        i, j = self.matrix.grades.index(before), self.matrix.grades.index(after)
        size = int(self.matrix.before[i])
        return jeffreys(int(self.matrix.counts[i, j]), size, level=level) if size else None


def roll_rates(book: Book, *, months: int = 60, since: date | None = None) -> RollRates:
    """Return how accounts rolled on from month to month.

    Parameters
    ----------
    book
        Accounts and payments, seen from a day.
    months
        On book, to go through.
    since
        Count only months that ended on this day or later; None counts all.

    Notes
    -----
    An account begins its first month with nothing in arrears, and that month counts. What was
    written off stays so and is counted once, when it comes there.

    Examples
    --------
    >>> from loanwright.performance.book import book_of
    >>> never_paid = [(0, date(2024, 1, 31), 100, 0, None, None)]
    >>> book = book_of([(date(2024, 1, 1), None, None)], never_paid, date(2024, 5, 10))
    >>> rates = roll_rates(book)
    >>> rates.rate("1-29", "30-59").value, rates.months
    (1.0, 4)
    """
    last = min(months, int(book.months_seen().max(initial=0)))
    days = arrears(book, last)
    before = np.column_stack([np.zeros(len(book), dtype=np.int64), days])[:, :-1]
    counted = (days != NOT_SEEN) & (before >= 0)
    if since is not None:
        ends = np.column_stack([book.month_end(month + 1) for month in range(last)])
        counted &= ends >= np.datetime64(since, "D")
    size = len(STATES)
    origin, goal = _states(before[counted]), _states(days[counted])
    # Those that left stand in a column of their own behind the states.
    table = np.bincount(origin * (size + 1) + goal, minlength=size * (size + 1))
    counts = table.reshape(size, size + 1).astype(np.float64)
    matrix = MigrationMatrix(grades=STATES, counts=counts[:, :size], left=counts[:, size])
    return RollRates(matrix=matrix, months=int(counted.sum()))


def _states(days: np.ndarray) -> np.ndarray:
    found = np.searchsorted(FROM, days, side="right") - 1
    found = np.where(days == WRITTEN_OFF, len(STATES) - 1, found)
    return np.where(days == REPAID, len(STATES), found)
