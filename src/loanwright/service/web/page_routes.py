"""Routes whose errors are pages in plain words."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import Forbidden, LoanwrightError
from loanwright.service.edge.csrf import BodyFromForm, CsrfTokenWrong, ForeignOrigin
from loanwright.service.kit.problem import Unauthenticated, problem_of
from loanwright.service.web.guard import ForeignForm
from loanwright.service.web.pages import error_response
from loanwright.service.web.viewing import lead_to_sign_in

FOREIGN: Final = (BodyFromForm, CsrfTokenWrong, ForeignForm, ForeignOrigin)


class PageRoute(APIRoute):
    """A route whose errors are pages; whoever has to sign in is led there and back."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of the route."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Unauthenticated:
                return lead_to_sign_in(request)
            except RequestValidationError:
                # An address that no page of ours leads to.
                return error_response(request, 404)
            except LoanwrightError as error:
                return _say(request, error)

        return answer


def _say(request: Request, error: LoanwrightError) -> Response:
    problem = problem_of(error)
    wait = error.facts.get("retry_after", 5 if problem.status == 503 else None)
    withheld = isinstance(error, Forbidden) and not isinstance(error, FOREIGN)
    return error_response(request, problem.status, retry_after=wait, withheld=withheld)


def page_router() -> APIRouter:
    """Return a router for pages: errors are pages, and the API's description leaves them out."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)
