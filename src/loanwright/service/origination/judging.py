"""From records to decisions: one assessment for all that share a model."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision, decide
from loanwright.errors import LoanwrightError
from loanwright.features.columns import facts, matrix
from loanwright.service.origination.intake import Intake


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """An application with its vector, assessment and decision."""

    intake: Intake
    vector: Sequence[float] = field(repr=False)
    assessment: Assessment
    decision: Decision


def judge(intakes: Iterable[Intake]) -> Iterator[tuple[Intake, Judged | LoanwrightError]]:
    """Decide every application, or say why that one cannot be decided."""
    groups: dict[str, list[Intake]] = {}
    for intake in intakes:
        groups.setdefault(intake.package.hash, []).append(intake)
    for group in groups.values():
        try:
            assessed = _assess(group)
        except LoanwrightError:
            # One row that cannot be assessed must not take the others with it.
            yield from ((one, _judge_alone(one)) for one in group)
            continue
        for intake, (vector, assessment) in zip(group, assessed, strict=True):
            yield intake, _decide(intake, vector, assessment)


def _assess(group: Sequence[Intake]) -> list[tuple[Sequence[float], Assessment]]:
    package, segment = group[0].package, group[0].segment
    vectors = matrix(package.product, segment, [one.record for one in group])
    return list(zip(vectors.tolist(), package.assess_matrix(vectors), strict=True))


def _judge_alone(intake: Intake) -> Judged | LoanwrightError:
    try:
        ((vector, assessment),) = _assess([intake])
    except LoanwrightError as refusal:
        return refusal
    return _decide(intake, vector, assessment)


def _decide(
    intake: Intake, vector: Sequence[float], assessment: Assessment
) -> Judged | LoanwrightError:
    try:
        known = facts(intake.package.product, intake.segment, intake.record)
        decision = decide(assessment, intake.policy.policy, segment=intake.segment, facts=known)
    except LoanwrightError as refusal:
        return refusal
    return Judged(intake=intake, vector=vector, assessment=assessment, decision=decision)
