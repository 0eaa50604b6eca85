"""Jobs over HTTP, and the three addresses under which older callers know them."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from loanwright.service.decisions.borrowers import told_bytes
from loanwright.service.decisions.service import Decisions
from loanwright.service.edge.authentication import DOCUMENTED, ApplicationsRead
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.provided import provided
from loanwright.service.edge.refusals import as_response
from loanwright.service.jobs.documents import JobDocument, describe_job
from loanwright.service.jobs.schemas import Job
from loanwright.service.jobs.service import JobNotFound, Jobs
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.origination.later import KIND
from loanwright.service.origination.reception import Reception
from loanwright.service.users.schemas import Principal

JobsService = Annotated[Jobs, Depends(provided("jobs"))]
DecisionsService = Annotated[Decisions, Depends(provided("decisions"))]
ReceptionService = Annotated[Reception, Depends(provided("reception"))]
PATTERN = f"^job_[{ALPHABET}]{{{LENGTH}}}$"
JobId = Annotated[str, Path(pattern=PATTERN)]
AskedJobId = Annotated[str, Query(alias="job_id", pattern=PATTERN)]
UPLOAD = "/upload_features"
REFUSALS = problems((401, 403, 404, 422, 503))
TAKEN_IN = problems((401, 403, 408, 413, 415, 422, 503))

router = APIRouter(tags=["jobs"], dependencies=DOCUMENTED)


@router.get("/v1/jobs/{job_id}", response_model=JobDocument, responses=REFUSALS)
def get_job(
    jobs: JobsService, decisions: DecisionsService, key: ApplicationsRead, job_id: JobId
) -> Response:
    """Return how far a job is and, once it is done, what came of it."""
    return _whole(jobs, decisions, key, job_id)


@router.post(UPLOAD, status_code=202, response_model=JobDocument, responses=TAKEN_IN)
async def upload_features(request: Request, reception: ReceptionService) -> Response:
    """Take in an application to be decided later; the same as `respond-async`."""
    headers = read_headers(request.scope["headers"])
    return as_response(await reception.accept_application(headers, await request.body()))


@router.get("/check_state", response_model=JobDocument, responses=REFUSALS)
def check_state(jobs: JobsService, key: ApplicationsRead, job_id: AskedJobId) -> Response:
    """Return how far a job is, without its result."""
    return _json(describe_job(_own(jobs, key.id, job_id)))


@router.get("/get_result", response_model=JobDocument, responses=REFUSALS)
def get_result(
    jobs: JobsService, decisions: DecisionsService, key: ApplicationsRead, job_id: AskedJobId
) -> Response:
    """Return a job with what came of it; the same as `/v1/jobs/{job_id}`."""
    return _whole(jobs, decisions, key, job_id)


def _whole(jobs: Jobs, decisions: Decisions, principal: Principal, job_id: str) -> Response:
    job = _own(jobs, principal.id, job_id)
    result = _result(decisions, job)
    if result is not None and job.kind == KIND:
        result = told_bytes(principal.reach, result.encode()).decode()
    return _json(describe_job(job, result))


def _result(decisions: Decisions, job: Job) -> str | None:
    """Return what came of a job: the decided application, or what another job says of itself."""
    if job.result is None or job.kind != KIND:
        return job.result
    return decisions.get(job.result).reply


def _own(jobs: Jobs, caller_id: str, job_id: str) -> Job:
    job = jobs.get(job_id)
    if job.caller_id != caller_id:
        # Whose it is would already be too much to say.
        raise JobNotFound(job_id=job_id)
    return job


def _json(document: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(document), media_type="application/json")
