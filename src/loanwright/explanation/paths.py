"""The path to approval: the smallest changes after which the same model and policy approve."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.decide import Decision
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy
from loanwright.errors import Rejected
from loanwright.explanation.paths_rules import Rulebook, changed_record, rulebook_of
from loanwright.explanation.paths_search import EVERY, Clock, Quest
from loanwright.explanation.paths_space import Floats, Picks, Space, changeable, space_of
from loanwright.explanation.paths_widening import widen
from loanwright.explanation.reference import KnownInput
from loanwright.features.columns import matrix_from_columns
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.records import Record, Value

Status = Literal["approved", "found", "proved_none", "none_found"]

#: Families whose raw log-odds are one number for each model input, added up.
ADDITIVE: Final = ("scorecard", "logistic")
MOST_PATHS: Final = 5
#: Raw log-odds that no cut-off lies beyond.
FARTHEST: Final = 700.0


class PathLimitsRefused(Rejected):
    """A search gives 1 to 5 paths within 0.01 to 60 seconds, not {count} within {seconds}."""


class FeatureUnchangeable(Rejected):
    """An applicant cannot change {feature}. In `only`, name some of: {known}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PathLimits:
    """How many paths, and how long they may be looked for.

    Attributes
    ----------
    count
        Paths at most, 1 to 5.
    seconds
        For the search; a decision that has begun is finished.
    only
        Features that may be changed, None for all that are actionable.
    """

    count: int = 3
    seconds: float = 0.12
    only: Collection[str] | None = None

    def __post_init__(self) -> None:
        if not (1 <= self.count <= MOST_PATHS and 0.01 <= self.seconds <= 60):
            raise PathLimitsRefused(count=self.count, seconds=self.seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One feature and what becomes of it."""

    feature: Feature
    before: Value
    after: Value
    cost: float
    currency: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """Changes after which the application is approved, and the decision that says so."""

    steps: tuple[Step, ...]
    cost: float
    record: Record = field(repr=False)
    decision: Decision = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Paths:
    """What a search has found.

    Attributes
    ----------
    status
        ``approved``: there is nothing to change; ``found``; ``proved_none``: nothing that can be
        changed leads to approval; ``none_found``: none within the limits of the search.
    paths
        By rising cost; none changes all that a cheaper one changes.
    cheapest
        Whether no other change costs less than the first path; proved, not hoped.
    blocked_by
        Code of a rule that fires whatever is changed, or None.
    only
        What alone might change, None for all that can.
    """

    status: Status
    paths: tuple[Path, ...] = ()
    cheapest: bool = False
    blocked_by: str | None = None
    only: tuple[Feature, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Applicant:
    """An application as a search sees it.

    Attributes
    ----------
    product, segment, record, policy
        As they were decided.
    family
        Of the model.
    known
        What the development sample held of model inputs, by name.
    log_odds
        Raw log-odds of an (n, p) matrix.
    scores
        Scores of raw log-odds, not rising.
    decided
        Decides a record through the whole policy, as an application is.
    """

    product: Product
    segment: str
    record: Record
    policy: Policy
    family: str
    known: Mapping[str, KnownInput]
    log_odds: Callable[[Floats], Floats]
    scores: Callable[[Floats], NDArray[np.int64]]
    decided: Callable[[Record], Decision]


def find_paths(applicant: Applicant, limits: PathLimits | None = None) -> Paths:
    """Return the smallest changes that lead to approval, each decided again.

    Parameters
    ----------
    applicant
        Whose application.
    limits
        How many, and how long; None takes three within 0.12 seconds.

    Returns
    -------
    Paths
        Every path in it was decided by ``applicant.decided`` and approved.

    Raises
    ------
    FeatureUnchangeable
        If ``limits.only`` names what the applicant cannot change, or what is not there.
    """
    limits = limits or PathLimits()
    only = _only(applicant, limits.only)
    return replace(_found(applicant, limits), only=only)


def _only(applicant: Applicant, names: Collection[str] | None) -> tuple[Feature, ...] | None:
    """Return what alone may change, after making sure that it can."""
    if names is None:
        return None
    known = changeable(applicant.product, applicant.segment)
    for name in names:
        if name not in known:
            raise FeatureUnchangeable(feature=name[:62], known=", ".join(known) or "nothing")
    return tuple(applicant.product.feature(name) for name in known if name in names)


def _found(applicant: Applicant, limits: PathLimits) -> Paths:
    if applicant.decided(applicant.record).outcome is Outcome.APPROVE:
        return Paths(status="approved")
    space = _space(applicant, limits.only)
    rules = rulebook_of(applicant.policy, applicant.product, applicant.segment, space)
    blocked = rules.blocking()
    enough = _enough(applicant)
    if blocked is not None or not space.moves or enough is None:
        return Paths(status="proved_none", blocked_by=blocked)
    return _searched(applicant, _quest(applicant, rules, enough, limits), limits)


def _space(applicant: Applicant, only: Collection[str] | None) -> Space:
    whole = space_of(applicant.product, applicant.segment, applicant.record, applicant.known)
    kept = (move for move in whole.moves if only is None or move.feature.name in only)
    return Space(moves=tuple(kept), columns=whole.columns)


def _quest(applicant: Applicant, rules: Rulebook, enough: float, limits: PathLimits) -> Quest:
    product, segment, space = applicant.product, applicant.segment, rules.space

    def log_odds(picks: Picks) -> Floats:
        if not len(picks):
            return np.empty(0)
        return applicant.log_odds(matrix_from_columns(product, segment, space.raw(picks)))

    clock = Clock(limits.seconds)
    return Quest(space=space, rules=rules, log_odds=log_odds, enough=enough, clock=clock)


def _searched(applicant: Applicant, quest: Quest, limits: PathLimits) -> Paths:
    exact = quest.space.size <= EVERY
    additive = applicant.family in ADDITIVE and not exact and quest.divisible()
    proved = exact or additive
    found: list[Path] = []
    for pick in _ways(quest, exact=exact, additive=additive):
        path = _verified(applicant, quest.space, pick)
        if path is not None:
            found.append(path)
            quest.found.append(_bits(pick))
        if (proved and len(found) == limits.count) or quest.clock.over:
            break
    if not found:
        return Paths(status="proved_none" if proved and quest.complete else "none_found")
    return Paths(status="found", paths=_smallest(found)[: limits.count], cheapest=proved)


def _smallest(found: list[Path]) -> tuple[Path, ...]:
    """Return paths by rising cost, without those that change all that a cheaper one changes."""
    kept: list[tuple[set[str], Path]] = []
    for path in sorted(found, key=lambda one: one.cost):
        names = {step.feature.name for step in path.steps}
        if not any(names >= other for other, _ in kept):
            kept.append((names, path))
    return tuple(path for _, path in kept)


def _ways(quest: Quest, *, exact: bool, additive: bool) -> Iterator[Picks]:
    if exact:
        return quest.everything()
    return quest.by_bounds() if additive else widen(quest)


def _verified(applicant: Applicant, space: Space, pick: Picks) -> Path | None:
    record = changed_record(applicant.record, space, pick)
    decision = applicant.decided(record)
    if decision.outcome is not Outcome.APPROVE:
        return None
    steps = tuple(
        Step(
            feature=move.feature,
            before=applicant.record[move.feature.name],
            after=record[move.feature.name],
            cost=float(move.costs[pick[place]]),
            currency=applicant.product.currency,
        )
        for place, move in enumerate(space.moves)
        if pick[place]
    )
    cost = float(space.costs(pick[None, :])[0])
    return Path(steps=steps, cost=cost, record=record, decision=decision)


def _bits(pick: Picks) -> int:
    return sum(1 << place for place, value in enumerate(pick.tolist()) if value)


def _enough(applicant: Applicant) -> float | None:
    """Return the highest raw log-odds that still score enough, None where no score is."""
    cutoffs = applicant.policy.cutoffs.get(applicant.segment)
    if cutoffs is None:
        return None
    low, high = -FARTHEST, FARTHEST
    if applicant.scores(np.array([low]))[0] < cutoffs.approve_from:
        return None
    while low < (middle := (low + high) / 2) < high:
        reached = applicant.scores(np.array([middle]))[0] >= cutoffs.approve_from
        low, high = (middle, high) if reached else (low, middle)
    return low
