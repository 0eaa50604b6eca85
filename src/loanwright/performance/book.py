"""Booked credit as columns: accounts, their payments, and the day from which they are seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loanwright.metrics.samples import ParameterOutOfRange, ShapesDiffer

Days: TypeAlias = NDArray[np.datetime64]
Whole: TypeAlias = NDArray[np.int64]

NEVER: Final = np.datetime64("NaT", "D")
#: Later than any day that is compared with.
FAR: Final = np.datetime64("9999-12-31", "D")


@dataclass(frozen=True, kw_only=True)
class PaymentColumns:
    """What fell due, of many accounts at once.

    Attributes
    ----------
    account
        (n,) place of the account among the accounts of the book.
    due_on
        (n,) day on which it fell due.
    settled_on
        (n,) day on which all of it had come in; NaT where it has not, the due day where the
        lender does not say when.
    reported
        (n,) days past due as the lender counts them itself, −1 where the dates tell.
    """

    account: Whole
    due_on: Days
    settled_on: Days
    reported: Whole

    def __post_init__(self) -> None:
        """Refuse columns of different lengths."""
        _check_lengths(
            account=self.account,
            due_on=self.due_on,
            settled_on=self.settled_on,
            reported=self.reported,
        )


def payment_columns(
    rows: Sequence[tuple[int, date, int, int, date | None, int | None]],
) -> PaymentColumns:
    """Return payments as columns.

    Parameters
    ----------
    rows
        Of each payment: place of its account, due day, what was due, what was paid, when the
        last part came in, and days past due where the lender counts them.

    Examples
    --------
    >>> columns = payment_columns([(0, date(2024, 1, 31), 100, 100, date(2024, 3, 1), None)])
    >>> columns.settled_on.astype(str).tolist(), columns.reported.tolist()
    (['2024-03-01'], [-1])
    """
    account = np.array([row[0] for row in rows], dtype=np.int64)
    due_on = _days(row[1] for row in rows)
    settled = [
        NEVER if paid < due else np.datetime64(paid_on or due_on_one, "D")
        for _, due_on_one, due, paid, paid_on, _ in rows
    ]
    reported = [-1 if row[5] is None else row[5] for row in rows]
    return PaymentColumns(
        account=account,
        due_on=due_on,
        settled_on=np.array(settled, dtype="datetime64[D]"),
        reported=np.array(reported, dtype=np.int64),
    )


@dataclass(frozen=True, kw_only=True)
class Book:
    """Accounts and payments, seen from one day.

    Attributes
    ----------
    disbursed_on
        (n,) day on which each account was paid out.
    repaid_on, written_off_on
        (n,) days on which it ended so; NaT where it did not.
    payments
        Of these accounts, in any order.
    as_of
        Nothing that happened later counts.
    """

    disbursed_on: Days
    repaid_on: Days
    written_off_on: Days
    payments: PaymentColumns
    as_of: date

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        _check_lengths(
            disbursed_on=self.disbursed_on,
            repaid_on=self.repaid_on,
            written_off_on=self.written_off_on,
        )
        places = self.payments.account
        if len(places) and not 0 <= places.min() <= places.max() < len(self):
            raise ParameterOutOfRange(
                name="account", value=int(places.max()), demand=f"it must be below {len(self)}"
            )

    def __len__(self) -> int:
        """Return how many accounts there are."""
        return len(self.disbursed_on)

    @property
    def day(self) -> np.datetime64:
        """Return the day from which the book is seen."""
        return np.datetime64(self.as_of, "D")

    @property
    def vintages(self) -> NDArray[np.datetime64]:
        """(n,) months of origination."""
        return self.disbursed_on.astype("datetime64[M]")

    def only(self, places: Whole) -> "Book":
        """Return the book of some of the accounts, in this order, each named once."""
        new = np.full(len(self), -1, dtype=np.int64)
        new[places] = np.arange(len(places))
        payments = self.payments
        kept = new[payments.account] >= 0
        return Book(
            disbursed_on=self.disbursed_on[places],
            repaid_on=self.repaid_on[places],
            written_off_on=self.written_off_on[places],
            payments=PaymentColumns(
                account=new[payments.account[kept]],
                due_on=payments.due_on[kept],
                settled_on=payments.settled_on[kept],
                reported=payments.reported[kept],
            ),
            as_of=self.as_of,
        )

    def month_end(self, months: int) -> Days:
        """(n,) day on which each account completes so many months on book.

        Examples
        --------
        >>> from loanwright.performance.book import book_of
        >>> book_of([(date(2024, 1, 31), None, None)], [], date(2024, 6, 1)).month_end(1)
        array(['2024-02-29'], dtype='datetime64[D]')
        """
        month = self.vintages + np.timedelta64(months, "M")
        last = (month + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
        offset = self.disbursed_on - self.vintages.astype("datetime64[D]")
        return np.minimum(month.astype("datetime64[D]") + offset, last)

    def months_seen(self) -> Whole:
        """(n,) complete months on book; below 0 for what was paid out after the day."""
        calendar = (self.day.astype("datetime64[M]") - self.vintages).astype(np.int64)
        months = calendar.copy()
        for one in np.unique(calendar):
            months[(calendar == one) & (self.month_end(int(one)) > self.day)] -= 1
        return months


def book_of(
    accounts: Sequence[tuple[date, date | None, date | None]],
    payments: Sequence[tuple[int, date, int, int, date | None, int | None]],
    as_of: date,
) -> Book:
    """Return a book of rows.

    Parameters
    ----------
    accounts
        Of each account: when it was paid out, when it was repaid, when it was written off.
    payments
        As in `payment_columns`.

    Examples
    --------
    >>> book = book_of([(date(2024, 1, 31), None, None)], [], date(2024, 3, 30))
    >>> len(book), book.months_seen().tolist(), str(book.vintages[0])
    (1, [1], '2024-01')
    """
    return Book(
        disbursed_on=_days(row[0] for row in accounts),
        repaid_on=_days(row[1] for row in accounts),
        written_off_on=_days(row[2] for row in accounts),
        payments=payment_columns(payments),
        as_of=as_of,
    )


def or_far(days: Days) -> Days:
    """Return days, with one later than any other where there is none.

    Examples
    --------
    >>> or_far(np.array([NEVER])) > np.datetime64("2199-12-31")
    array([ True])
    """
    return np.where(np.isnat(days), FAR, days)


def _days(values: Iterable[date | None]) -> Days:
    return np.array(list(values), dtype="datetime64[D]")


def _check_lengths(**columns: NDArray[np.generic]) -> None:
    (first, known), *others = columns.items()
    for name, column in others:
        if column.shape != known.shape or column.ndim != 1:
            raise ShapesDiffer(
                left=first, left_shape=known.shape, right=name, right_shape=column.shape
            )
