"""The answer to an application, written once: what is stored is what is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from loanwright.decisioning.reason import Reason
from loanwright.explanation.reasons import reason_text
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
    applicant_id: str
    moment: datetime
    reply: bytes
    snapshot: str

    @property
    def submission(self) -> Submission:
        """Return what was sent."""
        return self.judged.intake.submission


class Writer:
    """Writes replies and snapshots."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str, str], Mapping[str, str]] = {}

    def draft(
        self,
        judged: Judged,
        *,
        application_id: str,
        decision_id: str,
        applicant_id: str,
        moment: datetime,
    ) -> Draft:
        """Write the reply and the snapshot of one decision."""
        when = iso(moment)
        reply = {
            "id": application_id,
            "received_at": when,
            "product": judged.intake.submission.product,
            "segment": judged.intake.segment,
            "applicant": {"id": applicant_id},
            "decision": self._decision(judged, decision_id, when),
        }
        snapshot = snapshot_of(
            record=judged.intake.record,
            behaviour_version=judged.intake.behaviour_version,
            vector=judged.vector,
            assessment=judged.assessment,
            decision=judged.decision,
        )
        return Draft(
            judged=judged,
            application_id=application_id,
            decision_id=decision_id,
            applicant_id=applicant_id,
            moment=moment,
            reply=_write(reply),
            snapshot=write_snapshot(snapshot),
        )

    def _decision(self, judged: Judged, decision_id: str, when: str) -> dict[str, Any]:
        assessment, package = judged.assessment, judged.intake.package
        policy = judged.intake.policy
        weighed = zip(assessment.features, assessment.contributions, strict=True)
        return {
            "id": decision_id,
            "decided_at": when,
            "outcome": judged.decision.outcome,
            "probability_of_default": assessment.probability_of_default,
            "score": assessment.score,
            "grade": assessment.grade,
            "reasons": [self._reason(judged, reason) for reason in judged.decision.reasons],
            "base_log_odds": assessment.base_log_odds,
            "log_odds": assessment.log_odds,
            "contributions": [
                {"feature": feature, "contribution": weight} for feature, weight in weighed
            ],
            "model": {"hash": package.hash, "family": package.family},
            "policy": {"hash": policy.hash, "name": policy.policy.name},
        }

    def _reason(self, judged: Judged, reason: Reason) -> dict[str, Any]:
        return {
            "code": reason.code,
            "source": reason.source,
            "feature": reason.feature,
            "contribution": reason.contribution,
            "text": self._text(judged, reason),
        }

    def _text(self, judged: Judged, reason: Reason) -> Mapping[str, str]:
        package, policy = judged.intake.package, judged.intake.policy
        key = (package.hash, policy.hash, reason.code)
        if key not in self._texts:
            text = reason_text(package.product, reason, policy=policy.policy)
            self._texts[key] = {"en": text.en, "ru": text.ru}
        return self._texts[key]
