"""Who calls: an API key in a header or a session in a cookie, and what that may do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Annotated, Generic, Protocol, TypeVar

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer

from loanwright.service.edge.csrf import SAFE, guard_session
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.sessions import SESSION, read_cookie
from loanwright.service.kit.problem import ScopeMissing, Unauthenticated
from loanwright.service.users.grants import PersonNeeded
from loanwright.service.users.keys import KeyRefused
from loanwright.service.users.schemas import ApiKey, Login, Principal
from loanwright.service.users.sessions import SessionRefused

BEARER = "bearer "
Found = TypeVar("Found")


class KeyRing(Protocol):
    """Knows API keys."""

    def find_fresh(self, token: str) -> ApiKey | None:
        """Return the key of a token that was verified a moment ago, asking nobody."""
        ...

    def find_remembered(self, token: str, seconds: float) -> ApiKey | None:
        """Return the key of a token that was verified at most so long ago, asking nobody."""
        ...

    def verify(self, token: str) -> ApiKey:
        """Return the key of a token, or raise `KeyRefused`."""
        ...

    def note_use(self, key: ApiKey) -> None:
        """Write down, now and then, that a key is in use."""
        ...


class SessionBook(Protocol):
    """Knows sessions."""

    def find_fresh(self, token: str) -> Login | None:
        """Return who comes with a token that was verified a moment ago, asking nobody."""
        ...

    def verify(self, token: str) -> Login:
        """Return who comes with a token, or raise `SessionRefused`."""
        ...


class Doorkeeper:
    """Lets callers in; many who come with the same token at the same moment ask but once.

    Whoever sends an API key comes with it alone: a cookie that a browser adds is not looked at.
    """

    def __init__(self, keys: KeyRing, sessions: SessionBook) -> None:
        self._keys = keys
        self._sessions = sessions
        self._ask_key = _Asking(keys.verify)
        self._ask_session = _Asking(sessions.verify)
        self._noting: set[asyncio.Task[None]] = set()

    async def admit(
        self, headers: Mapping[bytes, bytes], *, scope: str | None, method: str = "POST"
    ) -> Principal:
        """Return who calls; it must have the permission, if one is asked for."""
        token = read_token(headers)
        if token is None:
            principal = await self._of_session(headers, method)
        else:
            principal = await self._of_key(token)
        if scope is not None and scope not in principal.permissions:
            raise ScopeMissing(scope=scope)
        return principal

    async def _of_key(self, token: str) -> Principal:
        key = self._keys.find_fresh(token)
        if key is None:
            try:
                key = await self._ask_key(token)
            except KeyRefused:
                raise Unauthenticated from None
            # Nobody waits for it.
            noting = asyncio.create_task(asyncio.to_thread(self._keys.note_use, key))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)
        return key.principal

    def find_remembered(
        self, headers: Mapping[bytes, bytes], *, scope: str, seconds: float
    ) -> Principal | None:
        """Return a caller who was let in at most so long ago, where nobody can be asked now."""
        token = read_token(headers)
        key = None if token is None else self._keys.find_remembered(token, seconds)
        return None if key is None or scope not in key.scopes else key.principal

    async def _of_session(self, headers: Mapping[bytes, bytes], method: str) -> Principal:
        if b"authorization" in headers or b"x-api-key" in headers:
            raise Unauthenticated
        token = read_cookie(headers, SESSION)
        if token is None:
            raise Unauthenticated
        login = self._sessions.find_fresh(token)
        if login is None:
            try:
                login = await self._ask_session(token)
            except SessionRefused:
                raise Unauthenticated from None
        if method not in SAFE:
            guard_session(headers, token)
        return login.principal


class _Asking(Generic[Found]):
    """Asks about a token in a thread; whoever asks the same meanwhile gets the same answer."""

    def __init__(self, verify: Callable[[str], Found]) -> None:
        self._verify = verify
        self._asking: dict[str, asyncio.Task[Found]] = {}

    async def __call__(self, token: str) -> Found:
        asking = self._asking.get(token)
        if asking is None:
            asking = asyncio.create_task(asyncio.to_thread(self._verify, token))
            self._asking[token] = asking
            asking.add_done_callback(lambda _: self._asking.pop(token, None))
        # Shielded: one caller who leaves must not turn the others away.
        return await asyncio.shield(asking)


def read_token(headers: Mapping[bytes, bytes]) -> str | None:
    """Return the token that a request carries, if any."""
    authorization = headers.get(b"authorization")
    if authorization is None:
        found = headers.get(b"x-api-key", b"").decode("latin-1")
    else:
        text = authorization.decode("latin-1")
        if text[: len(BEARER)].lower() != BEARER:
            return None
        found = text[len(BEARER) :]
    return found.strip() or None


def require(
    scope: str | None, *, person: bool = False
) -> Callable[[Request], Awaitable[Principal]]:
    """Return a dependency that lets only principals with this permission pass.

    With None, everybody passes who has a key or a session; a person is whoever has a session.
    """

    async def permitted(request: Request) -> Principal:
        headers = read_headers(request.scope["headers"])
        doorkeeper: Doorkeeper = request.app.state.doorkeeper
        principal = await doorkeeper.admit(headers, scope=scope, method=request.method)
        if person and principal.kind != "user":
            raise PersonNeeded
        return replace(principal, request_id=request.scope["state"]["request_id"])

    permitted.__name__ = f"require_{(scope or 'anybody').replace(':', '_')}"
    permitted.permission = scope  # type: ignore[attr-defined]
    return permitted


# These only describe, for the API's documentation, where a key or a session is put.
BEARER_SCHEME = HTTPBearer(auto_error=False, scheme_name="bearer", description="An API key: `lw_…`")
HEADER_SCHEME = APIKeyHeader(
    auto_error=False, name="X-API-Key", scheme_name="header", description="An API key: `lw_…`"
)
COOKIE_SCHEME = APIKeyCookie(
    auto_error=False,
    name=SESSION,
    scheme_name="session",
    description="A session. What changes something needs `X-CSRF-Token` and an own `Origin`, too.",
)
DOCUMENTED = [Depends(BEARER_SCHEME), Depends(HEADER_SCHEME), Depends(COOKIE_SCHEME)]

Somebody = Annotated[Principal, Depends(require(None, person=True))]
ApplicationsRead = Annotated[Principal, Depends(require("applications:read"))]
DecisionsRead = Annotated[Principal, Depends(require("decisions:read"))]
DecisionsReplay = Annotated[Principal, Depends(require("decisions:replay"))]
ModelsApprove = Annotated[Principal, Depends(require("models:approve"))]
SimulationsRead = Annotated[Principal, Depends(require("simulations:read"))]
SimulationsWrite = Annotated[Principal, Depends(require("simulations:write"))]
ModelsTrain = Annotated[Principal, Depends(require("models:train"))]
PoliciesRead = Annotated[Principal, Depends(require("policies:read"))]
PoliciesWrite = Annotated[Principal, Depends(require("policies:write", person=True))]
PoliciesPublish = Annotated[Principal, Depends(require("policies:publish", person=True))]
ModelsRead = Annotated[Principal, Depends(require("models:read"))]
ExperimentsRead = Annotated[Principal, Depends(require("experiments:read"))]
ExperimentsWrite = Annotated[Principal, Depends(require("experiments:write"))]
ExperimentsApprove = Annotated[Principal, Depends(require("experiments:approve"))]
DriftWrite = Annotated[Principal, Depends(require("drift:write"))]
AlertsRead = Annotated[Principal, Depends(require("alerts:read"))]
AlertsWrite = Annotated[Principal, Depends(require("alerts:write"))]
SchedulesRead = Annotated[Principal, Depends(require("schedules:read"))]
SchedulesWrite = Annotated[Principal, Depends(require("schedules:write"))]
MonitoringRead = Annotated[Principal, Depends(require("monitoring:read"))]
ProductsRead = Annotated[Principal, Depends(require("products:read"))]
BatchesRead = Annotated[Principal, Depends(require("batches:read"))]
BatchesWrite = Annotated[Principal, Depends(require("batches:write"))]
WebhooksRead = Annotated[Principal, Depends(require("webhooks:read"))]
AuditRead = Annotated[Principal, Depends(require("audit:read"))]
WebhooksWrite = Annotated[Principal, Depends(require("webhooks:write"))]
