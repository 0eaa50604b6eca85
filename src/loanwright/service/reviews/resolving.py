"""What a review becomes: pure steps from an answer to an outcome and to an override."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from loanwright.decisioning.outcome import Outcome
from loanwright.service.reviews.clocks import Due
from loanwright.service.reviews.codes import STANDS, codes
from loanwright.service.reviews.errors import CodeUnfit, KindUnfit, OutcomeNeeded
from loanwright.service.reviews.schemas import (
    Answer,
    Kind,
    Override,
    Referred,
    Result,
    Review,
    Side,
    State,
)
from loanwright.service.reviews.worth import Worth

#: What the audit log calls the step into a state.
ACTIONS: Final[Mapping[State, str]] = {
    State.OPEN: "review.released",
    State.TAKEN: "review.taken",
    State.PROPOSED: "review.proposed",
    State.RESOLVED: "review.resolved",
}
_EMPTY: Final = (
    "reason", "taken_by", "taken_at", "result", "outcome", "code", "answer", "resolved_by",
    "resolved_at", "approved_by", "approved_at", "overdue_at", "lease_until", "stopped_at",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """How a review begins: when, by whom, until when, and what it is worth."""

    kind: Kind
    by: str
    now: datetime
    due: Due
    worth: Worth


def opened(about: Referred, start: Start, *, review_id: str) -> dict[str, Any]:
    """Return the row of a review that begins."""
    due = start.due
    return {
        **dict.fromkeys(_EMPTY),
        **asdict(start.worth),
        "first_at": start.worth.first_at(start.now, due.at),
        "awaited": 0,
        "id": review_id,
        "decision_id": about.decision_id,
        "applicant_id": about.applicant_id,
        "product": about.product,
        "kind": str(start.kind),
        "state": str(State.OPEN),
        "jurisdiction": due.jurisdiction,
        "law_pack": due.law_pack,
        "opened_by": start.by,
        "opened_at": start.now,
        "due_at": due.at,
        "two_persons": 0,
    }


def outcome_by(answer: Answer, kind: Kind, standing: str) -> str:
    """Return the outcome that an answer finds right, or say why the answer cannot be."""
    outcome = answer.outcome or standing
    changed = outcome != standing
    if kind is Kind.REASONS and changed:
        raise KindUnfit(kind=kind)
    if kind is not Kind.REASONS and outcome == Outcome.REFER:
        raise OutcomeNeeded
    fitting = outcome if changed else STANDS
    known = [one.code for one in codes().values() if one.outcome == fitting]
    if answer.code not in known:
        raise CodeUnfit(code=answer.code, known=", ".join(known))
    return outcome


def result_of(outcome: str, standing: str) -> Result:
    """Return what came of the decision."""
    return Result.UPHELD if outcome == standing else Result.CHANGED


def override_by(review: Review, *, override_id: str, before: str, moment: datetime) -> Override:
    """Return the override that a resolved review is."""
    outcome = review.outcome or before
    return Override(
        id=override_id,
        decision_id=review.decision_id,
        review_id=review.id,
        applicant_id=review.applicant_id,
        product=review.product,
        before=before,
        outcome=outcome,
        side=Side.LOW if outcome == Outcome.APPROVE else Side.HIGH,
        code=review.code or "",
        made_by=review.resolved_by or "",
        approved_by=review.approved_by,
        made_at=moment,
    )


def row_of(override: Override) -> dict[str, Any]:
    """Return the row of an override."""
    return {**asdict(override), "side": str(override.side)}
