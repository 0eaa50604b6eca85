"""The answer to an application, written once: what is stored is what is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from loanwright.decisioning.decide import Decision
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.reason import Reason
from loanwright.service.applicants.schemas import Applicant
from loanwright.service.decisions.snapshot import snapshot_of, write_snapshot
from loanwright.service.kit.clock import iso
from loanwright.service.origination.judging import Judged
from loanwright.service.origination.schemas import Submission

_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A decided application, ready to be stored."""

    judged: Judged
    application_id: str
    decision_id: str
    applicant: Applicant
    moment: datetime
    reply: bytes
    snapshot: str

    @property
    def submission(self) -> Submission:
        """Return what was sent."""
        return self.judged.intake.submission


def draft(
    judged: Judged,
    *,
    application_id: str,
    decision_id: str,
    applicant: Applicant,
    moment: datetime,
) -> Draft:
    """Write the reply and the snapshot of one decision."""
    when = iso(moment)
    reply = {
        "id": application_id,
        "received_at": when,
        "product": judged.intake.submission.product,
        "segment": judged.intake.segment,
        "applicant": {"id": applicant.id},
        "decision": _decision(judged, decision_id, when),
    }
    snapshot = snapshot_of(
        basis=judged.basis,
        behaviour_version=judged.intake.behaviour_version,
        vector=judged.vector,
        assessment=judged.assessment,
        decision=judged.decision,
    )
    return Draft(
        judged=judged,
        application_id=application_id,
        decision_id=decision_id,
        applicant=applicant,
        moment=moment,
        reply=_write(reply),
        snapshot=write_snapshot(snapshot),
    )


def _decision(judged: Judged, decision_id: str, when: str) -> dict[str, Any]:
    assessment, intake = judged.assessment, judged.intake
    weighed = zip(assessment.features, assessment.contributions, strict=True)
    explained = zip(judged.decision.reasons, judged.texts, strict=True)
    return {
        "id": decision_id,
        "decided_at": when,
        "outcome": judged.decision.outcome,
        "probability_of_default": assessment.probability_of_default,
        "score": assessment.score,
        "grade": assessment.grade,
        "reasons": [_reason(reason, text) for reason, text in explained],
        "base_log_odds": assessment.base_log_odds,
        "log_odds": assessment.log_odds,
        "contributions": [
            {"feature": feature, "contribution": weight} for feature, weight in weighed
        ],
        "model": {"hash": intake.package.hash, "family": intake.package.family},
        "policy": {"hash": intake.policy.hash, "name": intake.policy.policy.name},
        **_terms(judged.decision),
    }


def _terms(decision: Decision) -> dict[str, Any]:
    """Return what is offered; nothing is promised to those who are not approved."""
    terms = decision.terms
    if terms is None or decision.outcome is not Outcome.APPROVE:
        return {}
    offered = {"highest_amount": terms.highest_amount, "annual_rate_bp": terms.annual_rate_bp}
    return {"terms": offered}


def _reason(reason: Reason, text: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": reason.code,
        "source": reason.source,
        "feature": reason.feature,
        "contribution": reason.contribution,
        "text": text,
    }
