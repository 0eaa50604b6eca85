"""What a notice is made from: one decision record, and who decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from loanwright.features.text import Text

LegalBasis = Literal["consent", "law"]
Towards = Literal["riskier", "safer", "neither"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lender:
    """Who decides, and where to reach them; None where the lender has not said.

    Attributes
    ----------
    agency
        Name and address of the agency that supervises the creditor (United States).
    authority
        Name and address of an authority that complaints go to.
    legal_basis
        What lets a machine alone decide: ``consent`` (written) or ``law`` (federal, of Russia).
    """

    name: str
    address: str | None = None
    contact: str | None = None
    agency: str | None = None
    authority: str | None = None
    legal_basis: LegalBasis | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedReason:
    """A reason as the decision has it.

    Attributes
    ----------
    general
        Whether it only says that a score was or was not enough; such a reason is never printed.
    """

    code: str
    text: Text
    general: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """One of the person's data, and how it weighed.

    Attributes
    ----------
    contribution
        On the log-odds of default; positive raises the risk; None where it entered no model.
    source
        Where it came from, in words.
    since
        The moment from which it is known, in words, or None.
    """

    feature: str
    title: Text
    value: Text
    contribution: float | None = None
    source: Text
    since: str | None = None

    @property
    def towards(self) -> Towards:
        """Return which way it moved the estimate of risk."""
        if not self.contribution:
            return "neither"
        return "riskier" if self.contribution > 0 else "safer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bureau:
    """A consumer reporting agency whose report was used."""

    name: str
    address: str
    phone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BureauScore:
    """The score of a bureau that was used.

    Attributes
    ----------
    factors
        What lowered it, the weightiest first.
    inquiries
        The factor that stands for inquiries, where it is one of them; it may be a fifth.
    """

    score: int
    lowest: int
    highest: int
    day: date
    factors: tuple[Text, ...] = ()
    inquiries: Text | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferFacts:
    """What is offered; amounts in minor units, rates in basis points of a year.

    Attributes
    ----------
    full_cost_percent, full_cost_amount
        The full cost of the credit in per cent a year and in minor units, None where it was not
        computed.
    """

    amount: int
    currency: str
    annual_rate_bp: int
    term_months: int
    monthly_payment: int
    full_cost_percent: float | None = None
    full_cost_amount: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One decision, as far as a paper speaks of it.

    Attributes
    ----------
    occasion
        The outcome that stands: ``approve``, ``counteroffer``, ``refer`` or ``decline``.
    automated
        Whether no person took part in it.
    paths
        Changes that would have led to an approval; empty where there are none, None where nobody
        looked.
    debt_burden
        Share of the income that goes to payments on credit, this one included, or None.
    """

    decision_id: str
    product: Text
    occasion: str
    received_on: date
    decided_on: date
    automated: bool
    reasons: tuple[NamedReason, ...] = ()
    weights: tuple[Weight, ...] = field(default=(), repr=False)
    paths: tuple[Text, ...] | None = None
    bureau: Bureau | None = None
    bureau_score: BureauScore | None = None
    debt_burden: float | None = None
    offer: OfferFacts | None = None
