"""Everything a decision rests on, to the last bit, as one text that is never changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision

SCHEMA = 1
_write = msgspec.json.Encoder().encode
_read = msgspec.json.Decoder().decode


def snapshot_of(
    *,
    record: Mapping[str, Any],
    behaviour_version: int | None,
    vector: Sequence[float],
    assessment: Assessment,
    decision: Decision,
) -> dict[str, Any]:
    """Return what a decision rests on; real numbers as hexadecimal, so that no bit is lost."""
    return {
        "schema": SCHEMA,
        "record": record,
        "behaviour_version": behaviour_version,
        "features": assessment.features,
        "vector": [value.hex() for value in vector],
        "log_odds": assessment.log_odds.hex(),
        "base_log_odds": assessment.base_log_odds.hex(),
        "contributions": [value.hex() for value in assessment.contributions],
        "probability_of_default": assessment.probability_of_default.hex(),
        "score": assessment.score,
        "grade": assessment.grade,
        "cutoff_outcome": decision.cutoff_outcome,
        "rule_results": [[one.code, one.result] for one in decision.rule_results],
        "outcome": decision.outcome,
        "reasons": [
            [one.code, one.source, one.feature, one.contribution.hex()] for one in decision.reasons
        ],
    }


def write_snapshot(snapshot: Mapping[str, Any]) -> str:
    """Return the snapshot as the text that is stored."""
    return _write(snapshot).decode()


def committed(
    *, application_id: str, decision_id: str, received: str, snapshot: str, reply: str
) -> dict[str, str]:
    """Return what the audit log commits to: what was sent, what it rested on, what was answered."""
    return {
        "application": application_id,
        "decision": decision_id,
        "received": received,
        "snapshot": snapshot,
        "reply": reply,
    }


def read_snapshot(text: str) -> dict[str, Any]:
    """Return the snapshot that was stored."""
    return _read(text)
