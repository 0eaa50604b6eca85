"""Turning a template and its content into a page with its headers; pages for errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from loanwright.service.web.assets import asset_path
from loanwright.service.web.languages import LOCALES, N_, NAMES, Language, choose_language

THEMES: Final = ("light", "dark")
#: How templates write values: the methods of the language, as filters.
FORMATS: Final = (
    "number",
    "decimal",
    "percent",
    "money",
    "minor",
    "day",
    "month",
    "time",
    "moment",
    "ago",
    "span",
)
ROLE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "borrower": N_("Borrower"),
        "manager": N_("Credit manager"),
        "underwriter": N_("Underwriter"),
        "analyst": N_("Risk analyst"),
        "admin": N_("Administrator"),
    }
)
LANGUAGE_COOKIE: Final = "lw_language"
THEME_COOKIE: Final = "lw_theme"
YEAR_IN_SECONDS: Final = 365 * 24 * 3600
ERROR_PAGES: Final = frozenset({403, 404, 405, 409, 413, 415, 422, 429, 500, 503})

# The edge adds what every answer carries; this is what is stricter, or particular to pages.
PAGE_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Cookie",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """How this visitor wants pages: language, theme, and how they came."""

    language: Language
    theme: Literal["light", "dark"] | None
    request_id: str
    secure: bool
    asked: Mapping[str, str]
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    form_page: str = ""

    def switch(self, **changes: str | None) -> str:
        """Return the address of this page with parts of its query changed; None takes one away.

        The answer to a form has no address of its own: it is the page with the form that is meant.
        """
        kept = [(name, value) for name, value in self.query if name not in changes]
        added = [(name, value) for name, value in changes.items() if value is not None]
        return f"{self.form_page}?" + urlencode([*kept, *added])

    @property
    def language_query(self) -> str:
        """Return the language as part of an address, if it was asked for by one.

        A browser that keeps no cookies stays in its language that way.
        """
        return f"?lang={self.language.code}" if LANGUAGE_COOKIE in self.asked else ""


def read_visit(request: Request) -> Visit:
    """Read from a request what every page needs to know about its visitor."""
    query, cookies = request.query_params, request.cookies
    form_page, form_query = _page_of_form(request)
    theme = next((t for t in (query.get("theme"), cookies.get(THEME_COOKIE)) if t in THEMES), None)
    asked_language, asked_theme = query.get("lang", ""), query.get("theme", "")
    return Visit(
        language=choose_language(
            asked_language, cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language")
        ),
        theme="dark" if theme == "dark" else "light" if theme == "light" else None,
        request_id=str(getattr(request.state, "request_id", "-")),
        secure=request.url.scheme == "https",
        asked={
            **({LANGUAGE_COOKIE: asked_language} if asked_language in LOCALES else {}),
            **({THEME_COOKIE: asked_theme} if asked_theme in THEMES else {}),
        },
        path=request.url.path,
        query=form_query or tuple(query.multi_items()),
        form_page=form_page,
    )


def _page_of_form(request: Request) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return path and query of the page whose form was sent; nothing for a page that was opened."""
    page = urlsplit(request.headers.get("referer", ""))
    ours = page.netloc == request.headers.get("host") and page.path.startswith("/")
    if request.method != "POST" or not ours or page.path.startswith("//"):
        return "", ()
    return page.path, tuple(parse_qsl(page.query))


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("loanwright.service.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    environment.globals.update(
        asset=asset_path, language=language, language_names=NAMES, role_names=ROLE_NAMES
    )
    environment.filters.update(
        {name: getattr(language, name) for name in FORMATS}, translated=language.gettext
    )
    return environment


def render(visit: Visit, template: str, *, status: int = 200, **content: Any) -> HTMLResponse:
    """Answer with a page in the visitor's language, remembering what they just chose."""
    environment = _environment(visit.language)
    text = environment.get_template(template).render(visit=visit, **content)
    response = HTMLResponse(text, status_code=status, headers=dict(PAGE_HEADERS))
    response.headers["Content-Language"] = visit.language.code
    for name, value in visit.asked.items():
        response.set_cookie(
            name, value, max_age=YEAR_IN_SECONDS, samesite="lax", secure=visit.secure
        )
    return response


def error_response(
    request: Request, status: int, *, retry_after: int | None = None, withheld: bool = False
) -> HTMLResponse:
    """Answer with a page that says in plain words what went wrong and what to do.

    ``withheld`` tells that the page is there, but not for whoever asked.
    """
    page = status if status in ERROR_PAGES else (500 if status >= 500 else 404)
    response = render(
        read_visit(request),
        "error.html",
        status=status,
        kind=page,
        retry_after=retry_after,
        withheld=withheld,
        # The address of a form lies under that of its page.
        above=request.url.path.rpartition("/")[0] or "/",
    )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def render_problem(
    headers: Mapping[bytes, bytes],
    status: int,
    *,
    path: str = "/",
    request_id: str = "-",
    retry_after: int | None = None,
) -> bytes | None:
    """Return the error page for raw request headers, or None if no page is wanted."""
    if b"text/html" not in headers.get(b"accept", b""):
        return None
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": list(headers.items()),
        "state": {"request_id": request_id},
    }
    return bytes(error_response(Request(scope), status, retry_after=retry_after).body)
