"""Large bodies go to a file as they come: bounded in size, and in how long a piece may take."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from starlette.requests import ClientDisconnect

from loanwright.service.edge.body import CallerGone, within_seconds

WRITTEN_AT_ONCE: Final = 1_048_576


class TooLong(Exception):
    """More came than there may be."""


async def save(
    pieces: AsyncIterator[bytes], path: Path, *, limit: int, seconds: float
) -> tuple[int, str]:
    """Write what comes to a new file of one's own; return its size and its SHA-256.

    It is durable when this returns. What is left of it when something goes wrong is the caller's
    to remove.
    """
    digest, size, waiting = hashlib.sha256(), 0, bytearray()
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:

        def write(content: bytes) -> None:
            digest.update(content)
            file.write(content)

        while piece := await within_seconds(_next(pieces), seconds):
            size += len(piece)
            if size > limit:
                raise TooLong
            waiting += piece
            if len(waiting) >= WRITTEN_AT_ONCE:
                await asyncio.to_thread(write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(write, bytes(waiting))
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    return size, digest.hexdigest()


async def _next(pieces: AsyncIterator[bytes]) -> bytes:
    try:
        return await anext(pieces, b"")
    except ClientDisconnect:
        raise CallerGone from None
