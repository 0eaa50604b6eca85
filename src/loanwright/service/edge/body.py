"""Bodies are read whole before anything else happens: bounded in size and in time."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from starlette.types import Receive

from loanwright.service.kit.problem import BodyTooLarge, BodyTooSlow


class CallerGone(Exception):
    """The caller hung up before the request was complete."""


def has_body(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether a request announces a body."""
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


async def read_body(
    receive: Receive, headers: Mapping[bytes, bytes], *, limit: int, seconds: float
) -> bytes:
    """Return the whole body, or refuse it as soon as it is too large or too slow."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and (len(announced) > 18 or int(announced) > limit):
        raise BodyTooLarge(limit=limit)
    message = await within_seconds(receive(), seconds)
    body = _piece(message)
    if len(body) > limit:
        raise BodyTooLarge(limit=limit)
    if not message.get("more_body", False):
        return body
    return await within_seconds(_read_rest(receive, body, limit), seconds)


async def _read_rest(receive: Receive, first: bytes, limit: int) -> bytes:
    body = bytearray(first)
    while True:
        message = await receive()
        body += _piece(message)
        if len(body) > limit:
            raise BodyTooLarge(limit=limit)
        if not message.get("more_body", False):
            return bytes(body)


def _piece(message: Mapping[str, Any]) -> bytes:
    if message["type"] == "http.disconnect":
        raise CallerGone
    return message.get("body", b"")


async def within_seconds(work: Awaitable[Any], seconds: float) -> Any:
    """Wait for something, or raise `BodyTooSlow`."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise BodyTooSlow(seconds=seconds) from None


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the body that was read, and then whatever else comes."""
    given = False

    async def again() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
