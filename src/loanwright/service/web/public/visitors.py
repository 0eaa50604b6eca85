"""Who fills in a public page: a borrower who is signed in, or anybody."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.authentication import Doorkeeper
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.sessions import SESSION, read_cookie
from loanwright.service.kit.problem import Unauthenticated
from loanwright.service.origination.schemas import ApplicantReference, Caller
from loanwright.service.users.schemas import Principal, Reach

PUBLIC: Final = Caller(id="public", kind="public", scopes=frozenset({"applications:write"}))
ANSWERS: Final = "__Host-loanwright-answers"
DAY: Final = 24 * 3600


async def find_borrower(request: Request) -> Principal | None:
    """Return the borrower who is signed in, if one is."""
    headers = read_headers(request.scope["headers"])
    doorkeeper: Doorkeeper | None = getattr(request.app.state, "doorkeeper", None)
    if doorkeeper is None or read_cookie(headers, SESSION) is None:
        return None
    try:
        principal = await doorkeeper.admit(headers, scope=None, method="GET")
    except Unauthenticated:
        return None
    return principal if principal.reach is Reach.SELF else None


def caller_of(borrower: Principal | None) -> Caller:
    """Return who sends an application."""
    if borrower is None:
        return PUBLIC
    return Caller(id=borrower.id, kind="user", scopes=borrower.permissions, reach=borrower.reach)


def applicant_of(borrower: Principal | None) -> ApplicantReference | None:
    """Return whom an application is about: nobody is named by what they typed."""
    return None if borrower is None else ApplicantReference(applicant_id=borrower.applicant_id)


def find_answers_token(request: Request) -> str | None:
    """Return the token by which unfinished answers are found again, if the browser has one."""
    return read_cookie(read_headers(request.scope["headers"]), ANSWERS)


def keep_answers_token(response: Response, token: str, *, days: int) -> None:
    """Let the browser keep the token, and no page of ours read it."""
    response.set_cookie(
        ANSWERS,
        token,
        max_age=days * DAY,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
