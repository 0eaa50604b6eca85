"""Users: listed, added, suspended, let in again, given a link to set a password."""

from typing import Annotated, Any

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.users.grants import RoleGrants, RoleUnchangeable
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import User
from loanwright.service.users.service import (
    ApplicantMissing,
    ApplicantNeeded,
    EmailRefused,
    NameRefused,
    NewUser,
    NotOneself,
    UserExists,
    Users,
)
from loanwright.service.users.sessions import Sessions
from loanwright.service.web.admin.words import USER_STATES, options, say
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show, values_of
from loanwright.service.web.pages import ROLE_NAMES

router = page_router()
UsersRead = Annotated[Viewer, Depends(enter("users:read"))]
UsersWrite = Annotated[Viewer, Depends(enter("users:write"))]
UsersService = Annotated[Users, Depends(provided("users"))]
SessionsService = Annotated[Sessions, Depends(provided("sessions"))]
GrantsService = Annotated[RoleGrants, Depends(provided("role_grants"))]
UserId = Annotated[str, Path(pattern=f"^usr_[{ALPHABET}]{{{LENGTH}}}$")]
PLACE = "/admin/users"
SORTS = ("created_at", "changed_at", "role", "status")
#: Nobody becomes an administrator, or a borrower, at once.
FIRST_ROLES = ("manager", "underwriter", "analyst")
STAFF_ROLES = (*FIRST_ROLES, "admin")
WRONG = {
    NameRefused: ("name", N_("A name has 1 to 120 printable signs.")),
    EmailRefused: ("email", N_("An e-mail address is needed, such as anna@example.com.")),
    UserExists: ("email", N_("Somebody has this e-mail address already.")),
    ApplicantNeeded: ("role", N_("Choose what this person does.")),
    ApplicantMissing: ("role", N_("Choose what this person does.")),
}


@router.get(PLACE)
def show_users(request: Request, viewer: UsersRead, users: UsersService) -> Response:
    """Show who may sign in."""
    listing = Listing.read(request, sorts=SORTS, filters=("role", "status"), sort="-created_at")
    wanted = {
        name: value
        for name, value, known in (
            ("role", listing.get("role"), ROLE_NAMES),
            ("status", listing.get("status"), USER_STATES),
        )
        if value in known
    }
    page = users.list_page(wanted, sort=listing.sort, cursor=listing.cursor)
    return show(
        request,
        viewer,
        "admin/users.html",
        users=[_line(one, viewer) for one in page.items],
        listing=listing.reaching(page.next_cursor),
        roles=_roles(viewer, ROLE_NAMES, everything=True),
        states=options(USER_STATES, viewer.language),
    )


@router.get(f"{PLACE}/new")
def ask_for_user(request: Request, viewer: UsersWrite) -> Response:
    """Ask who shall be able to sign in."""
    return _ask(request, viewer, {"role": FIRST_ROLES[0]})


@router.post(f"{PLACE}/new")
def add_user(request: Request, viewer: UsersWrite, form: Posted, users: UsersService) -> Response:
    """Add a user, who signs in once a password is set."""
    values = values_of(form, "name", "email", "role")
    if values["role"] not in FIRST_ROLES:
        wrong = {"role": viewer.language.gettext(WRONG[ApplicantNeeded][1])}
        return _ask(request, viewer, values, wrong)
    new = NewUser(name=values["name"], email=values["email"], role=Role(values["role"]))
    try:
        user = users.create(new, actor=viewer.principal.actor)
    except tuple(WRONG) as refusal:
        field, message = WRONG[type(refusal)]
        return _ask(request, viewer, values, {field: viewer.language.gettext(message)})
    return go(
        f"{PLACE}/{user.id}", notice=N_("The user is added. Give them a link to set a password.")
    )


@router.get(f"{PLACE}/{{user_id}}")
def show_user(
    request: Request,
    viewer: UsersRead,
    users: UsersService,
    sessions: SessionsService,
    user_id: UserId,
) -> Response:
    """Show one user, and what can be done for them."""
    return _show(request, viewer, users.get(user_id), sessions)


@router.post(f"{PLACE}/{{user_id}}/suspension")
def suspend(viewer: UsersWrite, users: UsersService, user_id: UserId) -> Response:
    """Suspend a user: every session ends at once."""
    try:
        users.suspend(user_id, actor=viewer.principal.actor)
    except NotOneself:
        notice = N_("Nobody suspends themselves: ask another administrator.")
        return go(f"{PLACE}/{user_id}", notice=notice, tone="bad")
    notice = N_("The user is suspended, and every session of theirs is over.")
    return go(f"{PLACE}/{user_id}", notice=notice)


@router.post(f"{PLACE}/{{user_id}}/return")
def let_in_again(viewer: UsersWrite, users: UsersService, user_id: UserId) -> Response:
    """Let a suspended user sign in again."""
    users.reactivate(user_id, actor=viewer.principal.actor)
    return go(f"{PLACE}/{user_id}", notice=N_("The user may sign in again."))


@router.post(f"{PLACE}/{{user_id}}/password-link")
def make_link(
    request: Request,
    viewer: UsersWrite,
    users: UsersService,
    sessions: SessionsService,
    user_id: UserId,
) -> Response:
    """Show a link with which this user sets a password, once; earlier ones end."""
    token, until = users.issue_password_token(user_id, actor=viewer.principal.actor)
    link = f"{str(request.base_url).rstrip('/')}/choose-password/{token}"
    return _show(request, viewer, users.get(user_id), sessions, link=link, until=until)


@router.post(f"{PLACE}/{{user_id}}/role")
def propose_role(
    viewer: UsersWrite, form: Posted, grants: GrantsService, user_id: UserId
) -> Response:
    """Propose another role, which somebody else must approve."""
    role = form.get("role", "")
    try:
        grants.propose(user_id, Role(role), by=viewer.principal)
    except (RoleUnchangeable, ValueError):
        notice = N_("This user has that role already, or can have no other.")
        return go(f"{PLACE}/{user_id}", notice=notice, tone="warn")
    notice = N_("The role is proposed. Another administrator must approve it.")
    return go("/admin/roles", notice=notice)


def _show(
    request: Request, viewer: Viewer, user: User, sessions: Sessions, **content: Any
) -> Response:
    return show(
        request,
        viewer,
        "admin/user.html",
        user=_line(user, viewer),
        sessions=sessions.list_open(user.id),
        roles=_roles(viewer, [one for one in STAFF_ROLES if one != user.role]),
        own=user.id == viewer.principal.id,
        **({"link": None, "until": None} | content),
    )


def _ask(
    request: Request, viewer: Viewer, values: dict[str, str], wrong: dict[str, str] | None = None
) -> Response:
    return show(
        request,
        viewer,
        "admin/user_new.html",
        status=422 if wrong else 200,
        values=values,
        wrong=wrong or {},
        roles=_roles(viewer, FIRST_ROLES),
    )


def _line(user: User, viewer: Viewer) -> dict[str, Any]:
    text, tone = say(USER_STATES, user.status.value, viewer.language)
    return {
        "id": user.id,
        "name": user.name or viewer.language.gettext(N_("(erased)")),
        "email": user.email or "",
        "role": user.role.value,
        "status": user.status.value,
        "state": text,
        "tone": tone,
        "has_password": user.has_password,
        "applicant_id": user.applicant_id,
        "created_at": user.created_at,
        "changed_at": user.changed_at,
    }


def _roles(viewer: Viewer, roles: Any, *, everything: bool = False) -> list[tuple[str, str]]:
    _ = viewer.language.gettext
    said = [(role, _(ROLE_NAMES[role])) for role in roles]
    return [("", _(N_("all"))), *said] if everything else said
