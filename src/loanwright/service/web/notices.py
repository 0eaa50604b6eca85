"""What is said once, on the page after something was done."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.sessions import read_cookie
from loanwright.service.web.languages import Language

COOKIE: Final = "__Host-loanwright-notice"
SECONDS: Final = 60
#: A part of a page that is fetched anew does not take the notice away.
FRAGMENT: Final = "x-fragment"

Tone = Literal["good", "warn", "bad"]


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message of the catalogues, with numbers and ids to fill in; never personal data."""

    message: str
    values: dict[str, str | int] = {}
    tone: Tone = "good"

    def say(self, language: Language) -> str:
        """Return the message in a language; a plain per cent sign must be doubled in it."""
        text = language.gettext(self.message)
        return text % self.values if self.values else text


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A notice as a page shows it."""

    text: str
    tone: Tone


def keep_notice(response: Response, notice: Notice) -> None:
    """Let a browser keep a notice until the next page."""
    value = base64.urlsafe_b64encode(msgspec.json.encode(notice)).decode()
    response.set_cookie(
        COOKIE, value, max_age=SECONDS, path="/", secure=True, httponly=True, samesite="lax"
    )


def find_notice(request: Request, language: Language) -> Said | None:
    """Return what is to be said on this page, if anything is."""
    if FRAGMENT in request.headers:
        return None
    kept = read_cookie(read_headers(request.scope["headers"]), COOKIE)
    if kept is None:
        return None
    try:
        notice = msgspec.json.decode(base64.urlsafe_b64decode(kept), type=Notice)
        return Said(text=notice.say(language), tone=notice.tone)
    except (msgspec.DecodeError, binascii.Error, KeyError, TypeError, ValueError):
        # Not one of ours; a page is not refused for it.
        return None


def drop_notice(response: Response) -> None:
    """Take the notice away, once it was said."""
    response.set_cookie(COOKIE, "", max_age=0, path="/", secure=True, httponly=True, samesite="lax")
