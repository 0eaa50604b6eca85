"""Reviews and overrides as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.metrics.estimate import Estimate
from loanwright.service.reviews.worth import Worth


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
    worth, first_at
        Where it stands in the queue, and why.
    lease_until
        Until when it is kept for whoever has taken it.
    stopped_at
        Since when its clock stands still, because the applicant owes an answer.
    awaited
        How many things the applicant was asked for and has not sent.
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
    worth: Worth
    first_at: datetime
    lease_until: datetime | None = None
    stopped_at: datetime | None = None
    awaited: int = 0

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time is over and it is not answered; time that stands still is not."""
        return not self.ended and self.stopped_at is None and self.due_at <= now

    def left(self, now: datetime) -> timedelta:
        """Return how much of its time is left, below zero where it is over."""
        return self.due_at - (self.stopped_at or now)

    def is_held(self, now: datetime) -> bool:
        """Tell whether somebody has taken it, and the time for which it is kept is not over."""
        kept = self.lease_until is not None and self.lease_until > now
        return self.state is State.TAKEN and kept

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will come of it."""
        return self.state not in LIVE

    def for_applicant(self) -> "Review":
        """Return what of it the applicant is told: no names, and no result before its time."""
        nameless = replace(
            self, taken_by=None, resolved_by=None, approved_by=None, lease_until=None
        )
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
    made_by: str | None
    approved_by: str | None
    made_at: datetime

    def for_applicant(self) -> "Override":
        """Return what of it the applicant is told: no names."""
        return replace(self, made_by=None, approved_by=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a resolver says: an outcome or None where it stands, a code, words to the applicant."""

    outcome: str | None
    code: str
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Referred:
    """A decision that was just referred, as far as a review needs it.

    Attributes
    ----------
    score, cutoffs
        Where the model puts it, and what the policy makes of that; None where it is not known.
    asked
        The amount asked for, in units of the currency.
    """

    decision_id: str
    applicant_id: str
    product: str
    score: int | None = None
    cutoffs: Cutoffs | None = None
    asked: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which reviews a list is about, None for any, and which page of it."""

    state: State | None = None
    kind: Kind | None = None
    overdue: bool | None = None
    decision_id: str | None = None
    applicant_id: str | None = None
    product: str | None = None
    taken_by: str | None = None
    live: bool | None = None
    awaited: bool | None = None
    sort: str = "due_at"
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """Why somebody put a review back into the queue."""

    code: str
    words: str | None = field(default=None, repr=False)
    returned_by: str
    returned_at: datetime


class RequestState(StrEnum):
    """What came of a request to the applicant."""

    OPEN = "open"
    RECEIVED = "received"
    WAIVED = "waived"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Something that the applicant was asked for.

    Attributes
    ----------
    item
        What, one of the list.
    words, answer
        What the underwriter added, and what the applicant answered.
    """

    id: str
    review_id: str
    applicant_id: str
    item: str
    words: str | None = field(default=None, repr=False)
    answer: str | None = field(default=None, repr=False)
    state: RequestState
    asked_by: str | None
    asked_at: datetime
    ended_by: str | None
    ended_at: datetime | None

    def for_applicant(self) -> "Request":
        """Return what of it the applicant is told: no names."""
        return replace(self, asked_by=None, ended_by=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondLook:
    """A blind look at what somebody has answered.

    Attributes
    ----------
    first_outcome, first_by
        What is not shown before the second answer.
    outcome, words, answered_by, answered_at
        The second answer, None until it is there.
    """

    id: str
    review_id: str
    decision_id: str
    applicant_id: str
    product: str
    first_outcome: str | None
    first_by: str | None
    opened_at: datetime
    outcome: str | None = None
    words: str | None = field(default=None, repr=False)
    answered_by: str | None = None
    answered_at: datetime | None = None

    @property
    def agrees(self) -> bool | None:
        """Tell whether both found the same, None until there is a second answer."""
        return None if self.outcome is None else self.outcome == self.first_outcome

    def blind(self) -> "SecondLook":
        """Return it without the first answer as long as there is no second."""
        return self if self.outcome else replace(self, first_outcome=None, first_by=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How far second looks agree with first answers.

    Attributes
    ----------
    kappa
        Cohen's kappa; None while there are fewer than two, or all answers are one.
    counts
        How often each pair of first and second outcome was.
    """

    looked: int
    waiting: int
    agreed: int
    kappa: Estimate | None
    counts: Mapping[tuple[str, str], int]
