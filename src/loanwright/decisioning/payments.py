"""Payments month by month, and how late they were on a given day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class PaymentStatus(StrEnum):
    """How a payment stands on a day."""

    DUE = "due"
    PAID = "paid"
    PAID_LATE = "paid_late"
    PART_PAID = "part_paid"
    UNPAID = "unpaid"


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """What was due in one month and what was paid.

    Parameters
    ----------
    number
        Which month of the account it is, counted from 1.
    due, paid
        In minor units.
    paid_on
        When the last part of it came in, or None.
    balance
        What was owed in all when it fell due (the statement of a card), or None.
    days_past_due
        How many days the account was in arrears that month, where the lender says so itself;
        None lets the dates tell.
    """

    number: int
    due_on: date
    due: int
    paid: int
    paid_on: date | None = None
    balance: int | None = None
    days_past_due: int | None = None

    def settled_by(self, day: date) -> bool:
        """Return whether all of it had been paid by the end of a day."""
        if self.paid < self.due:
            return False
        return self.paid_on is None or self.paid_on <= day

    def days_late(self, on: date) -> int:
        """Return how many days late it was by the end of a day; 0 before it fell due.

        Examples
        --------
        >>> late = Payment(
        ...     number=1, due_on=date(2024, 1, 31), due=100, paid=100, paid_on=date(2024, 3, 1)
        ... )
        >>> [late.days_late(day) for day in (date(2024, 1, 31), date(2024, 2, 29), date.max)]
        [0, 29, 30]
        """
        if on < self.due_on:
            return 0
        if self.days_past_due is not None:
            return self.days_past_due
        if self.settled_by(on):
            return 0 if self.paid_on is None else max(0, (self.paid_on - self.due_on).days)
        return (on - self.due_on).days

    def status(self, on: date) -> PaymentStatus:
        """Return how it stands at the end of a day."""
        if self.settled_by(on):
            late = self.days_late(on) > 0
            return PaymentStatus.PAID_LATE if late else PaymentStatus.PAID
        if on <= self.due_on:
            return PaymentStatus.DUE
        come_in = self.paid > 0 and (self.paid_on is None or self.paid_on <= on)
        return PaymentStatus.PART_PAID if come_in else PaymentStatus.UNPAID


def overdue_since(payments: Sequence[Payment], on: date = date.max) -> date | None:
    """Return the day since which an account is in arrears, or None.

    It is the due date of the oldest payment that had not been settled. Where the lender counts
    the days itself, its latest count stands for that month and all before it.

    Examples
    --------
    >>> first = Payment(number=1, due_on=date(2024, 1, 31), due=100, paid=100)
    >>> second = Payment(number=2, due_on=date(2024, 2, 29), due=100, paid=40)
    >>> overdue_since([first, second], date(2024, 3, 10))
    datetime.date(2024, 2, 29)
    """
    fallen_due = sorted(
        (one for one in payments if one.due_on <= on), key=lambda one: (one.due_on, one.number)
    )
    since: date | None = None
    for one in fallen_due:
        if one.days_past_due is not None:
            behind = one.days_past_due
            since = one.due_on - timedelta(days=behind) if behind else None
        elif since is None and not one.settled_by(on):
            since = one.due_on
    return since


def days_past_due(payments: Sequence[Payment], on: date) -> int:
    """Return how many days an account is in arrears on a day."""
    since = overdue_since(payments, on)
    return 0 if since is None else (on - since).days
