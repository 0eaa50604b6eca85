"""Everything a decision rests on, to the last bit, as one text that is never changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision
from loanwright.decisioning.reservation import Reservation
from loanwright.packaging.basis import Basis

#: Snapshots of schema 1 know neither reservations nor figures; they are replayed as they were.
SCHEMA = 2
_write = msgspec.json.Encoder().encode
_read = msgspec.json.Decoder().decode


def snapshot_of(
    *,
    basis: Basis,
    behaviour_version: int | None,
    vector: Sequence[float],
    assessment: Assessment,
    decision: Decision,
) -> dict[str, Any]:
    """Return what a decision rests on; real numbers as hexadecimal, so that no bit is lost."""
    first = _first_schema(basis, behaviour_version, vector, assessment, decision)
    return (
        first if basis.starter else {**first, "schema": SCHEMA, **_second_schema(basis, decision)}
    )


def basis_of(snapshot: Mapping[str, Any], segment: str) -> Basis:
    """Return what a stored decision was told beside its assessment and its policy."""
    if snapshot["schema"] == 1:
        return Basis(segment=segment, record=snapshot["record"], starter=True)
    reference = snapshot["reference"]
    return Basis(
        segment=segment,
        record=snapshot["record"],
        given={name: _from_hex(value) for name, value in snapshot["given"].items()},
        reference=reference and tuple(map(float.fromhex, reference)),
        reservations=tuple(
            Reservation(code=code, feature=feature) for code, feature in snapshot["reservations"]
        ),
    )


def _first_schema(
    basis: Basis,
    behaviour_version: int | None,
    vector: Sequence[float],
    assessment: Assessment,
    decision: Decision,
) -> dict[str, Any]:
    return {
        "schema": 1,
        "record": basis.record,
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


def _second_schema(basis: Basis, decision: Decision) -> dict[str, Any]:
    terms, reference = decision.terms, basis.reference
    return {
        "given": {name: _hex(value) for name, value in basis.given.items()},
        "reference": reference and [value.hex() for value in reference],
        "reservations": [[one.code, one.feature] for one in basis.reservations],
        "figures": {name: _hex(value) for name, value in decision.figures.items()},
        "terms": terms and [terms.highest_amount, terms.annual_rate_bp],
    }


def _hex(value: float | bool | str | None) -> Any:
    plain = value is None or isinstance(value, bool | str)
    return value if plain else float(value).hex()  # type: ignore[arg-type]


def _from_hex(value: str | None) -> float | None:
    return None if value is None else float.fromhex(value)


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
