"""What a borrower is told of a decision: grade, outcome and reasons; no probability, no model."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from loanwright.decisioning.outcome import Outcome
from loanwright.service.kit.documents import Title
from loanwright.service.users.schemas import Principal, Reach

Shape: TypeAlias = Mapping[str, "Shape | None"]

#: Tells what persons decided in the place of some decisions; whoever is missing was not changed.
LastWords: TypeAlias = Callable[[Collection[str]], Mapping[str, str]]

# These fields and no others, whatever else a document may come to hold.
DECISION: Final[Shape] = {
    **dict.fromkeys(("id", "decided_at", "outcome", "grade")),
    "reasons": dict.fromkeys(("code", "text")),
    "terms": dict.fromkeys(("highest_amount", "annual_rate_bp")),
}
RESOURCE: Final[Shape] = {**dict.fromkeys(("application_id", "product")), **DECISION}
APPLICATION: Final[Shape] = {
    **dict.fromkeys(("id", "received_at", "product", "segment")),
    "applicant": {"id": None},
    "decision": DECISION,
}


class Document(BaseModel):
    """A part of what a borrower is told."""

    model_config = ConfigDict(extra="forbid")


class DecisionTerms(Document):
    """What an approval offers by the grade and the tables of the policy."""

    highest_amount: int = Field(description="Whole units of the product's currency.")
    annual_rate_bp: int = Field(description="Hundredths of a percent a year.")


class BorrowerReason(Document):
    """Why a decision is what it is, in words."""

    code: str
    text: Title


class BorrowerDecision(Document):
    """A decision as the borrower whom it concerns sees it."""

    id: str
    decided_at: datetime
    outcome: Outcome = Field(
        description="The outcome that stands now: a person may have changed it."
    )
    grade: str
    reviewed: bool = Field(
        default=False, description="Whether a person decided in the place of the first decision."
    )
    reasons: list[BorrowerReason] = Field(max_length=4)
    terms: DecisionTerms | None = None


class BorrowerDecisionResource(BorrowerDecision):
    """A borrower's decision, and what it belongs to."""

    application_id: str
    product: str


class BorrowerDecisionSummary(Document):
    """A borrower's decision as a line of a list."""

    id: str
    application_id: str
    product: str
    decided_at: datetime
    outcome: Outcome = Field(
        description="The outcome that stands now: a person may have changed it."
    )
    grade: str
    reviewed: bool = Field(description="Whether a person decided in the place of the first one.")


class BorrowerDecisionPage(Document):
    """A page of a borrower's own decisions, the newest first."""

    items: list[BorrowerDecisionSummary]
    next_cursor: str | None


def disclose(document: Any, shape: Shape) -> Any:
    """Return the parts of a document that a shape names, in the document's order.

    Examples
    --------
    >>> disclose({"grade": "B", "score": 612, "reasons": [{"code": "x", "weight": 2}]}, DECISION)
    {'grade': 'B', 'reasons': [{'code': 'x'}]}
    """
    if isinstance(document, list):
        return [disclose(one, shape) for one in document]
    return {
        name: value if (inner := shape[name]) is None else disclose(value, inner)
        for name, value in document.items()
        if name in shape
    }


def for_borrower(decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a decision a borrower is told."""
    told: dict[str, Any] = disclose(decision, DECISION)
    return told


def told(
    principal: Principal, documents: Collection[Mapping[str, Any]], last_words: LastWords
) -> list[Any]:
    """Return what of decisions a principal is told: a borrower less than the lender's people.

    The lender's people see each decision as it was made; a borrower is told what stands.
    """
    if principal.reach is not Reach.SELF:
        return list(documents)
    changed = last_words([one["id"] for one in documents])
    return [_standing(disclose(one, RESOURCE), changed) for one in documents]


def _standing(decision: Mapping[str, Any], changed: Mapping[str, str]) -> dict[str, Any]:
    outcome = changed.get(decision["id"], decision["outcome"])
    return {**decision, "outcome": outcome, "reviewed": decision["id"] in changed}


def nobody_has_spoken(_decision_ids: Collection[str]) -> Mapping[str, str]:
    """Return that no person has changed any decision: they were made this very moment."""
    return {}


def told_bytes(reach: Reach, body: bytes, last_words: LastWords = nobody_has_spoken) -> bytes:
    """Return an answered application as somebody with this reach may read it."""
    if reach is not Reach.SELF:
        return body
    document = disclose(msgspec.json.decode(body), APPLICATION)
    decision = document["decision"]
    document["decision"] = _standing(decision, last_words([decision["id"]]))
    return msgspec.json.encode(document)
