"""The decision itself: one pure function for a live application, a simulation and a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from loanwright.decisioning.assessment import Assessment, lowering_risk, raising_risk
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy, Rule
from loanwright.decisioning.reason import (
    SCORE_BELOW_CUTOFF,
    SCORE_MEETS_CUTOFF,
    Reason,
    adverse,
    favourable,
    of_policy,
)
from loanwright.errors import Rejected

Result = Literal["fired", "passed", "unknown"]

#: More reasons than these tell an applicant nothing.
MOST_REASONS: Final = 4

_RESULTS: Final[Mapping[bool | None, Result]] = {True: "fired", False: "passed", None: "unknown"}


class ReasonLimitRefused(Rejected):
    """A decision gives 1 to 4 reasons, not {limit}."""


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
        What the score alone would have given.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    rule_results: tuple[RuleResult, ...]
    cutoff_outcome: Outcome


def decide(
    assessment: Assessment,
    policy: Policy,
    *,
    segment: str,
    facts: Mapping[str, object],
    limit: int = MOST_REASONS,
) -> Decision:
    """Decide one application; every assessment and every set of facts gives one outcome.

    The score gives an outcome by the segment's cutoffs, each rule that fires gives its own, and
    the most severe wins. A rule whose facts are missing is ``unknown``: it is never passed over
    in silence and never more than referred.

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
    limit
        How many reasons to give at most, 1 to 4.

    Returns
    -------
    Decision
        Reasons of the rules that led to the outcome come first, in the policy's order; then,
        unless the score is approved, the contributions that raise the risk most; an approval
        gives those that lower it most.

    Raises
    ------
    SegmentHasNoCutoffs
        When the policy does not know the segment.
    ReasonLimitRefused
        When ``limit`` is outside 1 to 4.

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
    if not 1 <= limit <= MOST_REASONS:
        raise ReasonLimitRefused(limit=limit)
    by_score = policy.cutoffs_of(segment).outcome(assessment.score)
    fired = [(rule, rule.fires(facts)) for rule in policy.rules if rule.concerns(segment)]
    asked = [(rule.code, _outcome_of(rule, fires)) for rule, fires in fired if fires is not False]
    outcome = Outcome.most_severe([by_score, *(each for _, each in asked)])
    by_rules = [of_policy(code) for code, each in asked if each is outcome]
    by_model = _reasons_of_score(assessment, by_score, outcome, limit)
    return Decision(
        outcome=outcome,
        reasons=(*by_rules, *by_model)[:limit],
        rule_results=tuple([_result(rule.code, fires) for rule, fires in fired]),
        cutoff_outcome=by_score,
    )


@lru_cache(maxsize=4096)
def _result(code: str, fires: bool | None) -> RuleResult:
    # The same few values return with every application: sharing them saves half of decide().
    return RuleResult(code=code, result=_RESULTS[fires])


def _outcome_of(rule: Rule, fires: bool | None) -> Outcome:
    return rule.outcome if fires else Outcome.REFER


def _reasons_of_score(
    assessment: Assessment, by_score: Outcome, outcome: Outcome, limit: int
) -> tuple[Reason, ...]:
    if by_score is not Outcome.APPROVE:
        weighed = adverse(raising_risk(assessment, limit))
        return weighed or (of_policy(SCORE_BELOW_CUTOFF),)
    if outcome is Outcome.APPROVE:
        weighed = favourable(lowering_risk(assessment, limit))
        return weighed or (of_policy(SCORE_MEETS_CUTOFF),)
    return ()
