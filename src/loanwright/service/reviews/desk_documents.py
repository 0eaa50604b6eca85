"""What underwriters work with, as it appears over HTTP: returns, requests, second looks, log."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.performance import Performance
from loanwright.service.kit.clock import iso
from loanwright.service.kit.documents import Title
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.reviews.codes import request_items, return_codes
from loanwright.service.reviews.documents import (
    Document,
    OverrideDocument,
    Words,
    describe_override,
)
from loanwright.service.reviews.overriding import LoggedOverride
from loanwright.service.reviews.schemas import (
    Agreement,
    Request,
    RequestState,
    SecondLook,
    Side,
)

CodeName = Annotated[str, Field(pattern="^[a-z_]{1,40}$")]


class ReviewReturn(Document):
    """Why a review goes back into the queue."""

    code: CodeName = Field(description="One of `returns` of GET /v1/review-lists.")
    words: Words | None = Field(default=None, description="For colleagues.")


class RequestAsking(Document):
    """What the applicant is asked for."""

    item: CodeName = Field(description="One of `requests` of GET /v1/review-lists.")
    words: Words | None = Field(default=None, description="Told to the applicant.")


class RequestEnding(Document):
    """What came of a request."""

    state: Literal["received", "waived"]


class RequestAnswer(Document):
    """What an applicant answers."""

    answer: Words


class SecondAnswer(Document):
    """What somebody finds who has not seen the first answer."""

    outcome: Literal["approve", "decline"]
    words: Words | None = None


class OverrideQuery(Document):
    """Which overrides are asked for."""

    side: Side | None = None
    product: Annotated[str, Field(pattern="^[a-z0-9-]{1,64}$")] | None = None
    code: CodeName | None = None
    made_by: Annotated[str, Field(max_length=40)] | None = None
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: Annotated[str, Field(max_length=512)] | None = None


class ListedCode(Document):
    """An entry of a closed list."""

    code: str
    text: Title


class ListsDocument(Document):
    """The closed lists of returns and requests."""

    returns: list[ListedCode]
    requests: list[ListedCode]


class RequestDocument(Document):
    """Something that an applicant was asked for."""

    id: str = Field(examples=["req_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"])
    review_id: str
    item: str
    item_text: Title
    words: str | None
    answer: str | None = Field(description="What the applicant wrote.")
    state: RequestState
    asked_by: str | None = Field(description="Not told to the applicant.")
    asked_at: datetime
    ended_by: str | None = Field(description="Not told to the applicant.")
    ended_at: datetime | None


class RequestList(Document):
    """What was asked for in a review, the oldest first."""

    items: list[RequestDocument]


class SecondLookDocument(Document):
    """A blind look at what somebody has answered."""

    id: str = Field(examples=["snd_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"])
    decision_id: str
    product: str
    opened_at: datetime
    outcome: Outcome | None
    words: str | None
    answered_by: str | None
    answered_at: datetime | None
    first_outcome: Outcome | None = Field(description="Null until there is a second answer.")
    agrees: bool | None


class SecondLookList(Document):
    """What you may look at again, the oldest first."""

    items: list[SecondLookDocument]


class EstimateDocument(Document):
    """A statistic with its interval."""

    value: float
    lower: float
    upper: float
    level: float
    method: str


class AgreementDocument(Document):
    """How far second looks agree with first answers."""

    looked: int
    waiting: int
    agreed: int
    kappa: EstimateDocument | None = Field(
        description="Cohen's; null below two answers, or where all are one."
    )


class LoggedOverrideDocument(OverrideDocument):
    """An override, what was written with it, and how its account turned out."""

    decision_id: str
    product: str
    words: str | None
    performance: Performance | None = Field(description="Null where no account came of it.")


class OverridePage(Document):
    """One page of overrides, the newest first."""

    items: list[LoggedOverrideDocument]
    next_cursor: str | None


def describe_lists() -> dict[str, Any]:
    """Return the closed lists of returns and requests."""
    lists = {"returns": return_codes(), "requests": request_items()}
    return {
        name: [{"code": code, "text": text.to_mapping()} for code, text in entries.items()]
        for name, entries in lists.items()
    }


def describe_request(request: Request) -> dict[str, Any]:
    """Return a request as plain values."""
    ended_at = request.ended_at
    return {
        "id": request.id,
        "review_id": request.review_id,
        "item": request.item,
        "item_text": request_items()[request.item].to_mapping(),
        "words": request.words,
        "answer": request.answer,
        "state": str(request.state),
        "asked_by": request.asked_by,
        "asked_at": iso(request.asked_at),
        "ended_by": request.ended_by,
        "ended_at": None if ended_at is None else iso(ended_at),
    }


def describe_look(look: SecondLook) -> dict[str, Any]:
    """Return a second look as plain values; it has been made blind where it must be."""
    answered_at = look.answered_at
    return {
        "id": look.id,
        "decision_id": look.decision_id,
        "product": look.product,
        "opened_at": iso(look.opened_at),
        "outcome": look.outcome,
        "words": look.words,
        "answered_by": look.answered_by,
        "answered_at": None if answered_at is None else iso(answered_at),
        "first_outcome": look.first_outcome,
        "agrees": look.agrees,
    }


def describe_agreement(agreement: Agreement) -> dict[str, Any]:
    """Return how far second looks agree, as plain values."""
    kappa = agreement.kappa
    return {
        "looked": agreement.looked,
        "waiting": agreement.waiting,
        "agreed": agreement.agreed,
        "kappa": None if kappa is None else kappa.to_mapping(),
    }


def describe_logged(one: LoggedOverride) -> dict[str, Any]:
    """Return a logged override as plain values; names were taken out where they must be."""
    return {
        **describe_override(one.override),
        "decision_id": one.override.decision_id,
        "product": one.override.product,
        "words": one.words,
        "performance": None if one.performance is None else str(one.performance),
    }
