"""Managers over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from loanwright.service.applicants.documents import ApplicantPage
from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.managers.documents import (
    MANAGER,
    AssignmentSent,
    DismissalSent,
    ManagerDocument,
    ManagerPage,
    MovedDocument,
    ReassignmentSent,
)
from loanwright.service.managers.service import Managers
from loanwright.service.users.schemas import Principal

ManagersService = Annotated[Managers, Depends(provided("managers"))]
ManagersRead = Annotated[Principal, Depends(require("managers:read"))]
ManagersWrite = Annotated[Principal, Depends(require("managers:write"))]
ManagerId = Annotated[str, Path(pattern=MANAGER)]
Limit = Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)]
Cursor = Annotated[str | None, Query(max_length=512)]
WRITTEN = problems((401, 403, 404, 408, 409, 413, 415, 422, 503))

router = APIRouter(prefix="/v1/managers", tags=["managers"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_managers(
    managers: ManagersService, _principal: ManagersRead, limit: Limit = 50, cursor: Cursor = None
) -> ManagerPage:
    """List managers, the newest first, with how many applicants each looks after."""
    page = managers.list_page(limit=limit, cursor=cursor)
    items = [
        ManagerDocument(
            id=one.user.id,
            name=one.user.name,
            status=one.user.status.value,
            applicants=one.applicants,
        )
        for one in page.items
    ]
    return ManagerPage(items=items, next_cursor=page.next_cursor)


@router.get("/{manager_id}/applicants", responses=problems((401, 403, 404, 422, 503)))
def list_assigned(
    managers: ManagersService,
    principal: ManagersRead,
    manager_id: ManagerId,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ApplicantPage:
    """List the applicants of a manager, the newest first."""
    page = managers.list_applicants(principal, manager_id, limit=limit, cursor=cursor)
    return ApplicantPage.model_validate(
        {"items": [one.document() for one in page.items], "next_cursor": page.next_cursor}
    )


@router.post("/{manager_id}/applicants", openapi_extra=takes(AssignmentSent), responses=WRITTEN)
def assign_applicants(
    managers: ManagersService,
    principal: ManagersWrite,
    manager_id: ManagerId,
    sent: Annotated[AssignmentSent, Depends(body_of(AssignmentSent))],
) -> MovedDocument:
    """Give applicants to a manager: all of them or, if one cannot be assigned, none."""
    return MovedDocument(moved=managers.assign(principal, manager_id, set(sent.applicants)))


@router.post("/{manager_id}/dismissal", openapi_extra=takes(DismissalSent), responses=WRITTEN)
def dismiss_manager(
    managers: ManagersService,
    principal: ManagersWrite,
    manager_id: ManagerId,
    sent: Annotated[DismissalSent, Depends(body_of(DismissalSent))],
) -> MovedDocument:
    """Take all applicants from a manager; with `suspend`, they can no longer log in either."""
    return MovedDocument(moved=managers.dismiss(principal, manager_id, suspend=sent.suspend))


@router.post("/{manager_id}/reassignment", openapi_extra=takes(ReassignmentSent), responses=WRITTEN)
def reassign_applicants(
    managers: ManagersService,
    principal: ManagersWrite,
    manager_id: ManagerId,
    sent: Annotated[ReassignmentSent, Depends(body_of(ReassignmentSent))],
) -> MovedDocument:
    """Give all applicants of a manager to another one."""
    return MovedDocument(moved=managers.reassign(principal, manager_id, sent.to))
