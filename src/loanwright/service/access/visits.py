"""What of a request a login needs."""

from fastapi import Request, Response

from loanwright.service.access.documents import SessionStart, describe_start
from loanwright.service.edge.csrf import csrf_token
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.sessions import DEVICE, SESSION, read_cookie, set_session
from loanwright.service.users.logins import LoggedIn, Visitor
from loanwright.service.users.service import Users


def read_visitor(request: Request) -> Visitor:
    """Return who tries to log in, from where."""
    headers = read_headers(request.scope["headers"])
    return Visitor(
        address=request.client.host if request.client else "unknown",
        device=read_cookie(headers, DEVICE),
        token=read_cookie(headers, SESSION),
        request_id=request.scope["state"]["request_id"],
    )


def welcome(response: Response, users: Users, logged_in: LoggedIn) -> SessionStart:
    """Give a browser its cookies, and tell whoever logged in what they need to know."""
    set_session(response, logged_in.token, device=logged_in.device)
    return describe_start(users.get(logged_in.user_id), csrf_token(logged_in.token))
