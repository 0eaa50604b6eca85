"""What the audit log is told of decisions."""

from collections.abc import Mapping, Sequence
from typing import Any

from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.decisions.snapshot import committed
from loanwright.service.origination.writing import Draft

MADE = "decision.made"


def recorded(
    drafts: Sequence[Draft],
    received: Sequence[Mapping[str, Any]],
    decided: Sequence[Mapping[str, Any]],
) -> list[tuple[Actor, list[Change]]]:
    """Return one change for each decision, with its application and decision as they are stored."""
    changes: dict[Actor, list[Change]] = {}
    for one, application, decision in zip(drafts, received, decided, strict=True):
        caller = one.submission.caller
        change = Change(
            action=MADE,
            subject=one.decision_id,
            person=one.applicant.id,
            key=one.applicant.key,
            after=committed(
                application_id=one.application_id,
                decision_id=one.decision_id,
                received=one.judged.intake.received,
                snapshot=one.snapshot,
                reply=one.reply.decode(),
            ),
            stored={
                f"applications:{one.application_id}": application,
                f"decisions:{one.decision_id}": decision,
            },
        )
        changes.setdefault(Actor(id=caller.id, request_id=caller.request_id), []).append(change)
    return list(changes.items())
