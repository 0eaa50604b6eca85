"""Offers as values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from loanwright.decisioning.schedule import Credit, Repayment
from loanwright.decisioning.terms import Terms as PolicyTerms


class State(StrEnum):
    """Where an offer is in its life; the last four are final."""

    PROPOSED = "proposed"
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


ALIVE = (State.PROPOSED, State.OPEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What is offered; the amount in minor units, the rate in basis points of a year."""

    amount: int
    annual_rate_bp: int
    term_months: int
    repayment: Repayment

    def credit(self, disbursed_on: date) -> Credit:
        """Return the credit it would become, refusing what nobody lends."""
        return Credit(
            repayment=self.repayment,
            amount=self.amount,
            annual_rate_bp=self.annual_rate_bp,
            term_months=self.term_months,
            disbursed_on=disbursed_on,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Approved:
    """An application that was just approved, as far as an offer needs it.

    Attributes
    ----------
    terms
        Limit and price that the policy has found for it, or None for those of the product file.
    """

    decision_id: str
    applicant_id: str
    product: str
    grade: str
    features: Mapping[str, Any]
    terms: PolicyTerms | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """What a lender proposes to one applicant; None where it was made before that was kept.

    Attributes
    ----------
    total_cost
        Interest and fees together, in minor units.
    apr, psk
        What it costs in a year, in per cent: by the EU's equation, and by the law of Russia.
    debt_burden_before, debt_burden_after
        Which share of the applicant's income goes into debts; None where the income is unknown.
    available_at
        When the money may go out; known once it is accepted.
    """

    id: str
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
    two_persons: bool
    made_by: str
    made_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    ended_at: datetime | None
    account_id: str | None
    total_cost: int | None
    apr: float | None
    psk: float | None
    debt_burden_before: float | None
    debt_burden_after: float | None
    cooling_off_hours: int | None
    available_at: datetime | None

    def seen_at(self, moment: datetime) -> "Offer":
        """Return it as it stands at a moment: what has run out is expired."""
        if self.state in ALIVE and self.valid_until <= moment:
            return replace(self, state=State.EXPIRED)
        return self


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which offers a list is about, None for any, and which page of it."""

    applicant_id: str | None = None
    decision_id: str | None = None
    state: State | None = None
    sort: str = "-made_at"
    limit: int = 50
    cursor: str | None = None


def offer_of(row: Mapping[str, Any]) -> Offer:
    """Return the offer in a row."""
    read = {
        "repayment": Repayment(row["repayment"]),
        "state": State(row["state"]),
        "two_persons": bool(row["two_persons"]),
    }
    return Offer(**{**row, **read})
