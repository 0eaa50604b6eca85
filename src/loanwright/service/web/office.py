"""The pages of whoever is signed in: showing one, and going on to the next.

A page is an endpoint like those of the API: a plain function whose parts are provided, with a
viewer that says which permission it asks for.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from loanwright.service.web.navigation import find_place, menu_for
from loanwright.service.web.notices import Notice, Tone, drop_notice, find_notice, keep_notice
from loanwright.service.web.page_routes import page_router
from loanwright.service.web.pages import PAGE_HEADERS, render
from loanwright.service.web.viewing import (
    SEE_OTHER,
    Posted,
    PostedMany,
    Viewer,
    enter,
    own_address,
    values_of,
)

__all__ = [
    "Notice",
    "Posted",
    "PostedMany",
    "Viewer",
    "enter",
    "go",
    "own_address",
    "page_router",
    "show",
    "values_of",
]


def show(
    request: Request, viewer: Viewer, template: str, *, status: int = 200, **content: Any
) -> HTMLResponse:
    """Answer with a page of the office, in the viewer's language, with what is to be said once."""
    said = find_notice(request, viewer.language)
    menu = menu_for(viewer, request.app.state.areas)
    heard = viewer.can("alerts:read")
    response = render(
        viewer.visit,
        template,
        status=status,
        viewer=viewer,
        menu=menu,
        here=find_place(menu, viewer.visit.path),
        said=said,
        open_alerts=request.app.state.open_alerts.get() if heard else None,
        **content,
    )
    if said is not None:
        drop_notice(response)
    return response


def go(
    address: str, *, notice: str | None = None, tone: Tone = "good", **values: str | int
) -> RedirectResponse:
    """Lead on to another page after something was done, and say there what it was.

    ``notice`` is a message marked with `N_`; ``values`` fill it, and are never personal data.
    """
    response = RedirectResponse(address, status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))
    if notice is not None:
        keep_notice(response, Notice(message=notice, values=dict(values), tone=tone))
    return response
