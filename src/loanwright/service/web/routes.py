"""Every page: what anybody may open, signing in, and the areas of those who are signed in."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI

from loanwright.service.origination.schemas import Reply, Submission
from loanwright.service.web import choosing_password, signing_in
from loanwright.service.web.areas import AREAS
from loanwright.service.web.public import routes as public
from loanwright.service.web.public.needs import PublicService


def add_pages(
    framework: FastAPI,
    service: PublicService,
    *,
    submit: Callable[[Submission], Awaitable[Reply]] | None = None,
) -> None:
    """Add every page to the application; ``submit`` decides, by default in a thread of its own."""
    framework.state.areas = AREAS
    always = (public.router(service, submit=submit), signing_in.router, choosing_password.router)
    for router in (*always, *_of_areas()):
        framework.include_router(router)


def _of_areas() -> list[APIRouter]:
    return [router for area in AREAS for router in area.routers]
