"""What a posted form must pass before anybody reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from loanwright.errors import Forbidden, Rejected
from loanwright.service.kit.problem import BodyTooLarge, ContentTypeUnsupported

FORM_TYPE: Final = "application/x-www-form-urlencoded"
FORM_LIMIT: Final = 16_384
FIELDS_LIMIT: Final = 200


class ForeignForm(Forbidden):
    """The form was not sent from our own page."""


class NotAForm(ContentTypeUnsupported):
    """Only forms are accepted here."""


class FormTooLarge(BodyTooLarge):
    """The form is larger than any form of ours."""


class FormUnreadable(Rejected):
    """The form cannot be read."""


def require_own_page(request: Request) -> None:
    """Refuse a form that another site's page has sent."""
    headers = request.headers
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise ForeignForm
    origin = headers.get("origin")
    if origin is None and site is None:
        raise ForeignForm
    if origin is not None and origin.partition("://")[2] != headers.get("host"):
        raise ForeignForm


async def read_form(request: Request) -> dict[str, str]:
    """Read a small form of single values."""
    return parse_form(await read_body(request, limit=FORM_LIMIT))


async def read_body(request: Request, *, limit: int) -> bytes:
    """Read the body of a form, at most so many bytes."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != FORM_TYPE:
        raise NotAForm
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise FormTooLarge
    return body


def parse_form(body: bytes) -> dict[str, str]:
    """Parse the body of a form; a field given twice, or text that is not UTF-8, is refused."""
    return single(parse_many(body))


def parse_many(body: bytes) -> dict[str, list[str]]:
    """Parse the body of a form whose fields may be given several times."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FIELDS_LIMIT,
        )
    except ValueError as error:
        raise FormUnreadable from error
    if any("\x00" in part for pair in pairs for part in pair):
        raise FormUnreadable
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def single(form: Mapping[str, list[str]]) -> dict[str, str]:
    """Return a form whose fields have one value each; a field given twice is refused."""
    if any(len(values) != 1 for values in form.values()):
        raise FormUnreadable
    return {name: values[0] for name, values in form.items()}
