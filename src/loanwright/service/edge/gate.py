"""The outermost layer: every request passes here, in and out, whichever route serves it."""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loanwright.errors import LoanwrightError
from loanwright.service.edge.answer import Answer
from loanwright.service.edge.body import CallerGone, has_body, read_body, replayed
from loanwright.service.edge.headers import REQUEST_ID, find_request_id, read_headers, secured
from loanwright.service.edge.logs import Log
from loanwright.service.edge.refusals import MACHINE_PATHS, Refusals
from loanwright.service.edge.throttle import Throttle
from loanwright.service.kit.problem import HostUnknown, InternalError, Throttled
from loanwright.service.telemetry.metrics import Metrics
from loanwright.service.telemetry.traces import NoTraces, Tell, Traces

ARRIVED = "loanwright.arrived"
#: Whole files come here; whoever takes them in reads them piece by piece.
STREAMED = frozenset(
    {
        ("POST", "/v1/batches"),
        ("POST", "/v1/training-runs"),
        ("POST", "/analysis/training"),
        ("POST", "/analysis/workbench"),
    }
)
UNMATCHED = "unmatched"
HEALTH = "/health/"
#: Pages for which one must be signed in; whoever is not is sent away before anything is done.
SIGNED_IN_PATHS = (
    "/my",
    "/applicants",
    "/reviews",
    "/analysis",
    "/admin",
    "/sign-out",
    "/password",
)
#: Answers kept as they are typed: they have a limit of their own.
SAVED = "/saved/"
UNTHROTTLED = (*MACHINE_PATHS, *SIGNED_IN_PATHS, SAVED)
DEEPEST_TRACE = 12
CALLER_GONE = 499


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """A request whose body has been read."""

    headers: Mapping[bytes, bytes] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Gives each request an id and a limit, each answer its headers, and each pair a log line."""

    app: ASGIApp
    refusals: Refusals
    throttle: Throttle
    log: Log
    new_id: Callable[[str], str]
    body_limit: int
    body_seconds: float
    metrics: Metrics = field(default_factory=Metrics)
    traces: Traces = field(default_factory=NoTraces)
    hosts: frozenset[str] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = read_headers(scope["headers"])
        state = scope.setdefault("state", {})
        state["request_id"] = find_request_id(headers) or self._name(scope, headers)
        outgoing = _Outgoing(send, state["request_id"])
        with self.traces.request(headers) as tell:
            try:
                await self._serve(scope, receive, outgoing, headers)
            except CallerGone:
                state["problem"] = "caller_gone"
            except Exception as failure:
                self._report(state, failure)
                await self._refuse(scope, outgoing, headers, InternalError())
                raise
            finally:
                self._note(scope, outgoing.status, time.perf_counter() - started, tell)

    def _name(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """Give a request an id, as if it had come with it."""
        request_id = self.new_id("req")
        headers[REQUEST_ID] = request_id.encode("ascii")
        rest = [pair for pair in scope["headers"] if pair[0] != REQUEST_ID]
        scope["headers"] = [*rest, (REQUEST_ID, headers[REQUEST_ID])]
        return request_id

    def _note(self, scope: Scope, status: int | None, seconds: float, tell: Tell) -> None:
        state, method, route = scope["state"], scope["method"], _route(scope)
        self.metrics.answered(method, route, status or CALLER_GONE, seconds)
        tell(method=method, route=route, status=status, request_id=state["request_id"])
        self.log.info(
            "request",
            request_id=state["request_id"],
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 3),
            problem=state.get("problem"),
            why=state.get("why"),
        )

    async def _serve(
        self, scope: Scope, receive: Receive, outgoing: "_Outgoing", headers: Mapping[bytes, bytes]
    ) -> None:
        try:
            if self.hosts and not scope["path"].startswith(HEALTH):
                self._recognise(headers)
            body = b""
            if has_body(headers) and not _is_streamed(scope):
                body = await read_body(
                    receive, headers, limit=self.body_limit, seconds=self.body_seconds
                )
                receive = replayed(body, receive)
            if scope["method"] == "POST" and not scope["path"].startswith(UNTHROTTLED):
                self._admit(scope)
            scope[ARRIVED] = Arrived(headers=headers, body=body)
            await self.app(scope, receive, outgoing)
        except LoanwrightError as error:
            await self._refuse(scope, outgoing, headers, error)

    def _recognise(self, headers: Mapping[bytes, bytes]) -> None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if host not in self.hosts and host.rpartition(":")[0] not in self.hosts:
            raise HostUnknown

    def _admit(self, scope: Scope) -> None:
        caller = scope.get("client")
        try:
            self.throttle.admit(caller[0] if caller else "unknown")
        except Throttled:
            self.log.warning("throttled", request_id=scope["state"]["request_id"])
            raise

    async def _refuse(
        self,
        scope: Scope,
        outgoing: "_Outgoing",
        headers: Mapping[bytes, bytes],
        error: LoanwrightError,
    ) -> None:
        answer = self.refusals.answer(
            error, path=scope["path"], headers=headers, state=scope["state"]
        )
        # Half an answer cannot be taken back: the server closes the connection instead.
        if outgoing.status is None:
            await send_answer(outgoing, answer)

    def _report(self, state: dict[str, Any], failure: Exception) -> None:
        # Messages of exceptions may repeat what was sent; where they arose does not.
        self.log.error(
            "request_failed",
            request_id=state["request_id"],
            exception=[type(one).__name__ for one in _chain(failure)],
            trace=[
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(failure.__traceback__)[-DEEPEST_TRACE:]
            ],
        )


class _Outgoing:
    """The way out: remembers the status and adds what every answer carries."""

    __slots__ = ("_request_id", "_send", "status")

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {
                **message,
                "headers": secured(message.get("headers", ()), self._request_id),
            }
        await self._send(message)


async def send_answer(send: Send, answer: Answer) -> None:
    """Send an answer without any framework."""
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)}
    )
    await send({"type": "http.response.body", "body": answer.body})


def _route(scope: Scope) -> str:
    # The template, not the path: people put anything into paths.
    return getattr(scope.get("route"), "path", None) or scope.get("hot_route") or UNMATCHED


def _chain(failure: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    one: BaseException | None = failure
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or one.__context__
    return chain


def _is_streamed(scope: Scope) -> bool:
    return (scope["method"], scope["path"]) in STREAMED
