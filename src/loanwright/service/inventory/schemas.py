"""Findings on models, and what each model weighs, as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from loanwright.service.registry.schemas import Model, State

#: Families whose whole model a person can read.
READABLE: Final = frozenset({"scorecard", "logistic"})
ROLES: Final = {State.CHAMPION: 2, State.CHALLENGER: 1}
LARGE_SHARE: Final = 0.25
HIGH_FROM: Final = 4
MEDIUM_FROM: Final = 2


class Severity(StrEnum):
    """How bad what was found is; an open one of the highest kind stops an approval."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class FindingState(StrEnum):
    """Whether something is still to be done."""

    OPEN = "open"
    RESOLVED = "resolved"


class Tier(StrEnum):
    """How much depends on a model."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingChange:
    """A finding as somebody has left it."""

    finding_id: str
    model_hash: str
    state: FindingState
    severity: Severity
    said: str
    owner: str
    due_on: date
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something found wrong with a model: all its changes, the first one first."""

    changes: tuple[FindingChange, ...]

    @property
    def present(self) -> FindingChange:
        """Return the finding as it is now."""
        return self.changes[-1]

    @property
    def id(self) -> str:
        """Return its id."""
        return self.present.finding_id

    def overdue(self, today: date) -> bool:
        """Tell whether it is open and its time is over."""
        return self.present.state is FindingState.OPEN and self.present.due_on < today


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingWish:
    """What was found, who mends it and until when."""

    said: str
    severity: Severity
    owner: str
    due_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What is to be different about a finding; None leaves it."""

    state: FindingState | None = None
    severity: Severity | None = None
    owner: str | None = None
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One model of the inventory.

    Attributes
    ----------
    decisions, share
        How many decisions it made in the last ninety days, and their share of all of them.
    findings
        Those that are open, the first due one first.
    """

    model: Model
    decisions: int
    share: float
    findings: Sequence[FindingChange]

    @property
    def tier(self) -> Tier:
        """Return how much depends on the model."""
        return tier_of(self.model.state, self.model.family, self.share)


def tier_of(state: State, family: str, share: float) -> Tier:
    """Return the tier of a model: its role, its share of the decisions, and how plain it is.

    A champion counts 2, a challenger 1; a quarter of the decisions or more 2, any 1; a family
    that nobody can read as a whole 1. From 4 on the tier is high, from 2 on medium.
    """
    counted = ROLES.get(state, 0)
    counted += 2 if share >= LARGE_SHARE else int(share > 0)
    counted += family not in READABLE
    if counted >= HIGH_FROM:
        return Tier.HIGH
    return Tier.MEDIUM if counted >= MEDIUM_FROM else Tier.LOW
