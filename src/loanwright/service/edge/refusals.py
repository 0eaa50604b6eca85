"""Errors become answers here: a problem document, or a page where a person is looking."""

from collections.abc import Mapping
from typing import Any, Protocol

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from loanwright.errors import LoanwrightError
from loanwright.service.edge.answer import Answer, answer_problem
from loanwright.service.edge.headers import read_headers
from loanwright.service.kit.problem import (
    FieldError,
    InternalError,
    MethodNotAllowed,
    PathUnknown,
    PayloadRejected,
    RequestRefused,
    problem_of,
)

SERVER_ERROR = 500
MACHINE_PATHS = (
    "/v1/",
    "/health/",
    "/metrics",
    "/openapi.json",
    "/upload_features",
    "/check_state",
    "/get_result",
)


class ErrorPage(Protocol):
    """Writes the page that a person sees instead of a problem document."""

    def __call__(
        self,
        headers: Mapping[bytes, bytes],
        status: int,
        *,
        path: str,
        request_id: str,
        retry_after: int | None,
    ) -> bytes | None:
        """Return the page, or None if the caller did not ask for one."""
        ...


class Refusals:
    """Answers errors, always in the same shape."""

    def __init__(self, page: ErrorPage | None = None) -> None:
        self._page = page

    def answer(
        self,
        error: LoanwrightError,
        *,
        path: str,
        headers: Mapping[bytes, bytes],
        state: dict[str, Any],
    ) -> Answer:
        """Return the answer to an error, and leave for the log what it was."""
        request_id = state["request_id"]
        problem = problem_of(error)
        state["problem"] = problem.code
        if problem.status >= SERVER_ERROR:
            state["why"] = str(error)
        if self._page is None or path.startswith(MACHINE_PATHS):
            return answer_problem(error, request_id)
        retry_after = error.facts.get("retry_after", 1) if problem.status in (429, 503) else None
        page = self._page(
            headers, problem.status, path=path, request_id=request_id, retry_after=retry_after
        )
        if page is None:
            return answer_problem(error, request_id)
        own = (
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(page)),
        )
        return Answer(status=problem.status, body=page, headers=(*own, *problem.headers))

    async def respond(self, request: Request, error: Exception) -> Response:
        """Answer an exception that the framework has caught."""
        answer = self.answer(
            as_ours(error),
            path=request.scope["path"],
            headers=read_headers(request.scope["headers"]),
            state=request.scope["state"],
        )
        return as_response(answer)


def as_response(answer: Answer) -> Response:
    """Return an answer as the framework's response."""
    response = Response(content=answer.body, status_code=answer.status)
    response.raw_headers = list(answer.headers)
    return response


def as_ours(error: Exception) -> LoanwrightError:
    """Return the error of ours that an exception of the framework stands for."""
    if isinstance(error, LoanwrightError):
        return error
    if isinstance(error, RequestValidationError):
        return PayloadRejected([_field_error(one) for one in error.errors()])
    if not isinstance(error, HTTPException):
        return InternalError()
    if error.status_code == 404:
        return PathUnknown()
    if error.status_code == 405:
        return MethodNotAllowed(allow=(error.headers or {}).get("Allow", "GET"))
    return RequestRefused()


def _field_error(error: Mapping[str, Any]) -> FieldError:
    # Neither the value nor the context: both repeat what was sent.
    field = ".".join(str(part) for part in error["loc"])
    return FieldError(field=field[:120], code=str(error["type"]), message=str(error["msg"])[:200])
