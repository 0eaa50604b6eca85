"""Accounts and payments as they appear over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from loanwright.decisioning.payments import PaymentStatus, days_past_due
from loanwright.decisioning.performance import Performance, Standing
from loanwright.decisioning.performance import Why as Because
from loanwright.decisioning.schedule import (
    HIGHEST_RATE,
    LARGEST_AMOUNT,
    LONGEST_TERM,
    Instalment,
    Repayment,
)
from loanwright.service.accounts.schemas import Account, RecordedPayment, Status, Why
from loanwright.service.kit.clock import iso
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
LONGEST_ARREARS = 36_500

Minor = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT, description="In minor units.")]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Rate = Annotated[
    int,
    Field(ge=0, le=HIGHEST_RATE, description="Interest of a year in basis points: 1250 is 12.5%."),
]
Term = Annotated[int, Field(ge=1, le=LONGEST_TERM)]
DecisionReference = Annotated[str, Field(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
Reference = Annotated[
    str,
    Field(
        pattern="^[!-~]{1,64}$",
        description="Your own number of the account; kept only as a keyed hash, unique.",
    ),
]


class Document(BaseModel):
    """A body or an answer."""

    model_config = ConfigDict(extra="forbid")


class AccountOpening(Document):
    """Credit to be booked."""

    applicant_id: Annotated[str, Field(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")]
    product: Annotated[str, Field(pattern="^[a-z0-9.-]{1,64}$")]
    amount: Annotated[int, Field(ge=1, le=LARGEST_AMOUNT, description="In minor units.")]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    annual_rate_bp: Rate
    term_months: Term
    repayment: Repayment | None = Field(
        default=None, description="Left out, it is what the product lays down."
    )
    disbursed_on: Day
    decision_id: DecisionReference | None = None
    reference: Reference | None = None


class AccountChange(Document):
    """What is to be changed; null clears, what is left out stays."""

    status: Status | None = None
    ended_on: Day | None = None
    annual_rate_bp: Rate | None = None
    term_months: Term | None = None
    decision_id: DecisionReference | None = None
    reference: Reference | None = None

    @field_validator("status", "annual_rate_bp", "term_months")
    @classmethod
    def _stays(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be cleared: leave it out to keep it")
        return value


class AccountQuery(Document):
    """Which accounts are asked for."""

    applicant_id: Annotated[str, Field(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")] | None = None
    status: Status | None = None
    product: Annotated[str, Field(pattern="^[a-z0-9.-]{1,64}$")] | None = None
    vintage: Annotated[str, Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")] | None = Field(
        default=None, description="Month of origination."
    )
    days_past_due_from: Annotated[int, Field(ge=1, le=LONGEST_ARREARS)] | None = Field(
        default=None, description="In arrears for at least so many days."
    )
    sort: str = Field(
        default="-opened_at",
        pattern="^-?(opened_at|disbursed_on|amount)$",
        description="With a - for descending.",
    )
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: Annotated[str, Field(max_length=512)] | None = None


class AccountDocument(Document):
    """Booked credit as it stands."""

    id: str = Field(examples=["acc_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"])
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
    vintage: str = Field(examples=["2026-11"])
    status: Status
    ended_on: date | None
    days_past_due: int = Field(ge=0, description="Today, by what is recorded.")
    version: int
    opened_at: datetime


class AccountPage(Document):
    """One page of accounts."""

    items: list[AccountDocument]
    next_cursor: str | None


class PaymentTold(Document):
    """One month of an account."""

    number: Annotated[int, Field(ge=1, le=LONGEST_TERM)] | None = Field(
        default=None, description="Which month; left out, the one after the last recorded."
    )
    due_on: Day | None = Field(default=None, description="Left out, what the schedule says.")
    due: Minor | None = Field(default=None, description="Left out, what the schedule says.")
    paid: Minor = 0
    paid_on: Day | None = None
    balance: Annotated[int, Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)] | None = Field(
        default=None, description="What was owed in all when it fell due, in minor units."
    )
    days_past_due: Annotated[int, Field(ge=0, le=LONGEST_ARREARS)] | None = Field(
        default=None, description="Only where you count them yourself; else the dates tell."
    )


class PaymentQuery(Document):
    """Which payments are asked for, and seen from which day."""

    as_of: date | None = Field(default=None, description="Left out, today (UTC).")
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: Annotated[str, Field(max_length=64)] | None = None


class PaymentCorrection(Document):
    """One month as it really was; it replaces all that was said of that month before."""

    due_on: Day
    due: Minor
    paid: Minor
    paid_on: Day | None = None
    balance: Annotated[int, Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT)] | None = None
    days_past_due: Annotated[int, Field(ge=0, le=LONGEST_ARREARS)] | None = None
    why: Why


class PaymentDocument(Document):
    """One version of one payment."""

    number: int
    version: int
    due_on: date
    due: int
    paid: int
    paid_on: date | None
    balance: int | None
    days_past_due: int = Field(ge=0, description="As of the day that was asked about.")
    days_past_due_reported: int | None
    status: PaymentStatus
    why: Why | None
    recorded_at: datetime
    recorded_by: str | None = Field(description="Not told to the applicant.")


class PaymentPage(Document):
    """Payments in order."""

    items: list[PaymentDocument]
    next_cursor: str | None


class PaymentVersions(Document):
    """Everything that was ever said of one payment, the first version first."""

    items: list[PaymentDocument]


class InstalmentDocument(Document):
    """What is due on one day."""

    number: int
    due_on: date
    principal: int
    interest: int
    due: int
    balance: int


class ScheduleDocument(Document):
    """What is due when, in minor units."""

    account_id: str
    currency: str
    repayment: Repayment
    items: list[InstalmentDocument] = Field(description="Empty for revolving credit.")
    interest: int
    total: int


class DefinitionDocument(Document):
    """What counts as good and bad."""

    name: str
    valid_from: date
    months: int
    bad_from: int
    indeterminate_from: int
    cure_payments: int | None


class PerformanceDocument(Document):
    """How an account turned out, as of a day, and by which definition."""

    account_id: str
    vintage: str
    performance: Performance
    why: Because
    worst_days_past_due: int
    days_past_due: int
    as_of: date
    window_ends_on: date
    definition: DefinitionDocument


def describe_account(account: Account, today: date) -> dict[str, Any]:
    """Return an account as plain values."""
    return {
        "id": account.id,
        "applicant_id": account.applicant_id,
        "product": account.product,
        "decision_id": account.decision_id,
        "offer_id": account.offer_id,
        "amount": account.amount,
        "currency": account.currency,
        "annual_rate_bp": account.annual_rate_bp,
        "term_months": account.term_months,
        "repayment": str(account.repayment),
        "disbursed_on": account.disbursed_on.isoformat(),
        "vintage": account.vintage,
        "status": str(account.status),
        "ended_on": account.ended_on.isoformat() if account.ended_on else None,
        "days_past_due": account.days_past_due(today),
        "version": account.version,
        "opened_at": iso(account.opened_at),
    }


def describe_payment(
    recorded: RecordedPayment, as_of: date, *, staff: bool = True
) -> dict[str, Any]:
    """Return one version of a payment, seen from a day; applicants are not told who wrote it."""
    one = recorded.payment
    return {
        "number": one.number,
        "version": recorded.version,
        "due_on": one.due_on.isoformat(),
        "due": one.due,
        "paid": one.paid,
        "paid_on": one.paid_on.isoformat() if one.paid_on else None,
        "balance": one.balance,
        "days_past_due": one.days_late(as_of),
        "days_past_due_reported": one.days_past_due,
        "status": str(one.status(as_of)),
        "why": None if recorded.why is None else str(recorded.why),
        "recorded_at": iso(recorded.recorded_at),
        "recorded_by": recorded.recorded_by if staff else None,
    }


def describe_schedule(account: Account, instalments: tuple[Instalment, ...]) -> dict[str, Any]:
    """Return a schedule as plain values."""
    items = [
        {
            "number": one.number,
            "due_on": one.due_on.isoformat(),
            "principal": one.principal,
            "interest": one.interest,
            "due": one.due,
            "balance": one.balance,
        }
        for one in instalments
    ]
    return {
        "account_id": account.id,
        "currency": account.currency,
        "repayment": str(account.repayment),
        "items": items,
        "interest": sum(one.interest for one in instalments),
        "total": sum(one.due for one in instalments),
    }


def describe_standing(
    account: Account, standing: Standing, recorded: list[RecordedPayment]
) -> dict[str, Any]:
    """Return how an account turned out as plain values."""
    definition = standing.definition
    return {
        "account_id": account.id,
        "vintage": account.vintage,
        "performance": str(standing.performance),
        "why": str(standing.why),
        "worst_days_past_due": standing.worst_days_past_due,
        "days_past_due": days_past_due([one.payment for one in recorded], standing.as_of),
        "as_of": standing.as_of.isoformat(),
        "window_ends_on": standing.window_ends_on.isoformat(),
        "definition": {
            "name": definition.name,
            "valid_from": definition.valid_from.isoformat(),
            "months": definition.months,
            "bad_from": definition.bad_from,
            "indeterminate_from": definition.indeterminate_from,
            "cure_payments": definition.cure_payments,
        },
    }
