"""Roles: proposed by one administrator, approved by another."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.users.grants import RoleGrantClosed, RoleGrants, SecondApproverNeeded
from loanwright.service.users.service import Users
from loanwright.service.web.admin.names import names_of
from loanwright.service.web.admin.words import GRANT_STATES, options, say
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Viewer, enter, go, page_router, show

router = page_router()
UsersRead = Annotated[Viewer, Depends(enter("users:read"))]
UsersWrite = Annotated[Viewer, Depends(enter("users:write"))]
GrantsService = Annotated[RoleGrants, Depends(provided("role_grants"))]
UsersService = Annotated[Users, Depends(provided("users"))]
GrantId = Annotated[str, Path(pattern=f"^grt_[{ALPHABET}]{{{LENGTH}}}$")]
PLACE = "/admin/roles"


@router.get(PLACE)
def show_grants(
    request: Request, viewer: UsersRead, grants: GrantsService, users: UsersService
) -> Response:
    """Show which roles were proposed and given."""
    listing = Listing.read(request, sorts=(), filters=("state",), sort="-proposed_at")
    state = listing.get("state") if listing.get("state") in GRANT_STATES else None
    page = grants.list_page(state=state, cursor=listing.cursor)
    names = names_of(
        users, [who for one in page.items for who in (one.user_id, one.proposer, one.approver)]
    )
    lines = [(one, *say(GRANT_STATES, str(one.state), viewer.language)) for one in page.items]
    return show(
        request,
        viewer,
        "admin/roles.html",
        grants=lines,
        names=names,
        listing=listing.reaching(page.next_cursor),
        states=options(GRANT_STATES, viewer.language),
        me=viewer.principal.id,
    )


@router.post(f"{PLACE}/{{grant_id}}/approval")
def approve(viewer: UsersWrite, grants: GrantsService, grant_id: GrantId) -> Response:
    """Give a role that somebody else has proposed."""
    try:
        grants.approve(grant_id, by=viewer.principal)
    except SecondApproverNeeded:
        notice = N_("Somebody else must approve this: not who proposed it, nor whose role it is.")
        return go(PLACE, notice=notice, tone="bad")
    except RoleGrantClosed:
        return go(PLACE, notice=N_("This proposal is closed already."), tone="warn")
    return go(PLACE, notice=N_("The role is given. The user has to sign in anew."))
