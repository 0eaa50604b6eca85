"""Quotes as they appear over HTTP."""

from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from loanwright.decisioning.burden import warns
from loanwright.decisioning.schedule import LONGEST_TERM
from loanwright.lending.chance import Chance
from loanwright.lending.lender import Lender
from loanwright.lending.options import Priced
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.lenders.schemas import Answered, Event, Ranking, Unanswered

MOST_ANSWERS = 200


class Document(BaseModel):
    """A body or an answer."""

    model_config = ConfigDict(extra="forbid")


class ApplicantNamed(Document):
    """Who asks: by a document number that the caller has verified, or by our id."""

    document_number: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    id: Annotated[str, Field(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")] | None = None

    @model_validator(mode="after")
    def _named_once(self) -> "ApplicantNamed":
        if (self.document_number is None) == (self.id is None):
            raise ValueError("name the applicant by document_number or by id")
        return self


class QuoteAsking(Document):
    """One questionnaire for every lender, and the credit that is wished for."""

    product: Annotated[
        str,
        Field(
            pattern="^[a-z0-9][a-z0-9.-]{0,62}$",
            description="The product that those of the lenders were made of.",
        ),
    ]
    amount: Annotated[int, Field(ge=1, le=10**12, description="In units of the currency.")]
    term_months: Annotated[int, Field(ge=1, le=LONGEST_TERM)]
    applicant: ApplicantNamed | None = None
    features: Annotated[
        dict[str, float | int | str | bool | None],
        Field(max_length=MOST_ANSWERS, description="The answers, without amount and term."),
    ]


class LenderProductDocument(Document):
    """A product of a lender."""

    name: str
    base: str
    title: dict[str, str]
    currency: str


class LenderDocument(Document):
    """A lender of this installation."""

    name: str
    title: dict[str, str]
    jurisdictions: list[str]
    products: list[LenderProductDocument]


class LenderList(Document):
    """The lenders of this installation, by name."""

    items: list[LenderDocument]


def describe_lender(lender: Lender) -> dict[str, Any]:
    """Return a lender as plain values."""
    return {
        "name": lender.name,
        "title": lender.title.to_mapping(),
        "jurisdictions": list(lender.jurisdictions),
        "products": [
            {
                "name": one.product.name,
                "base": one.base,
                "title": one.product.title.to_mapping(),
                "currency": one.product.currency,
            }
            for one in lender.products
        ],
    }


def write_event(event: Event) -> bytes:
    """Return an event as a browser's EventSource reads it."""
    if isinstance(event, Ranking):
        return _sent("ranking", describe_ranking(event))
    return _sent("lender", describe_answer(event))


def _sent(name: str, document: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(document))


def describe_answer(answer: Answered | Unanswered) -> dict[str, Any]:
    """Return what a lender has answered, or that it has not."""
    named = {"name": answer.lender.name, "title": answer.lender.title.to_mapping()}
    if isinstance(answer, Unanswered):
        told = {"product": answer.product, "state": answer.state, "code": answer.code}
        return {"lender": named, **told}
    quote = answer.quote
    return {
        "lender": named,
        "product": quote.product,
        "state": "answered",
        "application_id": answer.application_id,
        "decision": {
            "id": answer.decision_id,
            "outcome": str(quote.outcome),
            "reasons": list(answer.reasons),
        },
        "chance": describe_chance(quote.chance),
        "currency": answer.currency,
        "wished": describe_price(quote.wished),
        "best": describe_price(quote.best),
    }


def describe_chance(chance: Chance) -> dict[str, Any]:
    """Return the chance of an approval with what it rests on."""
    return {
        "value": chance.value,
        "low": chance.low,
        "high": chance.high,
        "basis": chance.basis,
        "reviews": chance.reviews,
    }


def describe_price(priced: Priced | None) -> dict[str, Any] | None:
    """Return a priced credit; amounts in minor units, rates of the APR in per cent."""
    if priced is None:
        return None
    burden = priced.debt_burden_after
    return {
        "amount": priced.credit.amount,
        "term_months": priced.credit.term_months,
        "repayment": str(priced.credit.repayment),
        "annual_rate_bp": priced.credit.annual_rate_bp,
        "monthly_payment": priced.monthly_payment,
        "total_cost": priced.cost.total,
        "apr": priced.apr,
        "psk": priced.psk,
        "debt_burden_before": priced.debt_burden_before,
        "debt_burden_after": burden,
        "burden_warning": None if burden is None else warns(burden),
    }


def describe_ranking(ranking: Ranking) -> dict[str, Any]:
    """Return the order of all answers, and who gave none."""
    return {
        "items": [
            {"rank": rank, **describe_answer(one)} for rank, one in enumerate(ranking.answered, 1)
        ],
        "unanswered": [describe_answer(one) for one in ranking.unanswered],
    }
