"""Decisions as values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from loanwright.service.kit.clock import iso

Cause = Literal["data", "model", "policy"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionLine:
    """What of a decision is not personal: it stays when the person is erased."""

    sequence: int
    id: str
    application_id: str
    applicant_id: str
    product: str
    segment: str
    model_hash: str
    policy_hash: str
    outcome: str
    probability_of_default: float
    score: int
    grade: str
    code_version: str
    decided_at: datetime

    def summary(self) -> dict[str, Any]:
        """Return the decision as a line of a list."""
        return {
            "id": self.id,
            "application_id": self.application_id,
            "product": self.product,
            "segment": self.segment,
            "decided_at": iso(self.decided_at),
            "outcome": self.outcome,
            "probability_of_default": self.probability_of_default,
            "score": self.score,
            "grade": self.grade,
            "model_hash": self.model_hash,
            "policy_hash": self.policy_hash,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRecord(DecisionLine):
    """One decision as it was made, its snapshot and reply opened."""

    snapshot: str = field(repr=False)
    reply: str = field(repr=False)

    def resource(self) -> dict[str, Any]:
        """Return the decision as it was answered, and what it belongs to."""
        answered = msgspec.json.decode(self.reply)["decision"]
        return {
            "id": self.id,
            "application_id": self.application_id,
            "product": self.product,
            "segment": self.segment,
            **answered,
            "code_version": self.code_version,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Tallied:
    """How many decisions of a month are alike in all that is told here."""

    month: str
    product: str
    segment: str
    grade: str
    outcome: str
    model_hash: str
    policy_hash: str
    decided: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field that did not come out the same, and what is to blame."""

    field: str
    stored: Any
    recomputed: Any
    cause: Cause


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """A decision computed again from its snapshot, its model and its policy.

    Attributes
    ----------
    erased
        Whether it could not be computed, because its applicant was erased.
    """

    decision_id: str
    differences: tuple[Difference, ...]
    erased: bool = False

    @property
    def equal(self) -> bool:
        """Tell whether every bit came out the same."""
        return not self.erased and not self.differences
