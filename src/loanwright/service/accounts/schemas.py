"""Accounts and payments as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from loanwright.decisioning.payments import Payment
from loanwright.decisioning.schedule import Credit, Repayment


class Status(StrEnum):
    """Where an account is in its life."""

    OPEN = "open"
    CLOSED = "closed"
    WRITTEN_OFF = "written_off"
    CANCELLED = "cancelled"


#: Where an account may go from where it is.
NEXT: Mapping[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.CLOSED, Status.WRITTEN_OFF, Status.CANCELLED}),
    Status.CLOSED: frozenset({Status.OPEN}),
    Status.WRITTEN_OFF: frozenset({Status.OPEN, Status.CLOSED}),
    Status.CANCELLED: frozenset(),
}


class Why(StrEnum):
    """Why a payment is recorded anew."""

    MISTAKE = "mistake"
    PAID_SINCE = "paid_since"
    REVERSED = "reversed"
    RESTRUCTURED = "restructured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """Credit that is to be booked.

    Attributes
    ----------
    amount
        In minor units.
    annual_rate_bp
        Interest of a year in basis points.
    reference
        The lender's own number of the account; kept only as a keyed hash.
    """

    applicant_id: str
    product: str
    amount: int
    currency: str
    annual_rate_bp: int
    term_months: int
    repayment: Repayment
    disbursed_on: date
    reference: str | None = None
    decision_id: str | None = None
    offer_id: str | None = None

    @property
    def credit(self) -> Credit:
        """Return the sum lent and its terms, refusing what nobody lends."""
        return Credit(
            repayment=Repayment(self.repayment),
            amount=self.amount,
            annual_rate_bp=self.annual_rate_bp,
            term_months=self.term_months,
            disbursed_on=self.disbursed_on,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """Booked credit as it stands."""

    id: str
    applicant_id: str
    product: str
    decision_id: str | None
    offer_id: str | None
    amount: int
    currency: str
    annual_rate_bp: int
    term_months: int
    repayment: Repayment
    disbursed_on: date
    vintage: str
    status: Status
    ended_on: date | None
    overdue_since: date | None
    version: int
    opened_at: datetime

    @property
    def credit(self) -> Credit:
        """Return the sum lent and its terms."""
        return Credit(
            repayment=self.repayment,
            amount=self.amount,
            annual_rate_bp=self.annual_rate_bp,
            term_months=self.term_months,
            disbursed_on=self.disbursed_on,
        )

    def days_past_due(self, on: date) -> int:
        """Return how many days it is in arrears, by what is recorded now."""
        return 0 if self.overdue_since is None else max(0, (on - self.overdue_since).days)


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentRecord:
    """One month of an account, as somebody tells it; amounts in minor units.

    Attributes
    ----------
    number
        Which month, counted from 1; None for the one after the last recorded.
    due_on, due
        None where the schedule knows them.
    balance
        What was owed in all when it fell due.
    days_past_due
        Only where the lender counts them itself.
    """

    number: int | None = None
    due_on: date | None = None
    due: int | None = None
    paid: int = 0
    paid_on: date | None = None
    balance: int | None = None
    days_past_due: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedPayment:
    """One version of one payment."""

    account_id: str
    version: int
    payment: Payment
    why: Why | None
    recorded_at: datetime
    recorded_by: str

    @property
    def number(self) -> int:
        """Return which month it is."""
        return self.payment.number


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which accounts a list is about, None for any, and which page of it."""

    applicant_id: str | None = None
    status: Status | None = None
    product: str | None = None
    vintage: str | None = None
    days_past_due_from: int | None = None
    sort: str = "-opened_at"
    limit: int = 50
    cursor: str | None = None


def account_of(row: Mapping[str, Any]) -> Account:
    """Return the account in a row."""
    facts = {name: row[name] for name in Account.__dataclass_fields__}
    repayment, status = Repayment(facts["repayment"]), Status(facts["status"])
    return Account(**{**facts, "repayment": repayment, "status": status})


def recorded_of(row: Sequence[Any]) -> RecordedPayment:
    """Return the payment in a row whose columns are in the order of the table."""
    account_id, number, version, due_on, due, paid, paid_on, balance, days, why, at, by = row
    return RecordedPayment(
        account_id=account_id,
        version=version,
        payment=Payment(
            number=number,
            due_on=due_on,
            due=due,
            paid=paid,
            paid_on=paid_on,
            balance=balance,
            days_past_due=days,
        ),
        why=None if why is None else Why(why),
        recorded_at=at,
        recorded_by=by,
    )
