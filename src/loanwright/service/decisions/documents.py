"""What decisions look like to a reader of the API's documentation."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.decisioning.outcome import Outcome
from loanwright.service.decisions.borrowers import DecisionTerms
from loanwright.service.kit.documents import Title
from loanwright.service.kit.pagination import MAXIMUM_PAGE

Probability = Field(ge=0, le=1, description="Calibrated probability of default.")


class Document(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class DecisionsQuery(Document):
    """Which decisions are asked for."""

    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: Annotated[str, Field(max_length=64)] | None = None
    product: Annotated[str, Field(pattern="^[a-z0-9-]{1,64}$")] | None = None
    outcome: Outcome | None = None


class ReasonDocument(Document):
    """Why a decision is what it is."""

    code: str = Field(examples=["worst_delay.adverse", "rule.min_age"])
    source: Literal["model", "policy"]
    feature: str | None
    contribution: float = Field(description="On the log-odds; positive raises the risk.")
    text: Title


class ContributionDocument(Document):
    """How much one feature weighs."""

    feature: str
    contribution: float = Field(description="On the log-odds; positive raises the risk.")


class ModelReference(Document):
    """The model that assessed."""

    hash: str
    family: str


class PolicyReference(Document):
    """The policy that decided."""

    hash: str
    name: str


class DecisionDocument(Document):
    """A decision as it was answered."""

    id: str
    decided_at: datetime
    outcome: Outcome
    probability_of_default: float = Probability
    score: int = Field(description="Points; higher is safer.")
    grade: str
    reasons: list[ReasonDocument] = Field(max_length=4)
    base_log_odds: float
    log_odds: float = Field(description="Base and contributions together.")
    contributions: list[ContributionDocument]
    model: ModelReference
    policy: PolicyReference
    terms: DecisionTerms | None = Field(
        default=None, description="What an approval offers; there if the policy states terms."
    )


class DecisionResource(DecisionDocument):
    """A decision, and what it belongs to."""

    application_id: str
    product: str
    segment: str
    code_version: str


class DecisionSummary(Document):
    """A decision as a line of a list."""

    id: str
    application_id: str
    product: str
    segment: str
    decided_at: datetime
    outcome: Outcome
    probability_of_default: float = Probability
    score: int
    grade: str
    model_hash: str
    policy_hash: str


class DecisionPage(Document):
    """A page of decisions, the newest first."""

    items: list[DecisionSummary]
    next_cursor: str | None = Field(description="Where the next page begins; null at the end.")


class DifferenceDocument(Document):
    """One field that did not come out the same."""

    field: str
    stored: Any
    recomputed: Any
    cause: Literal["data", "model", "policy"]


class ReplayDocument(Document):
    """A decision computed again, compared bit for bit."""

    decision_id: str
    equal: bool
    differences: list[DifferenceDocument]
