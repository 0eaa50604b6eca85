"""The audit log: read with filters, one entry opened, the whole of it verified."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.audit.actions import ACTIONS
from loanwright.service.audit.ledger import Ledger
from loanwright.service.auditing.verifying import Verifications
from loanwright.service.edge.provided import provided
from loanwright.service.jobs.schemas import Job
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.users.service import Users
from loanwright.service.web.admin.names import names_of
from loanwright.service.web.admin.words import JOB_STATES, say
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Viewer, enter, go, page_router, show

router = page_router()
AuditRead = Annotated[Viewer, Depends(enter("audit:read"))]
LedgerService = Annotated[Ledger, Depends(provided("ledger"))]
VerificationsService = Annotated[Verifications, Depends(provided("verifications"))]
UsersService = Annotated[Users, Depends(provided("users"))]
EntryId = Annotated[str, Path(pattern=f"^[a-z]{{2,4}}_[{ALPHABET}]{{{LENGTH}}}$")]
VerificationId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]
PLACE: Final = "/admin/audit"
FILTERS: Final = ("action", "actor", "subject", "since", "until")
MOST_LATEST: Final = 5


@router.get(PLACE)
def show_log(
    request: Request, viewer: AuditRead, ledger: LedgerService, users: UsersService
) -> Response:
    """Show changes of state, the newest first."""
    listing = Listing.read(request, sorts=(), filters=FILTERS, sort="-sequence")
    since, until = _day(listing.get("since")), _day(listing.get("until"))
    page = ledger.list_page(
        action=listing.get("action") or None,
        actor=listing.get("actor") or None,
        subject=listing.get("subject") or None,
        since=since,
        # The last day is meant whole.
        until=None if until is None else until + timedelta(days=1),
        cursor=listing.cursor,
    )
    return show(
        request,
        viewer,
        "admin/audit.html",
        entries=page.items,
        names=names_of(users, [one.actor for one in page.items]),
        listing=listing.reaching(page.next_cursor),
        actions=[("", viewer.language.gettext(N_("all"))), *((one, one) for one in ACTIONS)],
    )


@router.get(f"{PLACE}/entries/{{entry_id}}")
def show_entry(
    request: Request,
    viewer: AuditRead,
    ledger: LedgerService,
    users: UsersService,
    entry_id: EntryId,
) -> Response:
    """Show one entry, and the seal over it."""
    entry = ledger.get_entry(entry_id)
    return show(
        request,
        viewer,
        "admin/entry.html",
        entry=entry,
        who=names_of(users, [entry.actor])[entry.actor],
        seal=ledger.find_seal_over(entry),
    )


@router.get(f"{PLACE}/verification")
def show_verifications(
    request: Request, viewer: AuditRead, verifications: VerificationsService, users: UsersService
) -> Response:
    """Show what the last verifications found, and offer another one."""
    found = verifications.list_latest(most=MOST_LATEST)
    return show(
        request,
        viewer,
        "admin/verifications.html",
        found_ones=[_verification(one, viewer) for one in found],
        names=names_of(users, [one.caller_id for one in found]),
    )


@router.post(f"{PLACE}/verification")
def order(viewer: AuditRead, verifications: VerificationsService) -> Response:
    """Have the whole log verified, and lead to where its progress is."""
    job = verifications.order(viewer.principal.actor)
    return go(f"{PLACE}/verification/{job.id}")


@router.get(f"{PLACE}/verification/{{verification_id}}")
def show_verification(
    request: Request,
    viewer: AuditRead,
    verifications: VerificationsService,
    verification_id: VerificationId,
) -> Response:
    """Show how far a verification is, and what it found."""
    found = _verification(verifications.get(verification_id), viewer)
    return show(request, viewer, "admin/verification.html", one=found)


def _verification(job: Job, viewer: Viewer) -> dict[str, Any]:
    text, tone = say(JOB_STATES, str(job.state), viewer.language)
    result = None if job.result is None else msgspec.json.decode(job.result)
    return {
        "id": job.id,
        "by": job.caller_id,
        "at": job.created_at,
        "ended": job.finished_at,
        "final": job.state.final,
        "state": text,
        "tone": tone,
        "share": job.steps_done / job.steps,
        "result": result,
    }


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None
