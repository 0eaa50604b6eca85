"""Logging in through the identity provider; browsers come here, not programs."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

from loanwright.service.access.visits import read_visitor
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.sessions import (
    JOURNEY,
    drop_journey,
    read_cookie,
    set_journey,
    set_session,
)
from loanwright.service.kit.problem import PathUnknown

if TYPE_CHECKING:
    from loanwright.service.users.single_sign_on import SingleSignOn

SEE_OTHER = 303
HOME = "/home"

router = APIRouter(prefix="/auth/oidc", include_in_schema=False)


@router.get("/start")
def start(request: Request) -> RedirectResponse:
    """Send a browser to the identity provider."""
    departure = _sign_on(request).depart()
    response = RedirectResponse(departure.url, status_code=SEE_OTHER)
    set_journey(response, departure.journey)
    return response


@router.get("/callback")
def callback(request: Request) -> RedirectResponse:
    """Take in a browser that comes back, and begin its session."""
    journey = read_cookie(read_headers(request.scope["headers"]), JOURNEY)
    query = dict(request.query_params)
    logged_in = _sign_on(request).arrive(query, journey, read_visitor(request))
    response = RedirectResponse(HOME, status_code=SEE_OTHER)
    set_session(response, logged_in.token, device=logged_in.device)
    drop_journey(response)
    return response


def _sign_on(request: Request) -> "SingleSignOn":
    found: SingleSignOn | None = request.app.state.single_sign_on
    if found is None:
        raise PathUnknown
    return found
