"""From records to decisions: one assessment for all that share a model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision
from loanwright.decisioning.reason import Reason
from loanwright.decisioning.reservation import Reservation
from loanwright.errors import LoanwrightError
from loanwright.explanation.reasons import reason_text
from loanwright.features.affordable import affordability_of
from loanwright.features.columns import matrix
from loanwright.packaging.basis import Basis, reference_of
from loanwright.service.origination.errors import DecisionImpossible
from loanwright.service.origination.intake import Intake
from loanwright.service.telemetry.traces import NoTraces, Traces


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """An application with its vector, assessment and decision; one text for each reason."""

    intake: Intake
    vector: Sequence[float] = field(repr=False)
    assessment: Assessment
    basis: Basis
    decision: Decision
    texts: Sequence[Mapping[str, str]] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Assessed:
    vector: Sequence[float]
    assessment: Assessment
    reservations: tuple[Reservation, ...]


class Judge:
    """Assesses and decides; what cannot be decided is never guessed."""

    def __init__(self, traces: Traces | None = None) -> None:
        self._traces = traces or NoTraces()
        self._texts: dict[tuple[str, str, str, str | None], Mapping[str, str]] = {}

    def judge(
        self, intakes: Iterable[Intake]
    ) -> Iterator[tuple[Intake, Judged | DecisionImpossible]]:
        """Decide every application, or say why that one cannot be decided."""
        groups: dict[str, list[Intake]] = {}
        for intake in intakes:
            groups.setdefault(intake.package.hash, []).append(intake)
        for group in groups.values():
            try:
                with self._traces.span("assess", applications=len(group)):
                    assessed = _assess(group)
            except LoanwrightError:
                # One row that cannot be assessed must not take the others with it.
                yield from ((one, self._judge_alone(one)) for one in group)
                continue
            with self._traces.span("apply the policy"):
                decided = [
                    self._decide(intake, one) for intake, one in zip(group, assessed, strict=True)
                ]
            yield from zip(group, decided, strict=True)

    def _judge_alone(self, intake: Intake) -> Judged | DecisionImpossible:
        try:
            (assessed,) = _assess([intake])
        except LoanwrightError as failure:
            return _impossible(failure)
        return self._decide(intake, assessed)

    def _decide(self, intake: Intake, assessed: _Assessed) -> Judged | DecisionImpossible:
        assessment, policy = assessed.assessment, intake.policy.policy
        try:
            basis = _basis(intake, assessed)
            decision = basis.decide(assessment, policy, intake.package.product)
            texts = [self._text(intake, reason) for reason in decision.reasons]
        except LoanwrightError as failure:
            return _impossible(failure)
        return Judged(
            intake=intake,
            vector=assessed.vector,
            assessment=assessment,
            basis=basis,
            decision=decision,
            texts=texts,
        )

    def _text(self, intake: Intake, reason: Reason) -> Mapping[str, str]:
        key = (intake.package.hash, intake.policy.hash, reason.code, reason.feature)
        if key not in self._texts:
            product, policy = intake.package.product, intake.policy.policy
            text = reason_text(product, reason, policy=policy)
            self._texts[key] = {"en": text.en, "ru": text.ru}
        return self._texts[key]


def _assess(group: Sequence[Intake]) -> list[_Assessed]:
    package, segment = group[0].package, group[0].segment
    records = [one.record for one in group]
    vectors = matrix(package.product, segment, records)
    assessments = package.assess_matrix(vectors)
    reservations = package.reservations_of(vectors, records)
    found = zip(vectors.tolist(), assessments, reservations, strict=True)
    return [
        _Assessed(vector=vector, assessment=assessment, reservations=said)
        for vector, assessment, said in found
    ]


def _basis(intake: Intake, assessed: _Assessed) -> Basis:
    """Gather what the decision rests on beside the assessment and the policy."""
    package, policy = intake.package, intake.policy.policy
    return Basis(
        segment=intake.segment,
        record=intake.record,
        given=affordability_of(intake.product, intake.record, assessed.assessment.grade),
        reference=reference_of(package, policy, intake.segment),
        reservations=assessed.reservations,
    )


def _impossible(failure: LoanwrightError) -> DecisionImpossible:
    # The application was acceptable: whatever fails now is our failure, not its sender's.
    impossible = DecisionImpossible(why=str(failure))
    impossible.__cause__ = failure
    return impossible
