"""Jobs as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a job is in its life; done and failed are final until somebody drives it anew."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Return whether nothing more will happen by itself."""
        return self in (State.DONE, State.FAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What somebody wants done later.

    Attributes
    ----------
    kind
        Which handler does it.
    key
        The caller's idempotency key, or None.
    body_hash
        Keyed hash of what was sent, so that a key used twice for different things is found.
    payload
        Everything the handler needs, as JSON; sealed where the job is about a person.
    """

    kind: str
    caller_id: str
    key: str | None
    body_hash: str
    payload: str = field(repr=False)
    steps: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job and its present state.

    Attributes
    ----------
    payload
        As stored: sealed where there is an applicant, empty once the job is done.
    """

    id: str
    kind: str
    caller_id: str
    key: str | None
    body_hash: str
    applicant_id: str | None
    payload: str = field(repr=False)
    state: State
    steps_done: int
    steps: int
    result: str | None = field(repr=False)
    problem: str | None
    attempts: int
    lease_until: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a handler brought about: a result, or a problem document; both are JSON."""

    result: str | None = None
    problem: str | None = None

    @property
    def state(self) -> State:
        """Return the state it leads to."""
        return State.FAILED if self.problem is not None else State.DONE


def job_of(row: Mapping[str, Any]) -> Job:
    """Return the job in a row."""
    facts = {name: value for name, value in row.items() if name != "sequence"}
    return Job(**{**facts, "state": State(row["state"])})
