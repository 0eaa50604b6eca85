"""Who looks at a page: a user who is signed in, and what their forms must prove."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse

from loanwright.service.edge.authentication import Doorkeeper
from loanwright.service.edge.csrf import SAFE, csrf_token, require_token
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.sessions import SESSION, read_cookie
from loanwright.service.kit.problem import ScopeMissing, Unauthenticated
from loanwright.service.users.schemas import Principal
from loanwright.service.users.service import Users
from loanwright.service.web.guard import parse_many, read_body, require_own_page, single
from loanwright.service.web.languages import Language
from loanwright.service.web.pages import PAGE_HEADERS, Visit, read_visit

SIGN_IN: Final = "/sign-in"
TOKEN: Final = "csrf"  # noqa: S105
OFFICE_FORM_LIMIT: Final = 200_000
SEE_OTHER: Final = 303
MULTIPART: Final = "multipart/form-data"
LONGEST_ADDRESS: Final = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """A user who is signed in and looks at a page.

    Attributes
    ----------
    principal
        Whose permissions every service asks; it knows the request for the audit log.
    csrf
        The token that every form of the page carries.
    """

    principal: Principal
    visit: Visit
    name: str = field(repr=False)
    csrf: str = field(repr=False)

    @property
    def language(self) -> Language:
        """The language of the page."""
        return self.visit.language

    @property
    def role(self) -> str:
        """The role of the user."""
        return str(self.principal.role)

    def can(self, permission: str) -> bool:
        """Tell whether the user has a permission."""
        return permission in self.principal.permissions


def enter(
    permission: str | None, *, staff: bool = False, files: bool = False
) -> Callable[..., Viewer]:
    """Return a dependency that lets in whoever is signed in and has this permission.

    With None, every role may come in; ``staff`` keeps borrowers out. A form must come from
    our own page and carry the token of the session, or nobody reads it.
    With ``files`` a form with a file is left to `uploads.receive`, which asks for the token.
    """
    admitted = _admit(permission, files=files)

    def viewer(request: Request, principal: Annotated[Principal, Depends(admitted)]) -> Viewer:
        if staff and principal.applicant_id is not None:
            raise ScopeMissing(scope=permission or "staff")
        users: Users = request.app.state.users
        found = users.get(principal.id)
        token = read_cookie(read_headers(request.scope["headers"]), SESSION)
        return Viewer(
            principal=principal,
            visit=read_visit(request),
            name=found.name or found.email or found.id,
            csrf=csrf_token(token or ""),
        )

    viewer.permission = permission  # type: ignore[attr-defined]
    viewer.staff = staff  # type: ignore[attr-defined]
    return viewer


def _admit(permission: str | None, *, files: bool) -> Callable[[Request], Awaitable[Principal]]:
    async def admitted(request: Request) -> Principal:
        headers = read_headers(request.scope["headers"])
        if read_cookie(headers, SESSION) is None:
            raise Unauthenticated
        doorkeeper: Doorkeeper = request.app.state.doorkeeper
        # The method is safe to the doorkeeper: what a form must prove is asked here.
        principal = await doorkeeper.admit(headers, scope=None, method="GET")
        if principal.kind != "user":
            raise Unauthenticated
        if permission is not None and permission not in principal.permissions:
            raise ScopeMissing(scope=permission)
        if request.method not in SAFE:
            await _read_form(request, files=files)
        return replace(principal, request_id=request.scope["state"]["request_id"])

    return admitted


async def _read_form(request: Request, *, files: bool) -> None:
    require_own_page(request)
    if files and request.headers.get("content-type", "").startswith(MULTIPART):
        return
    form = parse_many(await read_body(request, limit=OFFICE_FORM_LIMIT))
    token = read_cookie(read_headers(request.scope["headers"]), SESSION)
    require_token(token or "", next(iter(form.pop(TOKEN, [])), None))
    request.state.form = form


def _posted(request: Request) -> dict[str, str]:
    return single(request.state.form)


def _posted_many(request: Request) -> dict[str, list[str]]:
    form: dict[str, list[str]] = request.state.form
    return form


#: What a form has sent, one value a field; the viewer must be asked for before it.
Posted = Annotated[dict[str, str], Depends(_posted)]
#: What a form has sent, fields that come several times among it.
PostedMany = Annotated[dict[str, list[str]], Depends(_posted_many)]


def lead_to_sign_in(request: Request) -> RedirectResponse:
    """Lead somebody to the sign-in page, and afterwards back to the page they wanted."""
    wanted = request.url.path if request.method in SAFE else ""
    back = f"?back={quote(wanted, safe='/')}" if 0 < len(wanted) <= LONGEST_ADDRESS else ""
    return RedirectResponse(f"{SIGN_IN}{back}", status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))


def own_address(asked: Any, *, otherwise: str) -> str:
    """Return an address within this service, or another where somebody asks for a foreign one."""
    text = asked if isinstance(asked, str) else ""
    inside = text.startswith("/") and not text.startswith(("//", "/\\"))
    printable = text.isascii() and text.isprintable() and "\\" not in text
    return text if inside and printable and len(text) <= LONGEST_ADDRESS else otherwise


def values_of(form: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return these fields of a form, without the spaces around them; what is not there is empty."""
    return {name: form.get(name, "").strip() for name in names}
