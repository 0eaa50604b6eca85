"""Managers and whom they look after: assigned, moved, detached."""

from typing import Annotated, Any

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import LoanwrightError
from loanwright.service.applicants.records import Records
from loanwright.service.applicants.schemas import UNASSIGNED, Record, Wanted
from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.managers.service import (
    ApplicantClosed,
    Manager,
    ManagerNotFound,
    Managers,
    ManagerSuspended,
    SameManager,
)
from loanwright.service.web.admin.words import USER_STATES, say
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import (
    Posted,
    PostedMany,
    Viewer,
    enter,
    go,
    page_router,
    show,
)

router = page_router()
ManagersWrite = Annotated[Viewer, Depends(enter("managers:write"))]
ManagersService = Annotated[Managers, Depends(provided("managers"))]
RecordsService = Annotated[Records, Depends(provided("applicant_records"))]
ManagerId = Annotated[str, Path(pattern=f"^usr_[{ALPHABET}]{{{LENGTH}}}$")]
PLACE = "/admin/managers"
ASSIGNMENT = "/admin/assignment"
MOST_MANAGERS = 200
REFUSALS = {
    ManagerNotFound: N_("Choose a manager."),
    ManagerSuspended: N_("This manager is suspended; choose somebody else."),
    SameManager: N_("They have this manager already; choose somebody else."),
    ApplicantClosed: N_("The record of one of them is closed; nobody was assigned."),
    ApplicantNotFound: N_("One of them is not there any more; nobody was assigned."),
}


@router.get(PLACE)
def show_managers(request: Request, viewer: ManagersWrite, managers: ManagersService) -> Response:
    """Show managers, and how many applicants each looks after."""
    listing = Listing.read(request, sorts=(), filters=(), sort="-created_at")
    page = managers.list_page(cursor=listing.cursor)
    return show(
        request,
        viewer,
        "admin/managers.html",
        managers=[_line(one, viewer) for one in page.items],
        listing=listing.reaching(page.next_cursor),
    )


@router.get(f"{PLACE}/{{manager_id}}")
def show_manager(
    request: Request,
    viewer: ManagersWrite,
    managers: ManagersService,
    manager_id: ManagerId,
) -> Response:
    """Show whom a manager looks after, and ways to give them to somebody else."""
    listing = Listing.read(request, sorts=(), filters=(), sort="-created_at")
    page = managers.list_applicants(viewer.principal, manager_id, cursor=listing.cursor)
    everybody = _everybody(managers, viewer)
    return show(
        request,
        viewer,
        "admin/manager.html",
        manager=next(one for one in everybody if one["id"] == manager_id),
        applicants=[_person(one) for one in page.items],
        listing=listing.reaching(page.next_cursor),
        others=_choices(one for one in everybody if one["id"] != manager_id),
    )


@router.post(f"{PLACE}/{{manager_id}}/reassignment")
def reassign(
    viewer: ManagersWrite, form: Posted, managers: ManagersService, manager_id: ManagerId
) -> Response:
    """Give all applicants of a manager to another one."""
    to = form.get("to", "")
    try:
        moved = managers.reassign(viewer.principal, manager_id, to)
    except tuple(REFUSALS) as refusal:
        return _refused(refusal, f"{PLACE}/{manager_id}")
    notice = N_("Applicants who have another manager now: %(count)s.")
    return go(f"{PLACE}/{to}", notice=notice, count=moved)


@router.post(f"{PLACE}/{{manager_id}}/dismissal")
def dismiss(
    viewer: ManagersWrite, form: Posted, managers: ManagersService, manager_id: ManagerId
) -> Response:
    """Take all applicants from a manager, who may be suspended too."""
    suspend = form.get("suspend") == "yes" and viewer.can("users:write")
    moved = managers.dismiss(viewer.principal, manager_id, suspend=suspend)
    notice = N_("Applicants who have no manager now: %(count)s.")
    return go(f"{PLACE}/{manager_id}", notice=notice, count=moved)


@router.get(ASSIGNMENT)
def show_assignment(
    request: Request, viewer: ManagersWrite, managers: ManagersService, records: RecordsService
) -> Response:
    """Show applicants, by default those whom nobody looks after, to be given to a manager."""
    listing = Listing.read(request, sorts=(), filters=("manager",), sort="-created_at")
    everybody = _everybody(managers, viewer)
    asked = listing.get("manager") or UNASSIGNED
    wanted = Wanted(manager_id=None if asked == "any" else asked)
    page = records.list_page(viewer.principal, wanted, cursor=listing.cursor)
    _ = viewer.language.gettext
    return show(
        request,
        viewer,
        "admin/assignment.html",
        applicants=[_person(one) for one in page.items],
        listing=listing.reaching(page.next_cursor),
        asked=asked,
        whose=[
            (UNASSIGNED, _(N_("nobody looks after them"))),
            ("any", _(N_("all"))),
            *_choices(everybody),
        ],
        managers=_choices(one for one in everybody if one["status"] == "active"),
        names={one["id"]: one["name"] for one in everybody},
    )


@router.post(ASSIGNMENT)
def assign(viewer: ManagersWrite, form: PostedMany, managers: ManagersService) -> Response:
    """Give applicants to a manager: all who were ticked or, if one cannot be, none."""
    chosen, to = form.get("applicant", []), next(iter(form.get("to", [])), "")
    if not chosen:
        return go(ASSIGNMENT, notice=N_("Tick the applicants who are meant."), tone="warn")
    try:
        managers.assign(viewer.principal, to, set(chosen))
    except tuple(REFUSALS) as refusal:
        return _refused(refusal, ASSIGNMENT)
    notice = N_("Applicants given to this manager: %(count)s.")
    return go(f"{PLACE}/{to}", notice=notice, count=len(set(chosen)))


def _refused(refusal: LoanwrightError, address: str) -> Response:
    return go(address, notice=REFUSALS[type(refusal)], tone="bad")


def _everybody(managers: Managers, viewer: Viewer) -> list[dict[str, Any]]:
    return [_line(one, viewer) for one in managers.list_page(limit=MOST_MANAGERS).items]


def _choices(lines: Any) -> list[tuple[str, str]]:
    return sorted(((one["id"], one["name"]) for one in lines), key=lambda pair: pair[1])


def _line(manager: Manager, viewer: Viewer) -> dict[str, Any]:
    user = manager.user
    text, tone = say(USER_STATES, user.status.value, viewer.language)
    return {
        "id": user.id,
        "name": user.name or user.id,
        "status": user.status.value,
        "state": text,
        "tone": tone,
        "applicants": manager.applicants,
    }


def _person(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.contacts.name or record.id,
        "status": record.status.value,
        "manager_id": record.manager_id,
        "created_at": record.created_at,
    }
