"""Who may call: API keys, kept as hashes."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from loanwright.errors import Forbidden, NotFound, Rejected
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import LENGTH, Ids, is_id
from loanwright.service.users import repository
from loanwright.service.users.schemas import SCOPES, ApiKey

TOKEN_PREFIX = "lw_"  # noqa: S105
SECRET_BYTES = 32
LONGEST_TOKEN = 128
FRESH_SECONDS = 1.0
MOST_REMEMBERED = 1_024


class KeyRefused(Forbidden):
    """The API key is not valid."""


class KeyNotFound(NotFound):
    """There is no API key {key_id}."""


class ScopesUnknown(Rejected):
    """There are no scopes {unknown}; known: {known}."""


class Keys:
    """The API keys; a revoked one stops working within a second, in every process."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        new_id: Ids,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._tick = tick
        self._fresh: dict[str, tuple[float, ApiKey]] = {}

    def create(
        self, name: str, scopes: Iterable[str] = SCOPES, *, expires_at: datetime | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key; its token is returned here and never again."""
        wanted = frozenset(scopes)
        if not wanted <= frozenset(SCOPES):
            unknown = ", ".join(sorted(wanted - frozenset(SCOPES)))
            raise ScopesUnknown(unknown=unknown, known=", ".join(SCOPES))
        key_id = self._new_id("key")
        token = f"{TOKEN_PREFIX}{key_id[-LENGTH:]}_{secrets.token_urlsafe(SECRET_BYTES)}"
        row = {
            "id": key_id,
            "name": name,
            "hash": _hash(token),
            "scopes": " ".join(sorted(wanted)),
            "created_at": self._clock.now(),
            "expires_at": expires_at,
            "revoked_at": None,
        }
        with self._database.write() as connection:
            repository.insert_key(connection, row)
        return self.get(key_id), token

    def verify(self, token: str) -> ApiKey:
        """Return the key of a token; refuse unknown, expired and revoked ones alike."""
        fresh = self.find_fresh(token)
        if fresh is not None:
            return fresh
        asked, key_id = self._tick(), _key_id(token)
        with self._database.read() as connection:
            row = repository.find(connection, key_id)
        digest = _hash(token)
        if row is None or not hmac.compare_digest(row.hash, digest) or not self._valid(row):
            self._fresh.pop(digest, None)
            raise KeyRefused
        key = _key(row)
        if len(self._fresh) >= MOST_REMEMBERED:
            self._fresh.clear()
        self._fresh[digest] = (asked, key)
        return key

    def find_fresh(self, token: str) -> ApiKey | None:
        """Return the key of a token that was verified within the last second, asking nobody."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        held = self._fresh.get(_hash(token))
        if held is None or self._tick() - held[0] >= FRESH_SECONDS:
            return None
        key = held[1]
        expired = key.expires_at is not None and key.expires_at <= self._clock.now()
        return None if expired else key

    def revoke(self, key_id: str) -> ApiKey:
        """End the life of a key."""
        with self._database.write() as connection:
            repository.revoke(connection, key_id, self._clock.now())
        self._fresh.clear()
        return self.get(key_id)

    def get(self, key_id: str) -> ApiKey:
        """Return one key."""
        with self._database.read() as connection:
            row = repository.find(connection, key_id)
        if row is None:
            raise KeyNotFound(key_id=key_id)
        return _key(row)

    def list_keys(self) -> tuple[ApiKey, ...]:
        """Return all keys, the oldest first."""
        with self._database.read() as connection:
            return tuple(_key(row) for row in repository.list_keys(connection))

    def _valid(self, row: Row[Any]) -> bool:
        expired = row.expires_at is not None and row.expires_at <= self._clock.now()
        return row.revoked_at is None and not expired


def _key_id(token: str) -> str:
    key_id = "key_" + token[len(TOKEN_PREFIX) : len(TOKEN_PREFIX) + LENGTH]
    shaped = token.startswith(TOKEN_PREFIX) and len(token) <= LONGEST_TOKEN and token.isascii()
    if not shaped or not is_id(key_id, "key"):
        raise KeyRefused
    return key_id


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
