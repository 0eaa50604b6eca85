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

from loanwright.batch.assessed import Assessed
from loanwright.batch.facts import Column, Fact, facts_of
from loanwright.batch.outcomes import NOTHING, Judged, judge
from loanwright.decisioning.decide import MOST_REASONS
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reason import (
    SCORE_BELOW_CUTOFF,
    SCORE_MEETS_CUTOFF,
    TERMS_UNDETERMINED,
    Reason,
    Source,
    of_policy,
    of_reservation,
)
from loanwright.decisioning.reservation import (
    OUT_OF_RANGE,
    TOO_MANY_MISSING,
    UNSEEN_CATEGORY,
    UNSEEN_SEGMENT,
    Reservation,
)
from loanwright.features.feature import Feature

OUTCOMES: Final = tuple(Outcome)
NO_REASON: Final = -1
SIDES: Final = ("adverse", "favourable", "missing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """The decisions of a block.

    Attributes
    ----------
    outcomes
        (n,) int8: places in ``OUTCOMES``.
    reasons
        (n, 4) int32: places in the decider's reasons; -1 where there are no more.
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
    reference
        Mean contributions with which each row is compared; None is the model's average.
    unnamed
        Inputs that no reason names.
    """

    policy: Policy
    segment: str
    dictionary: Mapping[str, Feature]
    features: tuple[str, ...]
    reference: tuple[float, ...] | None = None
    unnamed: frozenset[str] = frozenset()

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Return every reason that can be given; those of the model come first."""
        model: Source = "model"
        weighed = [
            Reason(code=f"{name}.{side}", source=model, feature=name)
            for side in SIDES
            for name in self.features
        ]
        doubts = [
            Reservation(code=code, feature=name)
            for name in self.features
            for code in (OUT_OF_RANGE, UNSEEN_CATEGORY)
        ]
        doubts += [Reservation(code=TOO_MANY_MISSING), Reservation(code=UNSEEN_SEGMENT)]
        codes = [SCORE_BELOW_CUTOFF, SCORE_MEETS_CUTOFF, TERMS_UNDETERMINED]
        codes += [rule.code for rule in self.policy.rules_of(self.segment)]
        named = [of_reservation(one, self.unnamed) for one in doubts]
        return tuple(dict.fromkeys([*weighed, *map(of_policy, codes), *named]))

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the reasons."""
        return tuple(one.code for one in self.reasons)

    @cached_property
    def _places(self) -> Mapping[Reason, int]:
        return {one: place for place, one in enumerate(self.reasons)}

    def decide(
        self,
        assessed: Assessed,
        contributions: Column,
        facts: Mapping[str, Column],
        given: Mapping[str, Fact] | None = None,
    ) -> Decided:
        """Decide n rows.

        Parameters
        ----------
        assessed
            The model's answers, and what its package says of each row.
        contributions
            (n, p) on the raw log-odds of default; positive raises the risk.
        facts
            Name to (n,) encoded values, as ``facts_from_columns`` returns them.
        given
            Facts that are computed beside the dictionary; a feature of the same name goes before.
        """
        known = {**(given or {}), **facts_of(facts, self.dictionary)}
        judged = judge(self.policy, segment=self.segment, facts=known, assessed=assessed)
        outcomes = np.maximum(judged.by_score, judged.floors)
        reasons = _Reasons(len(outcomes))
        for one in judged.asked:
            named = of_reservation(Reservation(code=one.code, feature=one.feature), self.unnamed)
            same = (one.severities == outcomes) & (one.severities != NOTHING)
            place = self._places[named]
            # Doubts about inputs that may not be named are one and the same to the applicant.
            reasons.add(same & ~reasons.has(place), place)
        if self.segment in self.policy.cutoffs:
            self._add_model_reasons(reasons, judged, assessed, contributions)
        return Decided(outcomes=outcomes, reasons=reasons.codes)

    def _add_model_reasons(
        self, reasons: _Reasons, judged: Judged, assessed: Assessed, contributions: Column
    ) -> None:
        by_score, width = judged.by_score, len(self.features)
        against = by_score > 0
        approved = (by_score == 0) & (judged.floors == 0)
        weights = contributions if self.reference is None else contributions - self.reference
        missing = _missing(assessed, self.features, weights.shape)
        hidden = np.array([name in self.unnamed for name in self.features], dtype=np.bool_)
        below, meets = (
            self._places[of_policy(c)] for c in (SCORE_BELOW_CUTOFF, SCORE_MEETS_CUTOFF)
        )
        raising = np.where(hidden, -np.inf, weights)
        codes = np.arange(width) + np.where(missing, 2 * width, 0)
        reasons.add_weighed(against, raising, codes, otherwise=below)
        lowering = np.where(hidden | missing, -np.inf, -weights)
        favourable = np.broadcast_to(np.arange(width) + width, weights.shape)
        reasons.add_weighed(approved, lowering, favourable, otherwise=meets)


def _missing(
    assessed: Assessed, features: tuple[str, ...], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Return which inputs of which rows the package calls missing."""
    found = np.zeros(shape, dtype=np.bool_)
    for row, said in enumerate(assessed.reservations):
        for one in said:
            if one.code == TOO_MANY_MISSING and one.feature in features:
                found[row, features.index(one.feature)] = True
    return found


class _Reasons:
    """Up to four reasons a row, filled from the left."""

    def __init__(self, rows: int) -> None:
        self.codes = np.full((rows, MOST_REASONS), NO_REASON, dtype=np.int32)
        self._count = np.zeros(rows, dtype=np.int64)

    def has(self, code: int) -> NDArray[np.bool_]:
        """Return which rows were given this reason."""
        return np.asarray((self.codes == code).any(axis=1))

    def add(self, rows: NDArray[np.bool_], codes: NDArray[np.int64] | int) -> None:
        """Give these rows one reason more, if there is room."""
        chosen = np.flatnonzero(rows & (self._count < MOST_REASONS))
        each = codes if isinstance(codes, int) else codes[chosen]
        self.codes[chosen, self._count[chosen]] = each
        self._count[chosen] += 1

    def add_weighed(
        self,
        rows: NDArray[np.bool_],
        weights: Column,
        codes: NDArray[np.int64],
        *,
        otherwise: int,
    ) -> None:
        """Give these rows their heaviest features with a weight above zero, or else one code."""
        chosen = np.flatnonzero(rows)
        part, named = weights[chosen], codes[chosen]
        order = np.argsort(-part, axis=1, kind="stable")[:, :MOST_REASONS]
        weighs = np.take_along_axis(part, order, axis=1) > 0.0
        none = np.zeros(len(rows), dtype=bool)
        none[chosen] = ~weighs.any(axis=1) if weighs.shape[1] else True
        for place in range(order.shape[1]):
            has, each = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=np.int64)
            has[chosen] = weighs[:, place]
            each[chosen] = np.take_along_axis(named, order[:, place : place + 1], axis=1)[:, 0]
            self.add(has, each)
        self.add(none, otherwise)
