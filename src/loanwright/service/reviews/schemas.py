"""Reviews and overrides as values."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Why a person looks.

    A *referral* is opened by the decision itself; a *review* (a person shall look), an *objection*
    and a request for *reasons* are opened by the applicant, or on their behalf.
    """

    REFERRAL = "referral"
    REVIEW = "review"
    OBJECTION = "objection"
    REASONS = "reasons"


class State(StrEnum):
    """Where a review is in its life; the last two are final."""

    OPEN = "open"
    TAKEN = "taken"
    PROPOSED = "proposed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Result(StrEnum):
    """What came of the decision."""

    UPHELD = "upheld"
    CHANGED = "changed"


class Side(StrEnum):
    """Which way a person went against the model: *low* lends below the cut-off, *high* refuses."""

    LOW = "low"
    HIGH = "high"


LIVE = (State.OPEN, State.TAKEN, State.PROPOSED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One look of a person at one decision.

    Attributes
    ----------
    jurisdiction, law_pack
        Whose clock it runs by; None where no law of ours asks for one.
    reason, answer
        What the applicant and the lender wrote; None also where the person was erased.
    outcome
        The outcome that the resolver found right.
    """

    id: str
    decision_id: str
    applicant_id: str
    product: str
    kind: Kind
    state: State
    jurisdiction: str | None
    law_pack: str | None
    opened_by: str
    opened_at: datetime
    due_at: datetime
    reason: str | None = field(default=None, repr=False)
    taken_by: str | None
    taken_at: datetime | None
    result: Result | None
    outcome: str | None
    code: str | None
    answer: str | None = field(default=None, repr=False)
    resolved_by: str | None
    resolved_at: datetime | None
    two_persons: bool
    approved_by: str | None
    approved_at: datetime | None
    overdue_at: datetime | None

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will come of it."""
        return self.state not in LIVE

    def for_applicant(self) -> "Review":
        """Return what of it the applicant is told: no names, and no result before its time."""
        nameless = replace(self, taken_by=None, resolved_by=None, approved_by=None)
        if self.state is State.RESOLVED:
            return nameless
        state = State.TAKEN if self.state is State.PROPOSED else self.state
        return replace(
            nameless, state=state, result=None, outcome=None, code=None, answer=None,
            resolved_at=None,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """A person's decision in the place of an earlier one, which stays as it was."""

    id: str
    decision_id: str
    review_id: str
    applicant_id: str
    product: str
    before: str
    outcome: str
    side: Side
    code: str
    made_by: str
    approved_by: str | None
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a resolver says: an outcome or None where it stands, a code, words to the applicant."""

    outcome: str | None
    code: str
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Referred:
    """A decision that was just referred, as far as a review needs it."""

    decision_id: str
    applicant_id: str
    product: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which reviews a list is about, None for any, and which page of it."""

    state: State | None = None
    kind: Kind | None = None
    overdue: bool | None = None
    decision_id: str | None = None
    applicant_id: str | None = None
    sort: str = "due_at"
    limit: int = 50
    cursor: str | None = None
