"""Computes a decision again and finds what differs, and why."""

from collections.abc import Mapping
from typing import Any

import msgspec

from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.features.columns import facts, matrix
from loanwright.service.decisions.schemas import Cause, DecisionRecord, Difference
from loanwright.service.decisions.snapshot import read_snapshot, snapshot_of, write_snapshot
from loanwright.service.registry.packages import Package

DATA = ("record", "features", "vector")
MODEL = (
    "log_odds",
    "base_log_odds",
    "contributions",
    "probability_of_default",
    "score",
    "grade",
)
POLICY = ("cutoff_outcome", "rule_results", "outcome", "reasons")
COPIES = ("outcome", "score", "grade")


def compare(stored: DecisionRecord, package: Package, policy: Policy) -> tuple[Difference, ...]:
    """Return what differs between a stored decision and the same one computed now."""
    snapshot = read_snapshot(stored.snapshot)
    again = read_snapshot(write_snapshot(_recompute(snapshot, stored, package, policy)))
    differences = [*_copies_that_differ(stored, snapshot)]
    cause: Cause | None = "data" if differences else None
    steps: tuple[tuple[tuple[str, ...], Cause], ...] = (
        (DATA, "data"),
        (MODEL, "model"),
        (POLICY, "policy"),
    )
    for names, own in steps:
        found = [name for name in names if snapshot.get(name) != again.get(name)]
        # What goes wrong first explains everything that follows from it.
        cause = cause or (own if found else None)
        differences += [
            Difference(
                field=name,
                stored=snapshot.get(name),
                recomputed=again.get(name),
                cause=cause or own,
            )
            for name in found
        ]
    return tuple(differences)


def _recompute(
    snapshot: Mapping[str, Any], stored: DecisionRecord, package: Package, policy: Policy
) -> dict[str, Any]:
    record = snapshot["record"]
    vectors = matrix(package.product, stored.segment, [record])
    assessment = package.assess_matrix(vectors)[0]
    known = facts(package.product, stored.segment, record)
    return snapshot_of(
        record=record,
        behaviour_version=snapshot.get("behaviour_version"),
        vector=vectors[0].tolist(),
        assessment=assessment,
        decision=decide(assessment, policy, segment=stored.segment, facts=known),
    )


def _copies_that_differ(stored: DecisionRecord, snapshot: Mapping[str, Any]) -> list[Difference]:
    """Return the columns that do not say what the snapshot says."""
    answered = msgspec.json.decode(stored.reply)["decision"]
    said = {name: getattr(stored, name) for name in COPIES}
    said["probability_of_default"] = stored.probability_of_default.hex()
    told = {name: answered.get(name) for name in COPIES}
    told["probability_of_default"] = float(answered["probability_of_default"]).hex()
    return [
        Difference(
            field=f"{place}.{name}", stored=value, recomputed=snapshot.get(name), cause="data"
        )
        for place, values in (("column", said), ("reply", told))
        for name, value in values.items()
        if value != snapshot.get(name)
    ]
