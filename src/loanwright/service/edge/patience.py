"""Nobody waits long for an answer, whatever the work behind it waits for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loanwright.service.edge.gather import TookTooLong

#: What takes in or gives out whole files takes as long as it takes.
UNHURRIED = ("/v1/batches", "/v1/training-runs")


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Refuse with `TookTooLong` when the block takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise TookTooLong(seconds=seconds) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """Leaves work to itself that has not begun to answer in time.

    A thread that waits for the database cannot be stopped from outside. It ends by itself, and
    what it says then is not sent: its caller has long been told to try again.
    """

    app: ASGIApp
    seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or raise `TookTooLong`."""
        if scope["type"] != "http" or scope["path"].startswith(UNHURRIED):
            await self.app(scope, receive, send)
            return
        way = _Way(send)
        work = asyncio.ensure_future(self.app(scope, receive, way))
        try:
            await asyncio.wait({work}, timeout=self.seconds)
            if work.done() or way.begun:
                await work
                return
        except asyncio.CancelledError:
            work.cancel()
            raise
        way.closed = True
        work.add_done_callback(_forget)
        raise TookTooLong(seconds=self.seconds)


class _Way:
    """The way out, which can be closed before anything has passed."""

    __slots__ = ("_send", "begun", "closed")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        self.closed = False

    async def __call__(self, message: Message) -> None:
        if not self.closed:
            self.begun = True
            await self._send(message)


def _forget(work: "asyncio.Future[None]") -> None:
    with suppress(asyncio.CancelledError):
        work.exception()
