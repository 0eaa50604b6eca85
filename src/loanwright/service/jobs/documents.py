"""Jobs as they appear over HTTP."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.jobs.schemas import Job
from loanwright.service.kit.clock import iso
from loanwright.service.kit.documents import ProblemDocument


class ProgressDocument(BaseModel):
    """How much of a job is done."""

    model_config = ConfigDict(extra="forbid", title="Progress")

    done: int = Field(ge=0)
    total: int = Field(ge=1)


class JobDocument(BaseModel):
    """Work that was accepted, and how far it is."""

    model_config = ConfigDict(extra="forbid", title="Job")

    id: str = Field(examples=["job_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"])
    kind: Literal["application", "batch", "training", "simulation", "audit", "drift"]
    state: Literal["queued", "running", "done", "failed"]
    progress: ProgressDocument
    attempts: int = Field(ge=0)
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: dict[str, Any] | None = Field(
        description="Once the job is done: the decided application, or where the batch is."
    )
    problem: ProblemDocument | None = Field(description="Why the job failed.")


class JobPage(BaseModel):
    """A page of jobs, without their results."""

    model_config = ConfigDict(extra="forbid")

    items: list[JobDocument]
    next_cursor: str | None


def describe_job(job: Job, result: str | None = None) -> dict[str, Any]:
    """Return a job as plain values, with the JSON of its result."""
    return {
        "id": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "progress": {"done": job.steps_done, "total": job.steps},
        "attempts": job.attempts,
        "created_at": iso(job.created_at),
        "started_at": iso(job.started_at) if job.started_at else None,
        "finished_at": iso(job.finished_at) if job.finished_at else None,
        "result": msgspec.Raw(result.encode()) if result is not None else None,
        "problem": msgspec.Raw(job.problem.encode()) if job.problem is not None else None,
    }


def read_job(job: Job) -> JobDocument:
    """Return a job as a document, with what it says of itself as its result."""
    return JobDocument.model_validate_json(msgspec.json.encode(describe_job(job, job.result)))
