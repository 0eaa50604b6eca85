"""Schedules as they appear over HTTP."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.jobs.schemas import Job, State
from loanwright.service.schedules.schemas import (
    Kind,
    NewSchedule,
    Run,
    Schedule,
    ScheduleState,
)

Name = Annotated[str, Field(min_length=1, max_length=80)]
Cron = Annotated[
    str,
    Field(
        min_length=9,
        max_length=100,
        description="Minute, hour, day, month, weekday, as cron writes them.",
        examples=["0 7 * * 1-5"],
    ),
]
Zone = Annotated[str, Field(min_length=1, max_length=60, examples=["Europe/Berlin"])]
What = Annotated[str, Field(pattern="^[A-Za-z0-9_.-]{1,64}$")]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class ScheduleWish(Strict):
    """What is to be done when."""

    name: Name
    kind: Kind
    cron: Cron
    zone: Zone = "UTC"
    product: What | None = None
    segment: What | None = None

    def wanted(self) -> NewSchedule:
        """Return it as a value."""
        return NewSchedule(**self.model_dump())


class ScheduleChanges(Strict):
    """What is to be changed of a schedule; what is not named stays."""

    name: Name | None = None
    cron: Cron | None = None
    zone: Zone | None = None
    state: Annotated[str, Field(pattern="^(active|paused)$")] | None = None


class KeptSchedule(Strict):
    """What is done when."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: str
    name: str
    kind: Kind
    cron: str
    zone: str
    product: str | None
    segment: str | None
    state: ScheduleState
    next_at: datetime | None
    version: int
    created_by: str
    created_at: datetime


class ScheduleList(Strict):
    """Every schedule."""

    items: list[KeptSchedule]


class RunDocument(Strict):
    """One time that something was done."""

    due_at: datetime
    begun_at: datetime
    missed: int = Field(description="Times that had passed by meanwhile.")
    job_id: str
    state: State
    result: dict[str, Any] | None
    problem: dict[str, Any] | None


class RunList(Strict):
    """The last runs, the last first."""

    items: list[RunDocument]


class OrderedRun(Strict):
    """What was ordered."""

    job_id: str


def describe_schedule(schedule: Schedule) -> KeptSchedule:
    """Return a schedule."""
    return KeptSchedule.model_validate(schedule)


def describe_run(run: Run, job: Job) -> RunDocument:
    """Return a run and what came of it."""
    return RunDocument(
        due_at=run.due_at,
        begun_at=run.begun_at,
        missed=run.missed,
        job_id=run.job_id,
        state=job.state,
        result=None if job.result is None else msgspec.json.decode(job.result),
        problem=None if job.problem is None else msgspec.json.decode(job.problem),
    )
