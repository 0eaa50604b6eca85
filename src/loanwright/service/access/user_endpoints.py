"""Users and their roles over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from loanwright.service.access.documents import (
    RoleBody,
    RoleGrantDocument,
    RoleGrantPage,
    TokenDocument,
    UserBody,
    UserChange,
    UserDocument,
    UserPage,
    describe_grant,
    describe_user,
)
from loanwright.service.access.paging import AskedPage
from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.kit.versions import check_version, read_if_match, write_etag
from loanwright.service.users.grants import RoleGrants
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import Principal, Status, User
from loanwright.service.users.service import NewUser, Users

UsersService = Annotated[Users, Depends(provided("users"))]
GrantsService = Annotated[RoleGrants, Depends(provided("role_grants"))]
UsersRead = Annotated[Principal, Depends(require("users:read"))]
UsersWrite = Annotated[Principal, Depends(require("users:write"))]
RolesWrite = Annotated[Principal, Depends(require("users:write", person=True))]
UserId = Annotated[str, Path(pattern=f"^usr_[{ALPHABET}]{{{LENGTH}}}$")]
GrantId = Annotated[str, Path(pattern=f"^grt_[{ALPHABET}]{{{LENGTH}}}$")]
IfMatch = Annotated[str | None, Header(max_length=64, description="ETag of what was read.")]
Limit = Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)]
Cursor = Annotated[str | None, Query(max_length=512)]
READING = (401, 403, 422, 503)
WRITING = (401, 403, 408, 409, 413, 415, 422, 503)
ETAG = {"headers": {"ETag": {"schema": {"type": "string"}}}, "description": "The user."}

router = APIRouter(tags=["users"], dependencies=DOCUMENTED)


@router.get("/v1/users", responses=problems(READING))
def list_users(
    users: UsersService,
    _principal: UsersRead,
    asked: AskedPage,
    role: Role | None = None,
    status: Status | None = None,
) -> UserPage:
    """List users, in pages: by `created_at`, `changed_at`, `role` or `status`."""
    named = {"role": role, "status": status}
    wanted = {name: str(value) for name, value in named.items() if value is not None}
    page = users.list_page(wanted, sort=asked.sort, limit=asked.limit, cursor=asked.cursor)
    return UserPage(items=[describe_user(one) for one in page.items], next_cursor=page.next_cursor)


@router.post(
    "/v1/users",
    status_code=201,
    responses={201: ETAG, **problems((404, *WRITING))},
    openapi_extra=takes(UserBody),
)
def create_user(
    response: Response,
    users: UsersService,
    principal: UsersWrite,
    body: Annotated[UserBody, Depends(body_of(UserBody))],
) -> UserDocument:
    """Add a user; a password is set with a one-time token."""
    new = NewUser(name=body.name, email=body.email, role=body.role, applicant_id=body.applicant_id)
    return _answer(response, users.create(new, actor=principal.actor))


@router.get("/v1/users/{user_id}", responses={200: ETAG, **problems((404, *READING))})
def get_user(
    response: Response, users: UsersService, _principal: UsersRead, user_id: UserId
) -> UserDocument:
    """Return one user."""
    return _answer(response, users.get(user_id))


@router.patch(
    "/v1/users/{user_id}",
    responses={200: ETAG, **problems((404, 412, 428, *WRITING))},
    openapi_extra=takes(UserChange),
)
def edit_user(
    response: Response,
    users: UsersService,
    principal: UsersWrite,
    user_id: UserId,
    body: Annotated[UserChange, Depends(body_of(UserChange))],
    if_match: IfMatch = None,
) -> UserDocument:
    """Change the name or the e-mail address of a user, as of the version that was read."""
    seen, user = read_if_match(if_match), users.get(user_id)
    check_version(seen, user.version, describe_user(user).model_dump(mode="json"))
    changes = body.model_dump(exclude_none=True)
    edited = users.edit(user_id, changes, seen=seen, actor=principal.actor)
    return _answer(response, edited)


@router.post("/v1/users/{user_id}/suspension", responses=problems((404, *WRITING)))
def suspend_user(users: UsersService, principal: UsersWrite, user_id: UserId) -> UserDocument:
    """Suspend a user: every session ends at once, everywhere."""
    return describe_user(users.suspend(user_id, actor=principal.actor))


@router.delete("/v1/users/{user_id}/suspension", responses=problems((404, *WRITING)))
def reactivate_user(users: UsersService, principal: UsersWrite, user_id: UserId) -> UserDocument:
    """Let a suspended user log in again."""
    return describe_user(users.reactivate(user_id, actor=principal.actor))


@router.post(
    "/v1/users/{user_id}/password-tokens", status_code=201, responses=problems((404, *WRITING))
)
def issue_password_token(
    users: UsersService, principal: RolesWrite, user_id: UserId
) -> TokenDocument:
    """Issue a token with which this user can set a password, once; earlier ones end.

    A person must do it: whoever gave a password cannot be approved by its owner.
    """
    token, expires_at = users.issue_password_token(user_id, actor=principal.actor)
    return TokenDocument(token=token, expires_at=expires_at)


@router.post(
    "/v1/users/{user_id}/role-grants",
    status_code=201,
    responses=problems((404, *WRITING)),
    openapi_extra=takes(RoleBody),
)
def propose_role(
    grants: GrantsService,
    principal: RolesWrite,
    user_id: UserId,
    body: Annotated[RoleBody, Depends(body_of(RoleBody))],
) -> RoleGrantDocument:
    """Propose another role for a user; somebody else must approve it."""
    return describe_grant(grants.propose(user_id, Role(body.role), by=principal))


@router.get("/v1/role-grants", responses=problems(READING))
def list_role_grants(
    grants: GrantsService,
    _principal: UsersRead,
    limit: Limit = 50,
    cursor: Cursor = None,
    state: Literal["proposed", "approved", "replaced"] | None = None,
) -> RoleGrantPage:
    """List proposed roles, the newest first."""
    page = grants.list_page(state=state, limit=limit, cursor=cursor)
    items = [describe_grant(one) for one in page.items]
    return RoleGrantPage(items=items, next_cursor=page.next_cursor)


@router.post("/v1/role-grants/{grant_id}/approval", responses=problems((404, *WRITING)))
def approve_role(
    grants: GrantsService, principal: RolesWrite, grant_id: GrantId
) -> RoleGrantDocument:
    """Approve a role that somebody else has proposed; the user's sessions end at once."""
    return describe_grant(grants.approve(grant_id, by=principal))


def _answer(response: Response, user: User) -> UserDocument:
    response.headers["etag"] = write_etag(user.version)
    return describe_user(user)
