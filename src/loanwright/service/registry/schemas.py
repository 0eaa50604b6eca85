"""Models as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a model is in its life."""

    CANDIDATE = "candidate"
    CHALLENGER = "challenger"
    CHAMPION = "champion"
    RETIRED = "retired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A registered model and its present state."""

    hash: str
    product: str
    segment: str
    family: str
    path: str
    registered_at: datetime
    state: State
    since: datetime
    sequence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One change of a model's state, by whom and why."""

    sequence: int
    model_hash: str
    state: State
    at: datetime
    by: str
    note: str
    proposer: str | None = None


class CheckResult(StrEnum):
    """What a check of a model found before it was approved."""

    PASSED = "passed"
    ATTENTION = "attention"
    FAILED = "failed"
    NOT_DONE = "not_done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check of a model, and what it says."""

    name: str
    result: CheckResult
    said: str
