"""A TCP proxy that spoils what passes: delay, throttle, black hole, reset, half-open."""

import asyncio
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["none", "delay", "throttle", "black hole", "reset", "half-open"]
PIECE = 65_536


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to bytes: nothing, or one misfortune; `amount` is seconds or bytes a second."""

    kind: Kind = "none"
    amount: float = 0.0

    def __str__(self) -> str:
        """Return it as a line of a report."""
        return f"{self.kind} {self.amount:g}" if self.amount else self.kind


HEALTHY = Fault()


@dataclass(eq=False)
class _Link:
    near: asyncio.StreamWriter
    far: asyncio.StreamWriter | None = None
    lost: bool = field(default=False)


class FaultProxy:
    """Listens on a port of its own and passes on to another, in a thread of its own."""

    def __init__(self, port: int) -> None:
        self._onward = port
        self._fault = HEALTHY
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True, name="fault proxy")
        self._thread.start()

    @property
    def open_links(self) -> int:
        """Return how many connections are open."""
        return len(self._links)

    def set(self, fault: Fault) -> None:
        """Begin a misfortune; resetting also breaks what is open."""
        asyncio.run_coroutine_threadsafe(self._set(fault), self._loop).result(5)

    def heal(self) -> None:
        """Let everything pass again; what was swallowed stays swallowed."""
        self.set(HEALTHY)

    def close(self) -> None:
        """Stop listening and close every connection."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, sock=self._listener)
        )
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _set(self, fault: Fault) -> None:
        self._fault = fault
        for link in tuple(self._links):
            if fault.kind == "reset":
                _reset(link.near)
            if fault.kind in ("reset", "half-open") and link.far is not None:
                # Half-open: the far end is gone and the near one is not told.
                link.lost = True
                _reset(link.far)

    async def _serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        link = _Link(near)
        self._links.add(link)
        try:
            if self._fault.kind == "reset":
                _reset(near)
                return
            while self._fault.kind in ("black hole", "half-open"):
                # The connection stands, and nobody is at the other end.
                if near.transport.is_closing() or reader.at_eof():
                    return
                await asyncio.sleep(0.05)
            far_reader, link.far = await asyncio.open_connection("127.0.0.1", self._onward)
            await asyncio.gather(
                self._pass(reader, link.far, link, inward=True),
                self._pass(far_reader, near, link, inward=False),
            )
        except OSError:
            pass
        finally:
            self._links.discard(link)
            for writer in (near, link.far):
                if writer is not None:
                    with suppress(OSError, RuntimeError):
                        writer.close()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        link: _Link,
        *,
        inward: bool,
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                fault = self._fault
                if link.lost or fault.kind == "black hole":
                    # What passed while nobody was there is lost for good.
                    link.lost = True
                    continue
                if fault.kind == "delay" and inward:
                    await asyncio.sleep(fault.amount)
                if fault.kind == "throttle":
                    await asyncio.sleep(len(piece) / fault.amount)
                writer.write(piece)
                await writer.drain()
        if inward or not link.lost:
            for end in (link.near, link.far):
                if end is not None:
                    end.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, AttributeError):
        plain = writer.get_extra_info("socket")
        # Linger for zero seconds: closing says RST and not FIN.
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        writer.transport.abort()
