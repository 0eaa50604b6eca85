"""The decision itself: one pure function for a live application, a simulation and a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from loanwright.decisioning.assessment import Assessment, lowering_risk, raising_risk
from loanwright.decisioning.evaluating import Answer, Values
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy, Rule, Terms
from loanwright.decisioning.readable import GRADE, PROBABILITY, SCORE, SEGMENT
from loanwright.decisioning.reason import (
    SCORE_BELOW_CUTOFF,
    SCORE_MEETS_CUTOFF,
    TERMS_UNDETERMINED,
    Reason,
    adverse,
    favourable,
    of_policy,
    of_reservation,
)
from loanwright.decisioning.reservation import TOO_MANY_MISSING, UNSEEN_SEGMENT, Reservation
from loanwright.decisioning.terms import narrowed

Result = Literal["fired", "passed", "unknown"]

#: More reasons than these tell an applicant nothing.
MOST_REASONS: Final = 4

_RESULTS: Final[Mapping[bool | None, Result]] = {True: "fired", False: "passed", None: "unknown"}


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleResult:
    """What one rule said: ``fired``, ``passed``, or ``unknown`` when a fact was missing."""

    code: str
    result: Result


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The lender's answer and why.

    Parameters
    ----------
    outcome
        The most severe of the cutoffs' outcome and those of the rules.
    reasons
        One to four, unique, the most important first.
    rule_results
        The result of every rule that concerns the segment, in the policy's order.
    cutoff_outcome
        What the score alone would have given; ``refer`` in a segment without cutoffs.
    terms
        What would be lent at what price, unless declined; None where the policy states none.
    figures
        Every figure of the policy in its order; None when it is missing.
    reservations
        What was said against trusting the model, all of it, heeded or not.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    rule_results: tuple[RuleResult, ...]
    cutoff_outcome: Outcome
    terms: Terms | None = None
    figures: Mapping[str, Answer] = field(default_factory=dict)
    reservations: tuple[Reservation, ...] = ()


def decide(
    assessment: Assessment,
    policy: Policy,
    *,
    segment: str,
    facts: Mapping[str, object],
    reference: tuple[float, ...] | None = None,
    reservations: Sequence[Reservation] = (),
) -> Decision:
    """Decide one application; every assessment and every set of facts gives one outcome.

    The score gives an outcome by the segment's cutoffs, each rule that fires gives its own, and
    the most severe wins. A rule whose facts are missing is ``unknown``: it is never passed over
    in silence and never more than referred. So are reservations that the policy heeds, and terms
    that it states but that cannot be found.

    Parameters
    ----------
    assessment
        The model's answer.
    policy
        The rule book.
    segment
        Which of its cutoffs to use.
    facts
        What is known about the application, by name; absent, None and not finite are missing.
    reference
        Mean contributions of the applicants with whom this one is compared, one per feature of
        the assessment; None compares with the model's average.
    reservations
        What the package says of this applicant beside its assessment.

    Returns
    -------
    Decision
        At most four reasons. Those of reservations, then of rules, then of terms that led to the
        outcome come first; then, unless the score is approved, the contributions that raise the
        risk most; an approval gives those that lower it most.

    Raises
    ------
    SegmentHasNoCutoffs
        When the policy does not know the segment and does not refer such applicants.
    ReferenceRefused
        When the reference is not one number per feature.

    Examples
    --------
    >>> policy = Policy.from_mapping(
    ...     {"name": "demo", "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}}}
    ... )
    >>> assessment = Assessment(
    ...     probability_of_default=0.2,
    ...     score=571,
    ...     grade="D",
    ...     log_odds=-1.3,
    ...     base_log_odds=-2.1,
    ...     features=("worst_delay", "credit_limit"),
    ...     contributions=(1.0, -0.2),
    ... )
    >>> decision = decide(assessment, policy, segment="new", facts={})
    >>> str(decision.outcome), [reason.code for reason in decision.reasons]
    ('refer', ['worst_delay.adverse'])
    """
    by_score = policy.cutoff_outcome(segment, assessment.score)
    known = facts if policy.schema == 1 else _known(assessment, segment, facts)
    values = Values(known, policy.numbers)
    figures = _figures(policy, values)
    terms = _terms(policy, assessment.grade, figures)
    fired = [(rule, rule.holds(values)) for rule in policy.rules_of(segment)]
    asked = [
        *_asked_by_humility(policy, assessment, segment, reservations),
        *[_asked_by_rule(rule, fires) for rule, fires in fired if fires is not False],
        *_asked_by_terms(policy, terms),
    ]
    outcome = Outcome.most_severe([by_score or Outcome.REFER, *(each for _, each in asked)])
    by_policy = dict.fromkeys(reason for reason, each in asked if each is outcome)
    weighing = _Weighing(assessment=assessment, reference=reference, reservations=reservations)
    by_model = weighing.reasons(by_score, outcome)
    return Decision(
        outcome=outcome,
        reasons=(*by_policy, *by_model)[:MOST_REASONS],
        rule_results=tuple([_result(rule.code, fires) for rule, fires in fired]),
        cutoff_outcome=by_score or Outcome.REFER,
        terms=None if outcome is Outcome.DECLINE else terms,
        figures=figures,
        reservations=tuple(reservations),
    )


@lru_cache(maxsize=4096)
def _result(code: str, fires: bool | None) -> RuleResult:
    # The same few values return with every application: sharing them saves half of decide().
    return RuleResult(code=code, result=_RESULTS[fires])


def _known(assessment: Assessment, segment: str, facts: Mapping[str, object]) -> dict[str, object]:
    return {
        **facts,
        SCORE: assessment.score,
        PROBABILITY: assessment.probability_of_default,
        GRADE: assessment.grade,
        SEGMENT: segment,
    }


def _figures(policy: Policy, values: Values) -> dict[str, Answer]:
    """Compute each figure once; the later ones and the rules read it like a fact."""
    figures: dict[str, Answer] = {}
    for figure in policy.computed:
        figures[figure.name] = values.facts[figure.name] = figure.of(values)  # type: ignore[index]
    return figures


def _terms(policy: Policy, grade: str, figures: Mapping[str, Answer]) -> Terms | None:
    of_grade = policy.terms.get(grade)
    return narrowed(of_grade, figures) if of_grade else None


_Asked = tuple[Reason, Outcome]


def _asked_by_humility(
    policy: Policy, assessment: Assessment, segment: str, reservations: Sequence[Reservation]
) -> list[_Asked]:
    if policy.humility is None:
        return []
    heeded = list(policy.humility.heeded(reservations, len(assessment.features)))
    if segment not in policy.cutoffs:
        heeded.insert(0, Reservation(code=UNSEEN_SEGMENT))
    unnamed = assessment.unnamed
    return [(of_reservation(each, unnamed), Outcome.REFER) for each in heeded]


def _asked_by_rule(rule: Rule, fires: bool | None) -> _Asked:
    return of_policy(rule.code), rule.outcome if fires else Outcome.REFER


def _asked_by_terms(policy: Policy, terms: Terms | None) -> list[_Asked]:
    undetermined = bool(policy.terms) and terms is None
    return [(of_policy(TERMS_UNDETERMINED), Outcome.REFER)] if undetermined else []


@dataclass(frozen=True, kw_only=True, slots=True)
class _Weighing:
    """What the model's contributions say, against the reference."""

    assessment: Assessment
    reference: tuple[float, ...] | None
    reservations: Sequence[Reservation]

    def reasons(self, by_score: Outcome | None, outcome: Outcome) -> tuple[Reason, ...]:
        """Return why the score gave this; nothing where it was not the score that spoke."""
        if by_score in (Outcome.REFER, Outcome.DECLINE):
            return self._adverse() or (of_policy(SCORE_BELOW_CUTOFF),)
        if by_score and outcome is Outcome.APPROVE:
            return self._favourable() or (of_policy(SCORE_MEETS_CUTOFF),)
        return ()

    def _adverse(self) -> tuple[Reason, ...]:
        weighed = raising_risk(self.assessment, MOST_REASONS, self.reference)
        return adverse(weighed, self._missing())

    def _favourable(self) -> tuple[Reason, ...]:
        missing = self._missing()
        most = MOST_REASONS + len(missing)
        weighed = lowering_risk(self.assessment, most, self.reference)
        return favourable([each for each in weighed if each[0] not in missing][:MOST_REASONS])

    def _missing(self) -> frozenset[str]:
        missing = [each for each in self.reservations if each.code == TOO_MANY_MISSING]
        return frozenset(each.feature for each in missing if each.feature)
