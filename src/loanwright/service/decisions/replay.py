"""Computes a decision again and finds what differs, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reservation import Reservation
from loanwright.errors import LoanwrightError
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
    said = package.reservations_of(vectors, [snapshot["record"]])[0]
    again = recompute(
        snapshot,
        stored.segment,
        vector=vectors[0].tolist(),
        assessed=(package.assess_matrix(vectors)[0], said),
        package=package,
        policy=policy,
    )
    return differences(stored, snapshot, again)


def compare_many(
    stored: Sequence[DecisionRecord], package: Package, policy: Policy
) -> dict[str, tuple[Difference, ...]]:
    """Compare decisions of one segment, model and policy, assessed together; by their ids."""
    snapshots = [read_snapshot(one.snapshot) for one in stored]
    records = [one["record"] for one in snapshots]
    segment = stored[0].segment
    try:
        vectors = matrix(package.product, segment, records)
        assessments = package.assess_matrix(vectors)
    except LoanwrightError:
        # One that cannot be assessed any more must not take the others with it.
        return {one.id: compare(one, package, policy) for one in stored}
    said = package.reservations_of(vectors, records)
    rows = zip(stored, snapshots, vectors.tolist(), assessments, said, strict=True)
    return {
        one.id: differences(
            one,
            snapshot,
            recompute(
                snapshot,
                segment,
                vector=vector,
                assessed=(assessment, reservations),
                package=package,
                policy=policy,
            ),
        )
        for one, snapshot, vector, assessment, reservations in rows
    }


def recompute(
    snapshot: Mapping[str, Any],
    segment: str,
    *,
    vector: Sequence[float],
    assessed: tuple[Assessment, tuple[Reservation, ...]],
    package: Package,
    policy: Policy,
) -> dict[str, Any]:
    """Return the snapshot that the same application gets now, from what the model says now."""
    basis = basis_of(snapshot, segment)
    assessment, said = assessed
    if not basis.starter:
        # What the package says is computed anew; what was given from outside is taken as it was.
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
