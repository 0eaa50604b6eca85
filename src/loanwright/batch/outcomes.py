"""What a policy asks for in each of many applications of one segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.batch.evaluating import Facts, evaluate_node, figure_of, truth
from loanwright.batch.facts import Column, Fact, coded, numbers
from loanwright.decisioning.conditions import Condition
from loanwright.decisioning.humility import Humility
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.readable import GRADE, PROBABILITY, SCORE, SEGMENT
from loanwright.decisioning.reason import TERMS_UNDETERMINED
from loanwright.decisioning.reservation import UNSEEN_SEGMENT, Reservation
from loanwright.decisioning.rule import Rule
from loanwright.decisioning.terms import ANNUAL_RATE_BP, HIGHEST_AMOUNT

Severities = NDArray[np.int8]
Truths = NDArray[np.int8]

#: What a condition or rule says of a row.
PASSED, FIRED, UNKNOWN = 0, 1, 2
#: Asked for where nothing is asked.
NOTHING: Final = -1
REFER: Final = Outcome.REFER.severity
COMPARED: Final = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One reservation, rule or lack of terms, and the severity that it asks for by row."""

    code: str
    feature: str | None = None
    severities: Severities = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What a policy says of n rows.

    Attributes
    ----------
    by_score
        (n,) int8: severities that the scores alone give.
    asked
        Reservations, rules and lacking terms in the order of their reasons.
    results
        (n,) int8 for every rule of the segment: passed, fired, unknown.
    figures
        Of the policy, in its order.
    amounts, rates_bp
        (n,) float64: the highest amount in whole units and the rate of the terms; NaN where
        there are none. None where the policy states no terms.
    """

    by_score: Severities
    asked: tuple[Asked, ...]
    results: Mapping[str, Truths]
    figures: Mapping[str, Fact]
    amounts: Column | None
    rates_bp: Column | None

    @property
    def floors(self) -> Severities:
        """Return what is asked for at least, whatever the score."""
        nothing = np.zeros(len(self.by_score), dtype=np.int8)
        return np.max([nothing, *(one.severities for one in self.asked)], axis=0)


def judge(policy: Policy, *, segment: str, facts: Facts, assessed: Assessed) -> Judged:
    """Ask a policy about n applications of one segment.

    Raises
    ------
    SegmentHasNoCutoffs
        When the policy neither knows the segment nor refers such applicants.
    """
    rows = len(assessed.scores)
    by_score = severities_of(policy, segment, assessed.scores)
    known = dict(facts)
    if policy.schema > 1:
        known |= _assessed_facts(assessed, segment)
    figures = {}
    for figure in policy.computed:
        figures[figure.name] = known[figure.name] = figure_of(figure, known, rows)
    amounts, rates = _terms(policy, assessed, figures)
    results = {rule.code: fires(rule, known, rows) for rule in policy.rules_of(segment)}
    rules = [_asked_by_rule(one, results[one.code]) for one in policy.rules_of(segment)]
    return Judged(
        by_score=by_score,
        asked=(*_asked_by_humility(policy, segment, assessed), *rules, *_asked_by_terms(amounts)),
        results=results,
        figures=figures,
        amounts=amounts,
        rates_bp=rates,
    )


def severities_of(policy: Policy, segment: str, scores: NDArray[np.int64]) -> Severities:
    """Return what the scores alone give: 0 approve, 1 refer, 2 decline."""
    if len(scores) == 0 or policy.cutoff_outcome(segment, int(scores[0])) is None:
        return np.full(len(scores), REFER, dtype=np.int8)
    cutoffs = policy.cutoffs_of(segment)
    below = (scores < cutoffs.approve_from).astype(np.int8)
    return np.asarray(below + (scores < cutoffs.refer_from), dtype=np.int8)


def fires(rule: Rule, facts: Facts, rows: int) -> Truths:
    """Return what a rule says of each row: passed, fired or unknown."""
    if not isinstance(rule.when, tuple):
        holds = truth(evaluate_node(rule.when.node, facts, rows))
        return np.where(np.isnan(holds), UNKNOWN, holds).astype(np.int8)
    says = np.full(rows, FIRED, dtype=np.int8)
    for condition in rule.when:
        held = _holds(condition, facts.get(condition.feature), rows)
        says[(says == FIRED) & (held == UNKNOWN)] = UNKNOWN
        says[held == PASSED] = PASSED
    return says


def _holds(condition: Condition, fact: Fact | None, rows: int) -> Truths:
    if fact is None:
        return np.full(rows, _truth(condition.holds({})), dtype=np.int8)
    if fact.numeric and condition.operator in COMPARED and _is_exact(condition.value):
        return _compared(condition, fact.values)
    return _asked_once(condition, fact)


def _compared(condition: Condition, column: Column) -> Truths:
    if condition.kind != "number":
        return np.full(len(column), UNKNOWN, dtype=np.int8)
    holds = COMPARED[condition.operator](column, float(condition.value))  # type: ignore[arg-type]
    return np.where(np.isfinite(column), holds, UNKNOWN).astype(np.int8)


def _asked_once(condition: Condition, fact: Fact) -> Truths:
    """Ask the condition itself, once for each value of the column."""
    values, places = np.unique(fact.values, return_inverse=True)
    name = condition.feature
    says = [_truth(condition.holds({name: fact.decode(one)})) for one in values.tolist()]
    return np.array(says, dtype=np.int8)[places]


def _truth(holds: bool | None) -> int:
    return UNKNOWN if holds is None else int(holds)


def _is_exact(value: object) -> bool:
    """Tell whether a number is the same as float64; not a boolean's or a text's business."""
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 2**53
    return True


def _assessed_facts(assessed: Assessed, segment: str) -> dict[str, Fact]:
    return {
        SCORE: numbers(assessed.scores.astype(np.float64)),
        PROBABILITY: numbers(assessed.probabilities),
        GRADE: coded(assessed.grades, assessed.names),
        SEGMENT: coded(np.zeros(len(assessed.scores)), (segment,)),
    }


def _asked_by_rule(rule: Rule, says: Truths) -> Asked:
    severities = np.array([NOTHING, rule.outcome.severity, REFER], dtype=np.int8)
    return Asked(code=rule.code, severities=severities[says])


def _asked_by_terms(amounts: Column | None) -> list[Asked]:
    if amounts is None:
        return []
    return [_where(TERMS_UNDETERMINED, None, np.isnan(amounts))]


def _asked_by_humility(policy: Policy, segment: str, assessed: Assessed) -> list[Asked]:
    if policy.humility is None:
        return []
    rows = len(assessed.scores)
    asked = []
    if segment not in policy.cutoffs:
        asked.append(_where(UNSEEN_SEGMENT, None, np.ones(rows, dtype=np.bool_)))
    return [*asked, *_heeded(policy.humility, assessed)]


def _heeded(humility: Humility, assessed: Assessed) -> list[Asked]:
    """Return the reservations that refer, each with the rows that it concerns."""
    found: dict[Reservation, list[int]] = {}
    for row, said in enumerate(assessed.reservations):
        for one in humility.heeded(said, len(assessed.inputs)) if said else ():
            found.setdefault(one, []).append(row)
    rows = len(assessed.scores)
    asked = []
    for one in sorted(found, key=lambda each: _place(each, assessed.inputs)):
        chosen = np.zeros(rows, dtype=np.bool_)
        chosen[found[one]] = True
        asked.append(_where(one.code, one.feature, chosen))
    return asked


def _place(one: Reservation, inputs: tuple[str, ...]) -> int:
    """Return the place of a reservation among those of one row: that of its input, or the last."""
    return inputs.index(one.feature) if one.feature in inputs else len(inputs)


def _where(code: str, feature: str | None, chosen: NDArray[np.bool_]) -> Asked:
    severities = np.where(chosen, REFER, NOTHING).astype(np.int8)
    return Asked(code=code, feature=feature, severities=severities)


def _terms(
    policy: Policy, assessed: Assessed, figures: Mapping[str, Fact]
) -> tuple[Column | None, Column | None]:
    """Return the terms of each row's grade, no better than figures of their names allow."""
    if not policy.terms:
        return None, None
    stated = [policy.terms.get(name) for name in assessed.names]
    amounts = np.array([np.nan if one is None else one.highest_amount for one in stated])
    rates = np.array([np.nan if one is None else one.annual_rate_bp for one in stated])
    amount, rate = amounts[assessed.grades], rates[assessed.grades]
    if HIGHEST_AMOUNT in figures:
        amount = np.minimum(amount, np.floor(_number(figures[HIGHEST_AMOUNT])))
    if ANNUAL_RATE_BP in figures:
        rate = np.maximum(rate, np.ceil(_number(figures[ANNUAL_RATE_BP])))
    lacking = np.isnan(amount) | np.isnan(rate) | (amount < 1)
    return np.where(lacking, np.nan, amount), np.where(lacking, np.nan, rate)


def _number(fact: Fact) -> Column:
    return np.full(len(fact.values), np.nan) if fact.texts else fact.values
