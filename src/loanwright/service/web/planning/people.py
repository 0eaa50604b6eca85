"""Who did something, by name where it is somebody who logs in."""

from starlette.requests import Request

from loanwright.errors import NotFound
from loanwright.service.users.service import Users

USER = "usr_"


def person(request: Request, actor: str | None) -> str:
    """Return the name of whoever did something; what is no user calls itself."""
    if actor is None:
        return ""
    users: Users = request.app.state.users
    if not actor.startswith(USER):
        return actor
    try:
        found = users.get(actor)
    except NotFound:
        return actor
    return found.name or found.email or actor
