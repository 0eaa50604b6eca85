"""Batches as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from loanwright.service.jobs.schemas import Job
from loanwright.service.jobs.schemas import State as JobState

FileKind = Literal["csv", "parquet"]


class BatchState(StrEnum):
    """Where a batch is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchWishes:
    """What somebody wants of a file of theirs.

    Attributes
    ----------
    id, keep, language, allow_absent
        As for `loanwright.batch.opening.Wishes`.
    kind, result
        What the file is, and what the result shall be.
    """

    kind: FileKind
    result: FileKind
    id: str = ""
    keep: tuple[str, ...] = ()
    language: str = ""
    allow_absent: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What comes with a file: who sends it, for which product, and the name that they give it."""

    caller_id: str
    product: str
    segment: str | None
    wishes: BatchWishes
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that has arrived whole."""

    path: Path
    size: int
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """A file that was sent to be scored, and how far it is."""

    id: str
    job_id: str | None
    caller_id: str
    product: str
    segment: str
    model_hash: str
    policy_hash: str
    wishes: BatchWishes
    bytes: int
    hash: str
    rows: int
    rejected: int
    share: float
    created_at: datetime
    cancelled_at: datetime | None
    removed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A batch together with the job that scores it."""

    batch: Batch
    job: Job

    @property
    def state(self) -> BatchState:
        """Return where the batch is in its life."""
        if self.batch.cancelled_at is not None and self.job.state is not JobState.DONE:
            return BatchState.CANCELLED
        return BatchState(str(self.job.state))
