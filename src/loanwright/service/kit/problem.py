"""Errors as RFC 9457 problem documents: one shape, one table of status codes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from loanwright.errors import (
    Conflict,
    Forbidden,
    LoanwrightError,
    NotFound,
    Rejected,
    Unavailable,
)
from loanwright.features.errors import RecordRejected
from loanwright.service.kit.strict_json import MalformedBody
from loanwright.service.kit.versions import EditedMeanwhile, VersionNeeded, write_etag

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:loanwright:problem:"
LONGEST_DETAIL = 500
LONGEST_FIELD = 120
MOST_ERRORS = 100
# Whatever else an unavailable part says of itself, paths and hosts among it, is for the log.
TOLD_WHEN_UNAVAILABLE = frozenset({"product", "segment", "parts", "seconds", "retry_after"})


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldError:
    """One thing that is wrong with one field of a request."""

    field: str
    code: str
    message: str


class PayloadRejected(Rejected):
    """The request cannot be used as it is; see errors."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=tuple(errors))


class Unauthenticated(Forbidden):
    """A valid API key (Authorization: Bearer lw_…, or X-API-Key) or a session is needed."""


class ScopeMissing(Forbidden):
    """The permission {scope} is missing."""


class BodyTooLarge(Rejected):
    """The body is larger than {limit} bytes."""


class BodyTooSlow(Rejected):
    """The body did not arrive within {seconds} seconds."""


class ContentTypeUnsupported(Rejected):
    """The body must be application/json."""


class Throttled(Unavailable):
    """Too many requests from this address; try again in {retry_after} seconds."""


class PathUnknown(NotFound):
    """There is nothing at this address."""


class HostUnknown(Rejected):
    """Nothing answers here under the name in the header Host."""


class MethodNotAllowed(Rejected):
    """Nothing answers this method at this address."""


class RequestRefused(Rejected):
    """The request cannot be understood."""


class InternalError(LoanwrightError):
    """Something went wrong on our side; the request id helps to find it."""


# The first line that matches decides: the exceptions to the rule stand before the rule.
STATUSES: tuple[tuple[type[LoanwrightError], int], ...] = (
    (Unauthenticated, 401),
    (BodyTooLarge, 413),
    (BodyTooSlow, 408),
    (ContentTypeUnsupported, 415),
    (MethodNotAllowed, 405),
    (HostUnknown, 421),
    (EditedMeanwhile, 412),
    (VersionNeeded, 428),
    (Throttled, 429),
    (NotFound, 404),
    (Conflict, 409),
    (Forbidden, 403),
    (Rejected, 422),
    (Unavailable, 503),
    (LoanwrightError, 500),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What a caller is told about an error."""

    status: int
    code: str
    title: str
    detail: str
    errors: tuple[FieldError, ...]
    headers: tuple[tuple[bytes, bytes], ...]
    current: dict[str, Any] | None = None

    def body(self, request_id: str) -> bytes:
        """Return the problem document."""
        document: dict[str, Any] = {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            document["errors"] = [
                {"field": e.field, "code": e.code, "message": e.message} for e in self.errors
            ]
        if self.current is not None:
            document["current"] = self.current
        return msgspec.json.encode(document)


def status_of(kind: type[LoanwrightError]) -> int:
    """Return the status code that errors of this class are answered with."""
    return next(status for category, status in STATUSES if issubclass(kind, category))


def title_of(kind: type[LoanwrightError]) -> str:
    """Return the class name as a sentence: ``Product unknown``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind.__name__).lower()
    return words[0].upper() + words[1:]


def problem_of(error: LoanwrightError) -> Problem:
    """Return what a caller is told about this error."""
    kind = type(error)
    status = status_of(kind)
    # An error without a category is our fault: its facts are for the log, not for the caller.
    shown = InternalError() if status == 500 else error
    errors = _field_errors(shown)
    return Problem(
        status=status,
        code=shown.code,
        title=title_of(type(shown)),
        detail=_detail(status, shown, errors),
        errors=errors,
        headers=_headers(status, shown),
        current=shown.facts.get("current") if isinstance(shown, EditedMeanwhile) else None,
    )


def _field_errors(error: LoanwrightError) -> tuple[FieldError, ...]:
    if isinstance(error, PayloadRejected):
        return error.errors[:MOST_ERRORS]
    if isinstance(error, MalformedBody):
        return (FieldError(field=error.field, code=error.problem, message=str(error)),)
    if isinstance(error, RecordRejected):
        return tuple(
            FieldError(
                field=f"features.{_printable(p.feature)}"[:LONGEST_FIELD],
                code=p.code,
                message=p.message.en[:LONGEST_DETAIL],
            )
            for p in error.problems[:MOST_ERRORS]
        )
    return ()


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)


def _detail(status: int, error: LoanwrightError, errors: tuple[FieldError, ...]) -> str:
    if errors:
        return _summary(errors)
    if status == 503 and not TOLD_WHEN_UNAVAILABLE.issuperset(error.facts):
        return f"{title_of(type(error))}; try again shortly."
    return str(error)[:LONGEST_DETAIL]


def _summary(errors: tuple[FieldError, ...]) -> str:
    if len(errors) == 1:
        return errors[0].message
    return f"{len(errors)} things are wrong; see errors."


def _headers(status: int, error: LoanwrightError) -> tuple[tuple[bytes, bytes], ...]:
    if status == 401:
        return ((b"www-authenticate", b'Bearer realm="loanwright"'),)
    if status == 405:
        return ((b"allow", str(error.facts.get("allow", "GET")).encode("ascii")),)
    if isinstance(error, EditedMeanwhile):
        return ((b"etag", write_etag(error.facts["version"]).encode("ascii")),)
    if status in (429, 503):
        return ((b"retry-after", str(error.facts.get("retry_after", 1)).encode("ascii")),)
    if status in (408, 413):
        # The rest of the body is still on its way: the connection cannot be used again.
        return ((b"connection", b"close"),)
    return ()
