"""What a challenger would have made of decisions: its own assessment, under the same policy."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.policy import Policy
from loanwright.errors import LoanwrightError, Rejected
from loanwright.features.columns import matrix
from loanwright.service.decisions.replay import recompute
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.registry.packages import Package
from loanwright.service.shadows.schemas import Seen

#: What is kept, sealed, of how it came to its answer.
DETAIL: Final = ("log_odds", "base_log_odds", "features", "contributions", "reasons")
#: Whatever a model that was built wrongly may raise; it is counted and told, never passed on.
FAULTS: Final = (
    LoanwrightError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class AssessmentNotANumber(Rejected):
    """The model answers a probability of default of {probability}."""


def look(package: Package, policy: Policy, decided: Sequence[DecisionRecord]) -> list[Seen]:
    """Return what a model thinks of decisions that one policy made; its faults are its own."""
    try:
        return _look(package, policy, decided)
    except FAULTS as fault:
        if len(decided) == 1:
            return [failed(fault)]
    # One that it cannot assess must not take the others with it.
    return [seen for one in decided for seen in look(package, policy, [one])]


def failed(fault: Exception) -> Seen:
    """Return that a model failed; its words may hold what was sent, so only its name is kept."""
    return Seen(failure=type(fault).__name__[:80])


def _look(package: Package, policy: Policy, decided: Sequence[DecisionRecord]) -> list[Seen]:
    segment = decided[0].segment
    snapshots = [read_snapshot(one.snapshot) for one in decided]
    records = [one["record"] for one in snapshots]
    vectors = matrix(package.product, segment, records)
    said = package.reservations_of(vectors, records)
    assessed = list(zip(package.assess_matrix(vectors), said, strict=True))
    return [
        _seen(
            each[0],
            recompute(
                snapshot,
                segment,
                vector=vector,
                assessed=each,
                package=package,
                policy=policy,
            ),
        )
        for snapshot, vector, each in zip(snapshots, vectors.tolist(), assessed, strict=True)
    ]


def _seen(assessment: Assessment, again: Mapping[str, Any]) -> Seen:
    probability = assessment.probability_of_default
    if not (math.isfinite(probability) and 0 <= probability <= 1):
        raise AssessmentNotANumber(probability=probability)
    detail = {name: again[name] for name in DETAIL}
    return Seen(
        outcome=again["outcome"],
        probability_of_default=probability,
        score=assessment.score,
        grade=assessment.grade,
        detail=msgspec.json.encode(detail).decode(),
    )
