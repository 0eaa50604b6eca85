"""Offers as they appear over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from loanwright.decisioning.burden import warns
from loanwright.decisioning.schedule import (
    HIGHEST_RATE,
    LARGEST_AMOUNT,
    LONGEST_TERM,
    Repayment,
)
from loanwright.service.kit.clock import iso
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.offers.schemas import Offer, State

LONGEST_VALIDITY = 365


class Document(BaseModel):
    """A body or an answer."""

    model_config = ConfigDict(extra="forbid")


class OfferMaking(Document):
    """What is to be offered."""

    decision_id: Annotated[str, Field(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
    amount: Annotated[int, Field(ge=1, le=LARGEST_AMOUNT, description="In minor units.")]
    annual_rate_bp: Annotated[
        int, Field(ge=0, le=HIGHEST_RATE, description="Interest of a year in basis points.")
    ]
    term_months: Annotated[int, Field(ge=1, le=LONGEST_TERM)]
    repayment: Repayment | None = Field(
        default=None, description="Left out, it is what the product lays down."
    )
    valid_days: Annotated[int, Field(ge=1, le=LONGEST_VALIDITY)] = 30


class OfferQuery(Document):
    """Which offers are asked for."""

    applicant_id: Annotated[str, Field(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")] | None = None
    state: State | None = None
    sort: str = Field(
        default="-made_at",
        pattern="^-?(made_at|amount)$",
        description="With a - for descending.",
    )
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: Annotated[str, Field(max_length=512)] | None = None


class OfferDocument(Document):
    """What a lender proposes to one applicant."""

    id: str = Field(examples=["off_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"])
    decision_id: str
    applicant_id: str
    product: str
    amount: int
    currency: str
    annual_rate_bp: int
    term_months: int
    repayment: Repayment
    monthly_payment: int
    valid_until: datetime
    state: State
    two_persons: bool = Field(description="Whether a second person must approve it.")
    made_by: str | None = Field(description="Not told to the applicant.")
    made_at: datetime
    approved_by: str | None = Field(description="Not told to the applicant.")
    approved_at: datetime | None
    ended_at: datetime | None
    account_id: str | None = Field(description="The account that its acceptance has opened.")
    total_cost: int | None = Field(description="Interest and fees together, in minor units.")
    apr: float | None = Field(
        description="Annual percentage rate of charge in per cent, by the equation of the EU."
    )
    psk: float | None = Field(
        description="Full cost of the credit in per cent of a year, where Russian law holds."
    )
    debt_burden_before: float | None = Field(
        description="Share of the income that goes into debts; null if the income is unknown."
    )
    debt_burden_after: float | None = Field(description="The same with this credit.")
    burden_warning: bool | None = Field(
        description="Whether more than half of the income would go into debts."
    )
    cooling_off_hours: int | None = Field(
        description="Hours that the law puts between contract and money."
    )
    available_at: datetime | None = Field(
        description="When the money of an accepted offer may go out."
    )


class OfferPage(Document):
    """One page of offers."""

    items: list[OfferDocument]
    next_cursor: str | None


def describe_offer(offer: Offer, *, staff: bool = True) -> dict[str, Any]:
    """Return an offer as plain values; applicants are not told who made it."""
    return {
        "id": offer.id,
        "decision_id": offer.decision_id,
        "applicant_id": offer.applicant_id,
        "product": offer.product,
        "amount": offer.amount,
        "currency": offer.currency,
        "annual_rate_bp": offer.annual_rate_bp,
        "term_months": offer.term_months,
        "repayment": str(offer.repayment),
        "monthly_payment": offer.monthly_payment,
        "valid_until": iso(offer.valid_until),
        "state": str(offer.state),
        "two_persons": offer.two_persons,
        "made_by": offer.made_by if staff else None,
        "made_at": iso(offer.made_at),
        "approved_by": offer.approved_by if staff else None,
        "approved_at": _moment(offer.approved_at),
        "ended_at": _moment(offer.ended_at),
        "account_id": offer.account_id,
        "total_cost": offer.total_cost,
        "apr": offer.apr,
        "psk": offer.psk,
        "debt_burden_before": offer.debt_burden_before,
        "debt_burden_after": offer.debt_burden_after,
        "burden_warning": _warning(offer.debt_burden_after),
        "cooling_off_hours": offer.cooling_off_hours,
        "available_at": _moment(offer.available_at),
    }


def _warning(burden: float | None) -> bool | None:
    return None if burden is None else warns(burden)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
