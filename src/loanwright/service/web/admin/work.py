"""Jobs: what waits, what failed and why, and driving it anew."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.provided import provided
from loanwright.service.jobs.schemas import Job, State
from loanwright.service.jobs.service import JobNotFailed, Jobs
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.users.service import Users
from loanwright.service.web.admin.names import names_of
from loanwright.service.web.admin.words import JOB_STATES, options, say
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Viewer, enter, go, page_router, show
from loanwright.service.web.parts import Tab

router = page_router()
JobsRead = Annotated[Viewer, Depends(enter("jobs:read"))]
JobsWrite = Annotated[Viewer, Depends(enter("jobs:write"))]
JobsService = Annotated[Jobs, Depends(provided("jobs"))]
UsersService = Annotated[Users, Depends(provided("users"))]
JobId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]
PLACE: Final = "/admin/jobs"
LONGEST_KIND: Final = 40


@router.get(PLACE)
def show_jobs(request: Request, viewer: JobsRead, jobs: JobsService) -> Response:
    """Show the jobs of everybody, the newest first, by state and kind."""
    listing = Listing.read(request, sorts=(), filters=("state", "kind"), sort="-sequence")
    asked, kind = listing.get("state"), listing.get("kind")
    page = jobs.list_page(
        state=State(asked) if asked in JOB_STATES else None,
        kind=kind[:LONGEST_KIND] or None,
        cursor=listing.cursor,
    )
    return show(
        request,
        viewer,
        "admin/jobs.html",
        jobs=[_line(one, viewer) for one in page.items],
        listing=listing.reaching(page.next_cursor),
        tabs=_tabs(viewer, jobs.count_by_state(), asked),
    )


@router.get(f"{PLACE}/{{job_id}}")
def show_job(
    request: Request, viewer: JobsRead, jobs: JobsService, users: UsersService, job_id: JobId
) -> Response:
    """Show one job: how far it is, and why it failed."""
    job = jobs.get(job_id)
    names = names_of(users, [job.caller_id])
    return show(request, viewer, "admin/job.html", job=_line(job, viewer), by=names[job.caller_id])


@router.post(f"{PLACE}/{{job_id}}/redrive")
def redrive(viewer: JobsWrite, jobs: JobsService, job_id: JobId) -> Response:
    """Let a failed job begin anew."""
    try:
        jobs.redrive(job_id, actor=viewer.principal.actor)
    except JobNotFailed:
        notice = N_("Only a failed job can be driven anew.")
        return go(f"{PLACE}/{job_id}", notice=notice, tone="warn")
    return go(f"{PLACE}/{job_id}", notice=N_("The job begins anew."))


def _tabs(viewer: Viewer, counts: dict[str, int], asked: str) -> list[Tab]:
    return [
        Tab(
            title=title,
            href=f"{PLACE}?state={code}" if code else PLACE,
            here=code == asked,
            count=counts.get(code, 0) if code else sum(counts.values()),
        )
        for code, title in options(JOB_STATES, viewer.language)
    ]


def _line(job: Job, viewer: Viewer) -> dict[str, Any]:
    text, tone = say(JOB_STATES, str(job.state), viewer.language)
    return {
        "id": job.id,
        "kind": job.kind,
        "state": text,
        "tone": tone,
        "final": job.state.final,
        "failed": job.state is State.FAILED,
        "attempts": job.attempts,
        "share": job.steps_done / job.steps,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "problem": None if job.problem is None else msgspec.json.decode(job.problem),
        "kept": bool(job.payload),
    }
