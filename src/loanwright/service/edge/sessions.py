"""The cookies: one for the session, one by which a device is known again."""

from collections.abc import Mapping
from typing import Final

from fastapi import Response

SESSION: Final = "__Host-loanwright"
DEVICE: Final = "__Host-loanwright-device"
JOURNEY: Final = "__Host-loanwright-oidc"
JOURNEY_SECONDS: Final = 600
DEVICE_SECONDS: Final = 180 * 24 * 3600
LONGEST_COOKIE: Final = 1_024


def read_cookie(headers: Mapping[bytes, bytes], name: str) -> str | None:
    """Return a cookie; one that comes twice is none, for nobody can tell which is ours."""
    raw = headers.get(b"cookie")
    if raw is None:
        return None
    pairs = (one.strip().partition("=") for one in raw.decode("latin-1").split(";"))
    found = [value for key, _, value in pairs if key == name]
    if len(found) != 1 or not 0 < len(found[0]) <= LONGEST_COOKIE or not found[0].isascii():
        return None
    return found[0]


def set_session(response: Response, token: str, *, device: str) -> None:
    """Give a browser its session, and a mark by which its device is known again."""
    _set(response, SESSION, token, seconds=None)
    _set(response, DEVICE, device, seconds=DEVICE_SECONDS)


def drop_session(response: Response) -> None:
    """Take the session away; the device stays known."""
    _set(response, SESSION, "", seconds=0)


def set_journey(response: Response, journey: str) -> None:
    """Let a browser keep what it needs when it is back from the identity provider."""
    _set(response, JOURNEY, journey, seconds=JOURNEY_SECONDS)


def drop_journey(response: Response) -> None:
    """Take away what only the way back needed."""
    _set(response, JOURNEY, "", seconds=0)


def _set(response: Response, name: str, value: str, *, seconds: int | None) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )
