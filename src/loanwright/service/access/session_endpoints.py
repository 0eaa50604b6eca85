"""Sessions and passwords over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from loanwright.service.access.documents import (
    LoginBody,
    PasswordByToken,
    PasswordChange,
    SessionList,
    SessionStart,
    UserDocument,
    describe_session,
    describe_start,
    describe_user,
)
from loanwright.service.access.visits import read_visitor, welcome
from loanwright.service.edge.authentication import DOCUMENTED, Somebody
from loanwright.service.edge.csrf import csrf_token, guard_login
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.provided import provided
from loanwright.service.edge.sessions import SESSION, drop_session, read_cookie
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.users.logins import Logins
from loanwright.service.users.schemas import End
from loanwright.service.users.service import Users
from loanwright.service.users.sessions import Sessions

UsersService = Annotated[Users, Depends(provided("users"))]
SessionsService = Annotated[Sessions, Depends(provided("sessions"))]
LoginsService = Annotated[Logins, Depends(provided("logins"))]
SessionId = Annotated[str, Path(pattern=f"^ses_[{ALPHABET}]{{{LENGTH}}}$")]
BODY = (403, 408, 413, 415, 422, 429, 503)

router = APIRouter(tags=["sessions"])
guarded = APIRouter(tags=["sessions"], dependencies=DOCUMENTED)


async def _no_foreign_login(request: Request) -> None:
    guard_login(read_headers(request.scope["headers"]))


OwnLogin = Depends(_no_foreign_login)


@router.post(
    "/v1/sessions",
    status_code=201,
    responses=problems((401, *BODY)),
    openapi_extra=takes(LoginBody),
    dependencies=[OwnLogin],
)
def log_in(
    request: Request,
    response: Response,
    logins: LoginsService,
    users: UsersService,
    body: Annotated[LoginBody, Depends(body_of(LoginBody))],
) -> SessionStart:
    """Log in with a password; the session is in the cookie of the answer.

    A wrong address and a wrong password are answered alike, and as slowly.
    """
    logged_in = logins.login(body.email, body.password, read_visitor(request))
    return welcome(response, users, logged_in)


@router.post(
    "/v1/passwords",
    status_code=204,
    response_class=Response,
    responses=problems(BODY),
    openapi_extra=takes(PasswordByToken),
    dependencies=[OwnLogin],
)
def set_password(
    request: Request,
    users: UsersService,
    body: Annotated[PasswordByToken, Depends(body_of(PasswordByToken))],
) -> None:
    """Set a password with a one-time token; every session of the user ends."""
    request_id = request.scope["state"]["request_id"]
    users.set_password_by_token(body.token, body.password, request_id=request_id)


@guarded.get("/v1/sessions", responses=problems((401, 403, 503)))
def list_sessions(sessions: SessionsService, principal: Somebody) -> SessionList:
    """List one's own sessions."""
    found = sessions.list_open(principal.id)
    items = [describe_session(one, current=principal.session_id) for one in found]
    return SessionList(items=items)


@guarded.get("/v1/sessions/current", responses=problems((401, 403, 503)))
def get_current_session(request: Request, users: UsersService, principal: Somebody) -> SessionStart:
    """Return who is logged in, and the token that changes need."""
    token = read_cookie(read_headers(request.scope["headers"]), SESSION)
    return describe_start(users.get(principal.id), csrf_token(token or ""))


@guarded.delete(
    "/v1/sessions/current",
    status_code=204,
    response_class=Response,
    responses=problems((401, 403, 503)),
)
def log_out(request: Request, sessions: SessionsService, principal: Somebody) -> Response:
    """Log out."""
    token = read_cookie(read_headers(request.scope["headers"]), SESSION)
    sessions.end(token or "", End.LOGOUT, request_id=principal.request_id)
    response = Response(status_code=204)
    drop_session(response)
    return response


@guarded.delete(
    "/v1/sessions/{session_id}",
    status_code=204,
    response_class=Response,
    responses=problems((401, 403, 404, 422, 503)),
)
def end_session(sessions: SessionsService, principal: Somebody, session_id: SessionId) -> None:
    """End a session of one's own, on another device."""
    sessions.end_one(principal, session_id)


@guarded.get("/v1/users/me", responses=problems((401, 403, 503)))
def get_own_user(users: UsersService, principal: Somebody) -> UserDocument:
    """Return oneself."""
    return describe_user(users.get(principal.id))


@guarded.put(
    "/v1/users/me/password",
    responses=problems((401, *BODY)),
    openapi_extra=takes(PasswordChange),
)
def change_password(
    request: Request,
    response: Response,
    logins: LoginsService,
    users: UsersService,
    principal: Somebody,
    body: Annotated[PasswordChange, Depends(body_of(PasswordChange))],
) -> SessionStart:
    """Change one's own password; every session ends, and a new one begins."""
    visitor = read_visitor(request)
    logged_in = logins.change_password(principal, body.present, body.password, visitor)
    return welcome(response, users, logged_in)
