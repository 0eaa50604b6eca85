"""`loanwright.decisioning.decide` for whole columns: outcomes and rule results, without reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.deciding import Column, Truths, fires
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy
from loanwright.features.feature import Feature
from loanwright.simulation.scoring import Answers

Severities = NDArray[np.int8]
#: The severity that a rule asks for, by what it says: passed, fired (its own), unknown.
ASKED_WHEN_UNKNOWN = Outcome.REFER.severity


@dataclass(frozen=True, kw_only=True, slots=True)
class OutcomeColumns:
    """The decisions of n rows.

    Attributes
    ----------
    outcomes
        (n,) int8: severities, 0 approve, 1 refer, 2 decline.
    cutoff_outcomes
        (n,) int8: what the scores alone would have given.
    floors
        (n,) int8: what the rules alone ask for at least.
    codes
        The rules that concern the segment, in the policy's order.
    results
        (n, rules) int8: 0 passed, 1 fired, 2 unknown.
    """

    outcomes: Severities
    cutoff_outcomes: Severities
    floors: Severities
    codes: tuple[str, ...]
    results: Truths = field(repr=False)


def decide_columns(
    policy: Policy,
    *,
    segment: str,
    columns: Mapping[str, Column],
    answers: Answers,
    dictionary: Mapping[str, Feature],
) -> OutcomeColumns:
    """Decide n rows of one segment, with the answers that ``decide`` gives one by one.

    Parameters
    ----------
    policy, segment
        The rule book, and which of its cutoffs and rules.
    columns
        Fact to (n,) float64, encoded as ``facts_from_columns`` returns them; NaN is missing.
    answers
        What the model says of them.
    dictionary
        Feature name to feature: what the encoded facts mean.

    Raises
    ------
    SegmentHasNoCutoffs
        When the policy does not know the segment.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> policy = Policy.from_mapping(
    ...     {"name": "demo", "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}}}
    ... )
    >>> answers = Answers(
    ...     scores=np.array([600, 571, 540]),
    ...     probabilities=np.array([0.03, 0.08, 0.2]),
    ...     grades=np.array([0, 1, 2]),
    ...     names=("A", "B", "C"),
    ... )
    >>> decided = decide_columns(
    ...     policy,
    ...     segment="new",
    ...     columns={},
    ...     answers=answers,
    ...     dictionary=bundled_product("credit-card").features,
    ... )
    >>> decided.outcomes.tolist()
    [0, 1, 2]
    """
    count = len(answers.scores)
    rules = [rule for rule in policy.rules if rule.concerns(segment)]
    says = [fires(rule, columns, dictionary, count) for rule in rules]
    floors = np.zeros(count, dtype=np.int8)
    for rule, said in zip(rules, says, strict=True):
        asked = np.array([0, rule.outcome.severity, ASKED_WHEN_UNKNOWN], dtype=np.int8)
        np.maximum(floors, asked[said], out=floors)
    by_score = severities_of(policy, segment, answers.scores)
    return OutcomeColumns(
        outcomes=np.maximum(by_score, floors),
        cutoff_outcomes=by_score,
        floors=floors,
        codes=tuple(rule.code for rule in rules),
        results=np.stack(says, axis=1) if says else np.empty((count, 0), dtype=np.int8),
    )


def severities_of(policy: Policy, segment: str, scores: NDArray[np.int64]) -> Severities:
    """Return what the cutoffs of a segment make of scores: 0 approve, 1 refer, 2 decline."""
    cutoffs = policy.cutoffs_of(segment)
    below = (scores < cutoffs.approve_from).astype(np.int8)
    return below + (scores < cutoffs.refer_from).astype(np.int8)
