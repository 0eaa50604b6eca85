"""`loanwright.decisioning.decide` for whole columns: outcomes and rule results, without reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.batch.facts import Column, Fact
from loanwright.batch.outcomes import Judged, Severities, Truths, judge
from loanwright.decisioning.policy import Policy


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
        (n,) int8: what humility, rules and lacking terms ask for at least.
    codes
        The rules that concern the segment, in the policy's order.
    results
        (n, rules) int8: 0 passed, 1 fired, 2 unknown.
    figures
        Of the policy, in its order.
    amounts, rates_bp
        (n,) the highest amount in whole units and the rate; NaN where no terms can be found,
        None where the policy states none.
    """

    outcomes: Severities
    cutoff_outcomes: Severities
    floors: Severities
    codes: tuple[str, ...]
    results: Truths = field(repr=False)
    figures: Mapping[str, Fact] = field(repr=False)
    amounts: Column | None = field(repr=False)
    rates_bp: Column | None = field(repr=False)


def decide_columns(
    policy: Policy,
    *,
    segment: str,
    facts: Mapping[str, Fact],
    assessed: Assessed,
) -> OutcomeColumns:
    """Decide n rows of one segment, with the answers that ``decide`` gives one by one.

    Parameters
    ----------
    policy, segment
        The rule book, and which of its cutoffs and rules.
    facts
        By name: features as ``loanwright.batch.facts.facts_of`` returns them, and what is
        computed beside the dictionary.
    assessed
        What the model says of them.

    Raises
    ------
    SegmentHasNoCutoffs
        When the policy neither knows the segment nor refers such applicants.

    Examples
    --------
    >>> policy = Policy.from_mapping(
    ...     {"name": "demo", "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}}}
    ... )
    >>> assessed = Assessed(
    ...     scores=np.array([600, 571, 540]),
    ...     probabilities=np.array([0.03, 0.08, 0.2]),
    ...     grades=np.array([0, 1, 2]),
    ...     names=("A", "B", "C"),
    ... )
    >>> decided = decide_columns(policy, segment="new", facts={}, assessed=assessed)
    >>> decided.outcomes.tolist()
    [0, 1, 2]
    """
    judged = judge(policy, segment=segment, facts=facts, assessed=assessed)
    return OutcomeColumns(
        outcomes=np.maximum(judged.by_score, judged.floors),
        cutoff_outcomes=judged.by_score,
        floors=judged.floors,
        codes=tuple(judged.results),
        results=_stacked(judged),
        figures=judged.figures,
        amounts=judged.amounts,
        rates_bp=judged.rates_bp,
    )


def _stacked(judged: Judged) -> NDArray[np.int8]:
    results = list(judged.results.values())
    return np.stack(results, axis=1) if results else np.empty((len(judged.by_score), 0), np.int8)
