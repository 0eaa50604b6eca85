"""What a challenger would have made of decisions: its own assessment, under the same policy."""

import math
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision, decide
from loanwright.decisioning.policy import Policy
from loanwright.errors import LoanwrightError, Rejected
from loanwright.features.columns import facts, matrix
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.registry.packages import Package
from loanwright.service.shadows.schemas import Seen

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
    records = [read_snapshot(one.snapshot)["record"] for one in decided]
    vectors = matrix(package.product, segment, records)
    found = []
    for record, assessment in zip(records, package.assess_matrix(vectors), strict=True):
        known = facts(package.product, segment, record)
        found.append(_seen(assessment, decide(assessment, policy, segment=segment, facts=known)))
    return found


def _seen(assessment: Assessment, decision: Decision) -> Seen:
    probability = assessment.probability_of_default
    if not (math.isfinite(probability) and 0 <= probability <= 1):
        raise AssessmentNotANumber(probability=probability)
    detail: dict[str, Any] = {
        "log_odds": assessment.log_odds.hex(),
        "features": assessment.features,
        "contributions": [value.hex() for value in assessment.contributions],
        "reasons": [one.code for one in decision.reasons],
    }
    return Seen(
        outcome=str(decision.outcome),
        probability_of_default=probability,
        score=assessment.score,
        grade=assessment.grade,
        detail=msgspec.json.encode(detail).decode(),
    )
