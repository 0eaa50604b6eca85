"""Reviews as they appear over HTTP."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.decisioning.outcome import Outcome
from loanwright.service.kit.clock import iso
from loanwright.service.kit.documents import Title
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.reviews.codes import codes
from loanwright.service.reviews.schemas import Kind, Override, Result, Review, Side, State

LONGEST_TEXT = 4_000
Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")]


class Document(BaseModel):
    """A body or an answer."""

    model_config = ConfigDict(extra="forbid")


class ReviewOpening(Document):
    """What an applicant asks for, or somebody on their behalf."""

    kind: Literal["review", "objection", "reasons"]
    reason: Words | None = Field(default=None, description="In the applicant's own words.")


class ReviewAnswer(Document):
    """What a person has found."""

    outcome: Literal["approve", "decline"] | None = Field(
        default=None, description="Left out where the decision stands as it is."
    )
    code: Annotated[str, Field(pattern="^[a-z_]{1,40}$")] = Field(
        description="Why: one of GET /v1/review-codes."
    )
    answer: Words | None = Field(default=None, description="Words to the applicant.")


class ReviewQuery(Document):
    """Which reviews are asked for."""

    state: State | None = None
    kind: Kind | None = None
    overdue: bool | None = Field(default=None, description="Whether its time is over.")
    decision_id: Annotated[str, Field(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")] | None = None
    applicant_id: Annotated[str, Field(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")] | None = None
    sort: str = Field(
        default="due_at",
        pattern="^-?(due_at|opened_at|first_at)$",
        description="With a - for descending; first_at is the order of the queue.",
    )
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: Annotated[str, Field(max_length=512)] | None = None


class WorthDocument(Document):
    """Why a review stands where it stands in the queue; each term is between 0 and 1."""

    closeness: float = Field(description="How close the score is to a cutoff.")
    size: float = Field(description="How much is asked for beside the most that is given.")
    disagreement: float = Field(description="How otherwise a challenger sees it.")
    ahead: float = Field(description="Share of its time by which it is moved ahead.")


class ReviewDocument(Document):
    """A look of a person at a decision."""

    id: str = Field(examples=["rev_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"])
    decision_id: str
    applicant_id: str
    product: str
    kind: Kind
    state: State
    jurisdiction: str | None = Field(description="Whose law sets the time; null for none.")
    law_pack: str | None = Field(description="The law pack by which it is due.")
    opened_by: str | None = Field(description="Not told to the applicant.")
    opened_at: datetime
    due_at: datetime
    overdue: bool
    reason: str | None = Field(description="What the applicant wrote.")
    taken_by: str | None = Field(description="Not told to the applicant.")
    taken_at: datetime | None
    result: Result | None
    outcome: Outcome | None
    code: str | None
    code_text: Title | None = Field(description="The code in words.")
    answer: str | None
    resolved_by: str | None = Field(description="Not told to the applicant.")
    resolved_at: datetime | None
    two_persons: bool = Field(description="Whether a second person must approve the outcome.")
    approved_by: str | None = Field(description="Not told to the applicant.")
    approved_at: datetime | None
    worth: WorthDocument | None = Field(description="Not told to the applicant.")
    first_at: datetime | None = Field(description="Its place in the queue; not told either.")
    lease_until: datetime | None = Field(description="Until when it is kept for its holder.")
    stopped_at: datetime | None = Field(description="Since when its clock stands still.")
    awaited: int = Field(description="How many things the applicant has yet to send.")


class ReviewPage(Document):
    """One page of reviews."""

    items: list[ReviewDocument]
    next_cursor: str | None


class OverrideDocument(Document):
    """A person's decision in the place of an earlier one."""

    id: str
    review_id: str
    before: Outcome
    outcome: Outcome
    side: Side
    code: str
    made_by: str | None = Field(description="Not told to the applicant.")
    approved_by: str | None = Field(description="Not told to the applicant.")
    made_at: datetime


class ReviewsOfDecision(Document):
    """The reviews of a decision, and what came of them."""

    outcome: Outcome = Field(description="The outcome that stands now.")
    items: list[ReviewDocument]
    overrides: list[OverrideDocument]


class CodeDocument(Document):
    """A reason that a person may give."""

    code: str
    outcome: Literal["approve", "decline", "stands"]
    text: Title


class CodeList(Document):
    """The reasons that a person may give."""

    items: list[CodeDocument]


def describe_review(review: Review, now: datetime, *, staff: bool = True) -> dict[str, Any]:
    """Return a review as plain values; an applicant is told no names."""
    told = review if staff else review.for_applicant()
    code = codes().get(told.code or "")
    plain = {
        name: getattr(told, name)
        for name in (
            "id", "decision_id", "applicant_id", "product", "jurisdiction", "law_pack", "reason",
            "taken_by", "outcome", "code", "answer", "resolved_by", "two_persons", "approved_by",
            "awaited",
        )
    }  # fmt: skip
    moments = (
        "opened_at", "due_at", "taken_at", "resolved_at", "approved_at", "lease_until",
        "stopped_at",
    )  # fmt: skip
    return {
        **plain,
        "kind": str(told.kind),
        "state": str(told.state),
        "opened_by": told.opened_by if staff else None,
        "overdue": told.is_over(now),
        "worth": {**asdict(told.worth), "ahead": told.worth.ahead} if staff else None,
        "first_at": iso(told.first_at) if staff else None,
        "result": None if told.result is None else str(told.result),
        "code_text": None if code is None else code.text.to_mapping(),
        **{name: _moment(getattr(told, name)) for name in moments},
    }


def describe_override(override: Override, *, staff: bool = True) -> dict[str, Any]:
    """Return an override as plain values."""
    return {
        "id": override.id,
        "review_id": override.review_id,
        "before": override.before,
        "outcome": override.outcome,
        "side": str(override.side),
        "code": override.code,
        "made_by": override.made_by if staff else None,
        "approved_by": override.approved_by if staff else None,
        "made_at": iso(override.made_at),
    }


def describe_codes() -> dict[str, Any]:
    """Return every reason that a person may give."""
    items = [
        {"code": one.code, "outcome": one.outcome, "text": one.text.to_mapping()}
        for one in codes().values()
    ]
    return {"items": items}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
