"""Signing in and out, and one's own password."""

from typing import Annotated

from fastapi import Depends
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loanwright.errors import LoanwrightError, Rejected
from loanwright.service.access.visits import read_visitor
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.provided import provided
from loanwright.service.edge.sessions import SESSION, drop_session, read_cookie, set_session
from loanwright.service.kit.problem import problem_of
from loanwright.service.users.logins import LoginRefused, Logins
from loanwright.service.users.schemas import End
from loanwright.service.users.service import PasswordWrong
from loanwright.service.users.sessions import Sessions
from loanwright.service.web import guard
from loanwright.service.web.languages import N_
from loanwright.service.web.navigation import home_of, menu_for
from loanwright.service.web.office import Posted, Viewer, enter, go, own_address, show
from loanwright.service.web.page_routes import page_router
from loanwright.service.web.pages import PAGE_HEADERS, read_visit, render

router = page_router()
HOME = "/home"
SEE_OTHER = 303
TOO_MANY = 429
Anybody = Annotated[Viewer, Depends(enter(None))]
LoginsService = Annotated[Logins, Depends(provided("logins"))]
SessionsService = Annotated[Sessions, Depends(provided("sessions"))]

REFUSED = N_("The e-mail address and the password do not belong together.")
WRONG = N_("This is not your present password.")
DIFFERENT = N_("The two new passwords are not the same.")
UNFIT = N_("A password has 15 to 128 characters and is not one that everybody tries.")


@router.get("/sign-in")
def ask(request: Request, back: str = "") -> Response:
    """Ask who is there."""
    return _ask(request, back=own_address(back, otherwise=""))


@router.post("/sign-in")
async def sign_in(request: Request, logins: LoginsService) -> Response:
    """Begin a session and lead to the page that was wanted."""
    guard.require_own_page(request)
    form = await guard.read_form(request)
    email, back = form.get("email", "").strip(), own_address(form.get("back"), otherwise="")
    try:
        logged_in = await run_in_threadpool(
            logins.login, email, form.get("password", ""), read_visitor(request)
        )
    except (LoginRefused, Rejected):
        return _ask(request, back=back, email=email, wrong=REFUSED, status=422)
    except LoanwrightError as error:
        if problem_of(error).status != TOO_MANY:
            raise
        return _ask(request, back=back, email=email, wait=_wait_of(error), status=TOO_MANY)
    response = RedirectResponse(back or HOME, status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))
    set_session(response, logged_in.token, device=logged_in.device)
    return response


def _wait_of(error: LoanwrightError) -> int:
    return int(error.facts.get("retry_after", 60))


def _ask(
    request: Request,
    *,
    back: str,
    email: str = "",
    wrong: str | None = None,
    wait: int | None = None,
    status: int = 200,
) -> Response:
    return render(
        read_visit(request),
        "office/sign_in.html",
        status=status,
        back=back,
        email=email,
        wrong=wrong,
        wait=wait,
        single_sign_on=request.app.state.single_sign_on is not None,
    )


@router.get(HOME)
def go_home(request: Request, viewer: Anybody) -> Response:
    """Lead whoever is signed in to the first page of their menu."""
    return go(home_of(viewer, menu_for(viewer, request.app.state.areas)))


@router.post("/sign-out")
def sign_out(request: Request, viewer: Anybody, sessions: SessionsService) -> Response:
    """End the session."""
    token = read_cookie(read_headers(request.scope["headers"]), SESSION)
    sessions.end(token or "", End.LOGOUT, request_id=viewer.principal.request_id)
    response = RedirectResponse("/", status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))
    drop_session(response)
    return response


@router.get("/password")
def ask_password(request: Request, viewer: Anybody) -> Response:
    """Ask for a new password."""
    return show(request, viewer, "office/password.html", wrong={})


@router.post("/password")
def change_password(
    request: Request, viewer: Anybody, form: Posted, logins: LoginsService
) -> Response:
    """Change one's own password; every other session ends."""
    present, password = form.get("present", ""), form.get("password", "")
    if password != form.get("again", ""):
        return _wrong_password(request, viewer, "again", DIFFERENT)
    try:
        logged_in = logins.change_password(
            viewer.principal, present, password, read_visitor(request)
        )
    except PasswordWrong:
        return _wrong_password(request, viewer, "present", WRONG)
    except Rejected:
        return _wrong_password(request, viewer, "password", UNFIT)
    response = go(HOME, notice=N_("Your password is changed. Other devices have to sign in anew."))
    set_session(response, logged_in.token, device=logged_in.device)
    return response


def _wrong_password(request: Request, viewer: Viewer, field: str, message: str) -> Response:
    wrong = {field: viewer.language.gettext(message)}
    return show(request, viewer, "office/password.html", status=422, wrong=wrong)
