"""Computes a decision again and finds what differs, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
import numpy as np

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.policy import Policy
from loanwright.features.columns import matrix
from loanwright.packaging.basis import reference_of
from loanwright.service.decisions.schemas import Cause, DecisionRecord, Difference
from loanwright.service.decisions.snapshot import (
    basis_of,
    read_snapshot,
    snapshot_of,
    write_snapshot,
)
from loanwright.service.registry.packages import Package

DATA = ("record", "given", "features", "vector")
MODEL = (
    "log_odds",
    "base_log_odds",
    "contributions",
    "probability_of_default",
    "score",
    "grade",
    "reference",
    "reservations",
)
POLICY = ("cutoff_outcome", "rule_results", "outcome", "reasons", "figures", "terms")
STEPS: Final[tuple[tuple[tuple[str, ...], Cause], ...]] = (
    (DATA, "data"),
    (MODEL, "model"),
    (POLICY, "policy"),
)
COPIES = ("outcome", "score", "grade")


def compare(stored: DecisionRecord, package: Package, policy: Policy) -> tuple[Difference, ...]:
    """Return what differs between a stored decision and the same one computed now."""
    snapshot = read_snapshot(stored.snapshot)
    vectors = matrix(package.product, stored.segment, [snapshot["record"]])
    again = recompute(
        snapshot,
        stored.segment,
        vector=vectors[0].tolist(),
        assessment=package.assess_matrix(vectors)[0],
        package=package,
        policy=policy,
    )
    return differences(stored, snapshot, again)


def recompute(
    snapshot: Mapping[str, Any],
    segment: str,
    *,
    vector: Sequence[float],
    assessment: Assessment,
    package: Package,
    policy: Policy,
) -> dict[str, Any]:
    """Return the snapshot that the same application gets now, from its assessment of now."""
    basis = basis_of(snapshot, segment)
    if not basis.starter:
        # What the package says is computed anew; what was given from outside is taken as it was.
        said = package.reservations_of(np.array([vector]), [basis.record])[0]
        reference = reference_of(package, policy, segment)
        basis = replace(basis, reservations=said, reference=reference)
    again = snapshot_of(
        basis=basis,
        behaviour_version=snapshot.get("behaviour_version"),
        vector=vector,
        assessment=assessment,
        decision=basis.decide(assessment, policy, package.product),
    )
    return read_snapshot(write_snapshot(again))


def differences(
    stored: DecisionRecord, snapshot: Mapping[str, Any], again: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Return the fields that differ, and what is to blame for each."""
    found = _copies_that_differ(stored, snapshot)
    cause: Cause | None = "data" if found else None
    for names, own in STEPS:
        differing = [name for name in names if snapshot.get(name) != again.get(name)]
        # What goes wrong first explains everything that follows from it.
        cause = cause or (own if differing else None)
        found += [
            Difference(
                field=name,
                stored=snapshot.get(name),
                recomputed=again.get(name),
                cause=cause or own,
            )
            for name in differing
        ]
    return tuple(found)


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
