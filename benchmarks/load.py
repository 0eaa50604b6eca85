"""A load generator on raw sockets: closed loop, and open loop with intended start times.

In the closed loop every connection sends its next request when it has its answer: it measures how
much a server can do. In the open loop requests are due at fixed moments, whatever the server
does, and latency counts from the moment a request was due, not from when a connection was free to
send it: a server that stalls cannot hide it (no coordinated omission).
"""

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import uvloop

WriteRequest = Callable[[int], bytes]
TICK = 0.001
CONTENT_LENGTH = b"content-length:"


@dataclass(kw_only=True)
class Outcome:
    """What a run has measured."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0
    late: int = 0

    @property
    def per_second(self) -> float:
        """Answers with a status below 300 in each second."""
        good = sum(count for status, count in self.statuses.items() if status < 300)
        return good / self.seconds

    def milliseconds(self, share: float) -> float:
        """Return the latency that this share of the requests stayed within."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    def summary(self) -> dict[str, object]:
        """Return the figures."""
        return {
            "requests": len(self.latencies),
            "per_second": round(self.per_second, 1),
            "p50_ms": round(self.milliseconds(0.50), 2),
            "p90_ms": round(self.milliseconds(0.90), 2),
            "p99_ms": round(self.milliseconds(0.99), 2),
            "p999_ms": round(self.milliseconds(0.999), 2),
            "max_ms": round(self.milliseconds(1.0), 2),
            "mean_ms": round(statistics.fmean(self.latencies) * 1000, 2),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "broken": self.broken,
            "late": self.late,
        }


class Connection(asyncio.Protocol):
    """One kept-alive connection with at most one request under way."""

    def __init__(self, answered: Callable[["Connection", int, bytes], None]) -> None:
        self._answered = answered
        self._received = b""
        self.transport: asyncio.Transport | None = None
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        """Count a request that will not be answered."""
        self.transport = None
        if self.due:
            self._answered(self, 0, b"")

    def send(self, request: bytes, due: float) -> None:
        """Send a request that was due at this moment."""
        self.due = due
        if self.transport is None:
            self._answered(self, 0, b"")
            return
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take in a piece of an answer."""
        received = self._received + data if self._received else data
        head = received.find(b"\r\n\r\n")
        if head >= 0:
            start = received.lower().find(CONTENT_LENGTH, 0, head) + len(CONTENT_LENGTH)
            length = int(received[start : received.find(b"\r\n", start)])
            if len(received) >= head + 4 + length:
                self._received = b""
                self._answered(self, int(received[9:12]), received[head + 4 :])
                return
        self._received = received


class Run:
    """The connections of one run and what they have measured."""

    def __init__(self, write: WriteRequest, *, keep: bool = False) -> None:
        self._write = write
        self._next = 0
        self.outcome = Outcome()
        self.bodies: list[bytes] = []
        self._keep = keep
        self._until = 0.0
        self._free: deque[Connection] = deque()
        self._due: deque[float] = deque()
        self._under_way = 0

    async def open(self, host: str, port: int, connections: int) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, protocol = await loop.create_connection(
                lambda: Connection(self._on_answer), host, port
            )
            self._free.append(protocol)

    async def closed(self, seconds: float) -> Outcome:
        """Let every connection send its next request when it has its answer."""
        started = time.perf_counter()
        self._until = started + seconds
        while self._free:
            self._send(self._free.popleft(), time.perf_counter())
        while self._under_way:
            await asyncio.sleep(0.005)
        self.outcome.seconds = time.perf_counter() - started
        return self.outcome

    async def paced(self, seconds: float, per_second: float) -> Outcome:
        """Send requests at fixed moments, whatever the server does."""
        started = time.perf_counter()
        total, planned = int(seconds * per_second), 0
        while planned < total or self._due or self._under_way:
            if self.outcome.broken:
                break
            now = time.perf_counter()
            while planned < total and started + planned / per_second <= now:
                self._due.append(started + planned / per_second)
                planned += 1
            while self._due and self._free:
                self._send(self._free.popleft(), self._due.popleft())
            self.outcome.late += len(self._due)
            await asyncio.sleep(TICK)
        self.outcome.seconds = time.perf_counter() - started
        return self.outcome

    def _send(self, connection: Connection, due: float) -> None:
        self._under_way += 1
        number, self._next = self._next, self._next + 1
        connection.send(self._write(number), due)

    def _on_answer(self, connection: Connection, status: int, body: bytes) -> None:
        now = time.perf_counter()
        self._under_way -= 1
        due, connection.due = connection.due, 0.0
        if status == 0:
            self.outcome.broken += 1
            return
        self.outcome.latencies.append(now - due)
        self.outcome.statuses[status] = self.outcome.statuses.get(status, 0) + 1
        if self._keep:
            self.bodies.append(body)
        if now < self._until:
            self._send(connection, now)
        elif self._due:
            self._send(connection, self._due.popleft())
        else:
            self._free.append(connection)


def closed_loop(
    write: WriteRequest, *, port: int, connections: int, seconds: float, host: str = "127.0.0.1"
) -> Outcome:
    """Measure how many requests a server answers in each second."""

    async def story() -> Outcome:
        run = Run(write)
        await run.open(host, port, connections)
        return await run.closed(seconds)

    return uvloop.run(story())


def open_loop(
    write: WriteRequest,
    *,
    port: int,
    connections: int,
    seconds: float,
    per_second: float,
    host: str = "127.0.0.1",
) -> Outcome:
    """Measure how long requests take that arrive at a fixed rate."""

    async def story() -> Outcome:
        run = Run(write)
        await run.open(host, port, connections)
        return await run.paced(seconds, per_second)

    return uvloop.run(story())
