"""A password, chosen by whoever was given a link that is good once."""

from typing import Annotated

from fastapi import Depends
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loanwright.errors import Rejected
from loanwright.service.edge.provided import provided
from loanwright.service.users.service import PasswordTokenRefused, Users
from loanwright.service.web import guard
from loanwright.service.web.languages import N_
from loanwright.service.web.page_routes import page_router
from loanwright.service.web.pages import PAGE_HEADERS, read_visit, render

router = page_router()
UsersService = Annotated[Users, Depends(provided("users"))]
PLACE = "/choose-password/{token}"
SEE_OTHER = 303

DIFFERENT = N_("The two new passwords are not the same.")
UNFIT = N_("A password has 15 to 128 characters and is not one that everybody tries.")
USED_UP = N_("This link was used already, or is too old. Ask for another one.")


@router.get(PLACE)
def ask(request: Request) -> Response:
    """Ask for a password; whether the link is still good is said once one is sent."""
    return _ask(request, {})


@router.post(PLACE)
async def choose(request: Request, token: str, users: UsersService) -> Response:
    """Set the password and lead to signing in; every session of the user ends."""
    guard.require_own_page(request)
    form = await guard.read_form(request)
    password = form.get("password", "")
    if password != form.get("again", ""):
        return _ask(request, {"again": DIFFERENT})
    request_id = read_visit(request).request_id
    try:
        await run_in_threadpool(users.set_password_by_token, token, password, request_id=request_id)
    except PasswordTokenRefused:
        return _ask(request, {"link": USED_UP})
    except Rejected:
        return _ask(request, {"password": UNFIT})
    return RedirectResponse("/sign-in", status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))


def _ask(request: Request, wrong: dict[str, str]) -> Response:
    status = 422 if wrong else 200
    return render(read_visit(request), "office/choose_password.html", status=status, wrong=wrong)
