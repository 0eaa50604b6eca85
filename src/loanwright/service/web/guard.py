"""What a posted form must pass before anybody reads it."""

from __future__ import annotations

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
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != FORM_TYPE:
        raise NotAForm
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            raise FormTooLarge
    return parse_form(body)


def parse_form(body: bytes) -> dict[str, str]:
    """Parse the body of a form; a field given twice, or text that is not UTF-8, is refused."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=FIELDS_LIMIT,
        )
    except ValueError as error:
        raise FormUnreadable from error
    form = dict(pairs)
    if len(form) != len(pairs) or any("\x00" in part for pair in pairs for part in pair):
        raise FormUnreadable
    return form
