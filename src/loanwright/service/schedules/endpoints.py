"""Schedules over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from loanwright.service.edge.authentication import DOCUMENTED, SchedulesRead, SchedulesWrite
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.versions import read_if_match, write_etag
from loanwright.service.schedules.documents import (
    KeptSchedule,
    OrderedRun,
    RunList,
    ScheduleChanges,
    ScheduleList,
    ScheduleWish,
    describe_run,
    describe_schedule,
)
from loanwright.service.schedules.service import SHOWN, Schedules

SchedulesService = Annotated[Schedules, Depends(provided("schedules"))]
ScheduleId = Annotated[str, Path(pattern=f"^sch_[{ALPHABET}]{{{LENGTH}}}$")]
IfMatch = Annotated[str | None, Header(description="The ETag of what you have seen.")]
READ = problems((401, 403, 404, 422, 503))
WRITE = problems((401, 403, 404, 408, 413, 415, 422, 503))
EDIT = problems((401, 403, 404, 408, 412, 413, 415, 422, 428, 503))
ACT = problems((401, 403, 404, 408, 409, 413, 422, 503))

router = APIRouter(prefix="/v1/schedules", tags=["schedules"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 503)))
def list_schedules(schedules: SchedulesService, _principal: SchedulesRead) -> ScheduleList:
    """List every schedule, the oldest first."""
    return ScheduleList(items=[describe_schedule(one) for one in schedules.list_schedules()])


@router.post("", status_code=201, responses=WRITE, openapi_extra=takes(ScheduleWish))
def add_schedule(
    schedules: SchedulesService,
    principal: SchedulesWrite,
    wish: Annotated[ScheduleWish, Depends(body_of(ScheduleWish))],
    response: Response,
) -> KeptSchedule:
    """Add a schedule; its first time is the next one."""
    added = schedules.add(principal.actor, wish.wanted())
    response.headers["Location"] = f"/v1/schedules/{added.id}"
    response.headers["ETag"] = write_etag(added.version)
    return describe_schedule(added)


@router.get("/{schedule_id}", responses=READ)
def get_schedule(
    schedules: SchedulesService,
    _principal: SchedulesRead,
    schedule_id: ScheduleId,
    response: Response,
) -> KeptSchedule:
    """Return one schedule."""
    schedule = schedules.get(schedule_id)
    response.headers["ETag"] = write_etag(schedule.version)
    return describe_schedule(schedule)


@router.patch("/{schedule_id}", responses=EDIT, openapi_extra=takes(ScheduleChanges))
def edit_schedule(
    schedules: SchedulesService,
    principal: SchedulesWrite,
    schedule_id: ScheduleId,
    changes: Annotated[ScheduleChanges, Depends(body_of(ScheduleChanges))],
    response: Response,
    if_match: IfMatch = None,
) -> KeptSchedule:
    """Change the name or the times of a schedule, pause it or let it go on."""
    schedule = schedules.edit(
        principal.actor,
        schedule_id,
        seen=read_if_match(if_match),
        changes=changes.model_dump(exclude_none=True),
    )
    response.headers["ETag"] = write_etag(schedule.version)
    return describe_schedule(schedule)


@router.delete("/{schedule_id}", status_code=204, responses=ACT)
def remove_schedule(
    schedules: SchedulesService, principal: SchedulesWrite, schedule_id: ScheduleId
) -> None:
    """Do it no more; what was done stays on record."""
    schedules.remove(principal.actor, schedule_id)


@router.get("/{schedule_id}/runs", responses=READ)
def list_runs(
    schedules: SchedulesService,
    _principal: SchedulesRead,
    schedule_id: ScheduleId,
    limit: Annotated[int, Query(ge=1, le=SHOWN)] = SHOWN,
) -> RunList:
    """List the last runs of a schedule and what came of them, the last first."""
    found = schedules.list_runs(schedule_id, most=limit)
    return RunList(items=[describe_run(run, job) for run, job in found])


@router.post("/{schedule_id}/runs", status_code=202, responses=ACT)
def run_schedule(
    schedules: SchedulesService, principal: SchedulesWrite, schedule_id: ScheduleId
) -> OrderedRun:
    """Do it once now, beside its times."""
    return OrderedRun(job_id=schedules.run_now(principal.actor, schedule_id).id)
