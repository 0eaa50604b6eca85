"""Who calls: an API key in a header, and the scope that an address asks for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Protocol

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPBearer

from loanwright.service.edge.headers import read_headers
from loanwright.service.kit.problem import ScopeMissing, Unauthenticated
from loanwright.service.users.schemas import ApiKey
from loanwright.service.users.service import KeyRefused

BEARER = "bearer "


class KeyRing(Protocol):
    """Knows API keys."""

    def find_fresh(self, token: str) -> ApiKey | None:
        """Return the key of a token that was verified a moment ago, asking nobody."""
        ...

    def verify(self, token: str) -> ApiKey:
        """Return the key of a token, or raise `KeyRefused`."""
        ...


class Doorkeeper:
    """Lets callers in; many who come with the same key at the same moment ask but once."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._asking: dict[str, asyncio.Task[ApiKey]] = {}

    async def admit(self, headers: Mapping[bytes, bytes], *, scope: str) -> ApiKey:
        """Return the caller's key, which must have the scope."""
        token = read_token(headers)
        if token is None:
            raise Unauthenticated
        key = self._keys.find_fresh(token)
        if key is None:
            try:
                key = await self._ask(token)
            except KeyRefused:
                raise Unauthenticated from None
        if scope not in key.scopes:
            raise ScopeMissing(scope=scope)
        return key

    async def _ask(self, token: str) -> ApiKey:
        asking = self._asking.get(token)
        if asking is None:
            asking = asyncio.create_task(asyncio.to_thread(self._keys.verify, token))
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


def require(scope: str) -> Callable[[Request], Awaitable[ApiKey]]:
    """Return a dependency that lets only keys with this scope pass."""

    async def permitted(request: Request) -> ApiKey:
        headers = read_headers(request.scope["headers"])
        doorkeeper: Doorkeeper = request.app.state.doorkeeper
        return await doorkeeper.admit(headers, scope=scope)

    permitted.__name__ = f"require_{scope.replace(':', '_')}"
    return permitted


# These two only describe, for the API's documentation, where a key is put.
BEARER_SCHEME = HTTPBearer(auto_error=False, scheme_name="bearer", description="An API key: `lw_…`")
HEADER_SCHEME = APIKeyHeader(
    auto_error=False, name="X-API-Key", scheme_name="header", description="An API key: `lw_…`"
)
DOCUMENTED = [Depends(BEARER_SCHEME), Depends(HEADER_SCHEME)]

ApplicationsRead = Annotated[ApiKey, Depends(require("applications:read"))]
DecisionsRead = Annotated[ApiKey, Depends(require("decisions:read"))]
DecisionsReplay = Annotated[ApiKey, Depends(require("decisions:replay"))]
ModelsRead = Annotated[ApiKey, Depends(require("models:read"))]
ProductsRead = Annotated[ApiKey, Depends(require("products:read"))]
