"""From records to decisions: one assessment for all that share a model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision, decide
from loanwright.decisioning.reason import Reason
from loanwright.errors import LoanwrightError
from loanwright.explanation.reasons import reason_text
from loanwright.features.columns import facts, matrix
from loanwright.service.origination.errors import DecisionImpossible
from loanwright.service.origination.intake import Intake
from loanwright.service.telemetry.traces import NoTraces, Traces


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """An application with its vector, assessment and decision; one text for each reason."""

    intake: Intake
    vector: Sequence[float] = field(repr=False)
    assessment: Assessment
    decision: Decision
    texts: Sequence[Mapping[str, str]] = field(repr=False)


class Judge:
    """Assesses and decides; what cannot be decided is never guessed."""

    def __init__(self, traces: Traces | None = None) -> None:
        self._traces = traces or NoTraces()
        self._texts: dict[tuple[str, str, str], Mapping[str, str]] = {}

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
                    self._decide(intake, vector, assessment)
                    for intake, (vector, assessment) in zip(group, assessed, strict=True)
                ]
            yield from zip(group, decided, strict=True)

    def _judge_alone(self, intake: Intake) -> Judged | DecisionImpossible:
        try:
            ((vector, assessment),) = _assess([intake])
        except LoanwrightError as failure:
            return _impossible(failure)
        return self._decide(intake, vector, assessment)

    def _decide(
        self, intake: Intake, vector: Sequence[float], assessment: Assessment
    ) -> Judged | DecisionImpossible:
        try:
            known = facts(intake.package.product, intake.segment, intake.record)
            policy = intake.policy.policy
            decision = decide(assessment, policy, segment=intake.segment, facts=known)
            texts = [self._text(intake, reason) for reason in decision.reasons]
        except LoanwrightError as failure:
            return _impossible(failure)
        return Judged(
            intake=intake, vector=vector, assessment=assessment, decision=decision, texts=texts
        )

    def _text(self, intake: Intake, reason: Reason) -> Mapping[str, str]:
        key = (intake.package.hash, intake.policy.hash, reason.code)
        if key not in self._texts:
            product, policy = intake.package.product, intake.policy.policy
            text = reason_text(product, reason, policy=policy)
            self._texts[key] = {"en": text.en, "ru": text.ru}
        return self._texts[key]


def _assess(group: Sequence[Intake]) -> list[tuple[Sequence[float], Assessment]]:
    package, segment = group[0].package, group[0].segment
    vectors = matrix(package.product, segment, [one.record for one in group])
    return list(zip(vectors.tolist(), package.assess_matrix(vectors), strict=True))


def _impossible(failure: LoanwrightError) -> DecisionImpossible:
    # The application was acceptable: whatever fails now is our failure, not its sender's.
    impossible = DecisionImpossible(why=str(failure))
    impossible.__cause__ = failure
    return impossible
