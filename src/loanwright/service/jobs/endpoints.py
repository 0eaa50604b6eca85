"""All jobs over HTTP, for whoever looks after the service."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query

from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.jobs.documents import JobDocument, JobPage, describe_job
from loanwright.service.jobs.schemas import Job, State
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.users.schemas import Principal

JobsService = Annotated[Jobs, Depends(provided("jobs"))]
JobsRead = Annotated[Principal, Depends(require("jobs:read"))]
JobsWrite = Annotated[Principal, Depends(require("jobs:write"))]
JobId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]
KIND = "^[a-z_-]{1,40}$"

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_jobs(
    jobs: JobsService,
    _principal: JobsRead,
    state: State | None = None,
    kind: Annotated[str | None, Query(pattern=KIND)] = None,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> JobPage:
    """List the jobs of all callers without their results, the newest first, in pages."""
    page = jobs.list_page(state=state, kind=kind, limit=limit, cursor=cursor)
    return JobPage(items=[_plain(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/{job_id}/redrive", status_code=202, responses=problems((401, 403, 404, 409, 503)))
def redrive_job(jobs: JobsService, principal: JobsWrite, job_id: JobId) -> JobDocument:
    """Let a failed job begin anew, with all its attempts."""
    return _plain(jobs.redrive(job_id, actor=principal.actor))


def _plain(job: Job) -> JobDocument:
    return JobDocument.model_validate_json(msgspec.json.encode(describe_job(job)))
