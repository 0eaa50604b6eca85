"""`loanwright.decisioning.decide` for whole columns, with the same answers.

Wherever a comparison of columns could differ from the comparison of one fact, the comparison of
one fact is asked, once for each value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.conditions import Condition
from loanwright.decisioning.decide import MOST_REASONS
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy, Rule
from loanwright.decisioning.reason import SCORE_BELOW_CUTOFF, SCORE_MEETS_CUTOFF
from loanwright.features.columns import decode
from loanwright.features.feature import Feature

Column = NDArray[np.float64]
Truths = NDArray[np.int8]

#: What a condition or rule says of a row.
PASSED, FIRED, UNKNOWN = 0, 1, 2
OUTCOMES: Final = tuple(Outcome)
NO_REASON: Final = -1
COMPARED: Final = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """The decisions of a block.

    Attributes
    ----------
    outcomes
        (n,) int8: places in ``OUTCOMES``.
    reasons
        (n, 4) int32: places in the decider's codes; -1 where there are no more.
    """

    outcomes: NDArray[np.int8]
    reasons: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Decider:
    """One policy for one segment and one model.

    Parameters
    ----------
    policy, segment
        The rule book, and which of its cutoffs and rules.
    dictionary
        Feature name to feature: what the encoded facts mean.
    features
        Names of the model's inputs, in the order of the contributions.
    """

    policy: Policy
    segment: str
    dictionary: Mapping[str, Feature]
    features: tuple[str, ...]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that concern the segment."""
        return tuple(rule for rule in self.policy.rules if rule.concerns(self.segment))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Return every code that a reason can have: adverse, favourable, of the score, of rules."""
        return (
            *(f"{name}.adverse" for name in self.features),
            *(f"{name}.favourable" for name in self.features),
            SCORE_BELOW_CUTOFF,
            SCORE_MEETS_CUTOFF,
            *(rule.code for rule in self.rules),
        )

    def decide(
        self, scores: NDArray[np.int64], contributions: Column, facts: Mapping[str, Column]
    ) -> Decided:
        """Decide n rows.

        Parameters
        ----------
        scores
            (n,) points.
        contributions
            (n, p) on the raw log-odds of default; positive raises the risk.
        facts
            Name to (n,) encoded values, as ``facts_from_columns`` returns them.
        """
        cutoffs = self.policy.cutoffs_of(self.segment)
        by_score = np.where(
            scores >= cutoffs.approve_from, 0, np.where(scores >= cutoffs.refer_from, 1, 2)
        ).astype(np.int8)
        asked = [self._asked(rule, facts, len(scores)) for rule in self.rules]
        outcomes = np.max([by_score, *asked], axis=0).astype(np.int8)
        reasons = _Reasons(len(scores))
        first = 2 * len(self.features) + 2
        for place, each in enumerate(asked):
            reasons.add((each == outcomes) & (each >= 0), first + place)
        self._add_model_reasons(reasons, by_score, outcomes, contributions)
        return Decided(outcomes=outcomes, reasons=reasons.codes)

    def _asked(self, rule: Rule, facts: Mapping[str, Column], rows: int) -> NDArray[np.int8]:
        """Return the severity that a rule asks for, -1 where it passes."""
        says = fires(rule, facts, self.dictionary, rows)
        severities = np.array([-1, rule.outcome.severity, Outcome.REFER.severity], dtype=np.int8)
        return severities[says]

    def _add_model_reasons(
        self,
        reasons: _Reasons,
        by_score: NDArray[np.int8],
        outcomes: NDArray[np.int8],
        contributions: Column,
    ) -> None:
        width = len(self.features)
        against, approved = by_score > 0, (by_score == 0) & (outcomes == 0)
        reasons.add_weighed(against, contributions, first=0, otherwise=2 * width)
        reasons.add_weighed(approved, -contributions, first=width, otherwise=2 * width + 1)


class _Reasons:
    """Up to four reasons a row, filled from the left."""

    def __init__(self, rows: int) -> None:
        self.codes = np.full((rows, MOST_REASONS), NO_REASON, dtype=np.int32)
        self._count = np.zeros(rows, dtype=np.int64)

    def add(self, rows: NDArray[np.bool_], codes: NDArray[np.int64] | int) -> None:
        """Give these rows one reason more, if there is room."""
        chosen = np.flatnonzero(rows & (self._count < MOST_REASONS))
        each = codes if isinstance(codes, int) else codes[chosen]
        self.codes[chosen, self._count[chosen]] = each
        self._count[chosen] += 1

    def add_weighed(
        self, rows: NDArray[np.bool_], weights: Column, *, first: int, otherwise: int
    ) -> None:
        """Give these rows their heaviest features with a weight above zero, or else one code."""
        chosen = np.flatnonzero(rows)
        part = weights[chosen]
        order = np.argsort(-part, axis=1, kind="stable")[:, :MOST_REASONS]
        weighs = np.take_along_axis(part, order, axis=1) > 0.0
        none = np.zeros(len(rows), dtype=bool)
        none[chosen] = ~weighs.any(axis=1) if weighs.shape[1] else True
        for place in range(order.shape[1]):
            has, codes = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=np.int64)
            has[chosen], codes[chosen] = weighs[:, place], first + order[:, place]
            self.add(has, codes)
        self.add(none, otherwise)


def fires(
    rule: Rule, facts: Mapping[str, Column], dictionary: Mapping[str, Feature], rows: int
) -> Truths:
    """Return what a rule says of each row: passed, fired or unknown."""
    says = np.full(rows, FIRED, dtype=np.int8)
    for condition in rule.when:
        holds = _holds(condition, facts, dictionary, rows)
        says[(says == FIRED) & (holds == UNKNOWN)] = UNKNOWN
        says[holds == PASSED] = PASSED
    return says


def _holds(
    condition: Condition,
    facts: Mapping[str, Column],
    dictionary: Mapping[str, Feature],
    rows: int,
) -> Truths:
    column = facts.get(condition.feature)
    if column is None:
        return np.full(rows, _truth(condition.holds({})), dtype=np.int8)
    feature = dictionary[condition.feature]
    if feature.numeric and condition.operator in COMPARED and _is_exact(condition.value):
        return _compared(condition, column)
    return _asked_once(condition, feature, column)


def _compared(condition: Condition, column: Column) -> Truths:
    if condition.kind != "number":
        return np.full(len(column), UNKNOWN, dtype=np.int8)
    holds = COMPARED[condition.operator](column, float(condition.value))  # type: ignore[arg-type]
    return np.where(np.isfinite(column), holds, UNKNOWN).astype(np.int8)


def _asked_once(condition: Condition, feature: Feature, column: Column) -> Truths:
    """Ask the condition itself, once for each value of the column."""
    values, places = np.unique(column, return_inverse=True)
    name = condition.feature
    says = [_truth(condition.holds({name: decode(feature, one)})) for one in values.tolist()]
    return np.array(says, dtype=np.int8)[places]


def _truth(holds: bool | None) -> int:
    return UNKNOWN if holds is None else int(holds)


def _is_exact(value: object) -> bool:
    """Tell whether a number is the same as float64; not a boolean's or a text's business."""
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 2**53
    return True
