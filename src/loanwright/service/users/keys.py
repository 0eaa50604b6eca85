"""API keys for machines: kept as hashes, scoped, expiring, rotated."""

import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row

from loanwright.errors import Conflict, Forbidden, NotFound, Rejected
from loanwright.service.audit.schemas import Change
from loanwright.service.audit.service import Audit
from loanwright.service.errors import DatabaseUnavailable
from loanwright.service.kit.database import Database, database_now
from loanwright.service.kit.ids import LENGTH, Ids, is_id
from loanwright.service.kit.pagination import Page
from loanwright.service.users import repository
from loanwright.service.users.schemas import COMMAND_LINE, SCOPES, ApiKey, Principal

TOKEN_PREFIX = "lw_"  # noqa: S105
SECRET_BYTES = 32
LONGEST_TOKEN = 128
FRESH_SECONDS = 1.0
MOST_REMEMBERED = 1_024
NOTED_SECONDS = 60.0
GRACE: Final = timedelta(hours=24)
LONGEST_GRACE: Final = timedelta(days=7)


class KeyRefused(Forbidden):
    """The API key is not valid."""


class KeyNotFound(NotFound):
    """There is no API key {key_id}."""


class KeyEnded(Conflict):
    """The API key {key_id} is revoked or has expired."""


class ScopesUnknown(Rejected):
    """There are no scopes {unknown}; known: {known}."""


class ScopesNotYours(Forbidden):
    """Nobody can give a key more than they may do themselves: {missing}."""


class KeyTooLasting(Rejected):
    """An API key lives from one moment to {most} days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifetimes:
    """How long keys live: unless told otherwise, and at most."""

    usual: timedelta = timedelta(days=365)
    most: timedelta = timedelta(days=730)


class Keys:
    """The API keys; a revoked one stops working within a second, in every process.

    Whether one has expired is judged by the clock of the database.
    """

    def __init__(
        self,
        *,
        database: Database,
        new_id: Ids,
        audit: Audit,
        lifetimes: Lifetimes | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._audit = audit
        self._lifetimes = lifetimes or Lifetimes()
        self._tick = tick
        # When it was asked about, for how long it was good then, and the key.
        self._fresh: dict[str, tuple[float, float, ApiKey]] = {}
        self._noted: dict[str, float] = {}

    def create(
        self,
        name: str,
        scopes: Iterable[str] = SCOPES,
        *,
        expires_at: datetime | None = None,
        by: Principal | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key; its token is returned here and never again."""
        wanted = frozenset(scopes)
        _check_scopes(wanted, by)
        key_id = self._new_id("key")
        token = _new_token(key_id)
        with self._database.write() as connection:
            now = database_now(connection)
            row = {
                "id": key_id,
                "name": name,
                "hash": _hash(token),
                "scopes": " ".join(sorted(wanted)),
                "created_at": now,
                "expires_at": self._end(now, expires_at),
                "created_by": _actor(by).id,
            }
            repository.insert_key(connection, row)
            self._record(connection, by, "key.created", _get(connection, key_id))
        return self.get(key_id), token

    def verify(self, token: str) -> ApiKey:
        """Return the key of a token; refuse unknown, expired and revoked ones alike."""
        fresh = self.find_fresh(token)
        if fresh is not None:
            return fresh
        asked, key_id, digest = self._tick(), _key_id(token), _hash(token)
        with self._database.read() as connection:
            row = repository.find_key(connection, key_id)
        left = 0.0 if row is None else _seconds_left(row, digest)
        if row is None or left <= 0:
            self._fresh.pop(digest, None)
            raise KeyRefused
        key = _key(row)
        if len(self._fresh) >= MOST_REMEMBERED:
            self._fresh.clear()
        self._fresh[digest] = (asked, left, key)
        return key

    def find_fresh(self, token: str) -> ApiKey | None:
        """Return the key of a token that was verified within the last second, asking nobody."""
        return self.find_remembered(token, FRESH_SECONDS)

    def find_remembered(self, token: str, seconds: float) -> ApiKey | None:
        """Return the key of a token that this process verified at most so long ago."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        held = self._fresh.get(_hash(token))
        if held is None:
            return None
        asked, left, key = held
        return key if self._tick() - asked < min(seconds, left) else None

    def note_use(self, key: ApiKey) -> None:
        """Write down that a key is in use, at most once a minute, if the database has time."""
        now = self._tick()
        if now - self._noted.get(key.id, -NOTED_SECONDS) < NOTED_SECONDS:
            return
        if len(self._noted) >= MOST_REMEMBERED:
            self._noted.clear()
        self._noted[key.id] = now
        with suppress(DatabaseUnavailable), self._database.write() as connection:
            repository.update_key(connection, key.id, last_used_at=database_now(connection))

    def rotate(
        self, key_id: str, *, grace: timedelta = GRACE, by: Principal | None = None
    ) -> tuple[ApiKey, str]:
        """Give a key a new token; the one before is good for a grace time yet."""
        token = _new_token(key_id)
        with self._database.write() as connection:
            row = _get(connection, key_id)
            _check_scopes(frozenset(row.scopes.split()), by)
            if row.revoked_at is not None or _expired(row):
                raise KeyEnded(key_id=key_id)
            repository.update_key(
                connection,
                key_id,
                hash=_hash(token),
                previous_hash=row.hash,
                previous_until=row.now + min(max(grace, timedelta()), LONGEST_GRACE),
            )
            self._record(connection, by, "key.rotated", _get(connection, key_id), row)
        self._fresh.clear()
        return self.get(key_id), token

    def revoke(self, key_id: str, *, by: Principal | None = None) -> ApiKey:
        """End the life of a key."""
        with self._database.write() as connection:
            before = _get(connection, key_id)
            if repository.update_key(connection, key_id, revoked_at=before.now):
                self._record(connection, by, "key.revoked", _get(connection, key_id), before)
        self._fresh.clear()
        return self.get(key_id)

    def get(self, key_id: str) -> ApiKey:
        """Return one key."""
        with self._database.read() as connection:
            return _key(_get(connection, key_id))

    def list_keys(self) -> tuple[ApiKey, ...]:
        """Return all keys, the oldest first."""
        with self._database.read() as connection:
            return tuple(_key(row) for row in repository.list_keys(connection))

    def list_page(
        self, *, sort: str = "-created_at", limit: int = 50, cursor: str | None = None
    ) -> Page[ApiKey]:
        """Return a page of keys."""
        with self._database.read() as connection:
            page = repository.list_key_page(connection, sort=sort, limit=limit, cursor=cursor)
        return Page(items=[_key(row) for row in page.items], next_cursor=page.next_cursor)

    def _end(self, now: datetime, asked: datetime | None) -> datetime:
        end = now + self._lifetimes.usual if asked is None else asked
        if not now < end <= now + self._lifetimes.most:
            raise KeyTooLasting(most=self._lifetimes.most.days)
        return end

    def _record(
        self,
        connection: Connection,
        by: Principal | None,
        action: str,
        after: Row[Any],
        before: Row[Any] | None = None,
    ) -> None:
        change = Change(
            action=action,
            subject=after.id,
            before=None if before is None else _facts(before),
            after=_facts(after),
        )
        self._audit.record(connection, _actor(by), [change])


def _check_scopes(wanted: frozenset[str], by: Principal | None) -> None:
    unknown = wanted - frozenset(SCOPES)
    if unknown:
        raise ScopesUnknown(unknown=", ".join(sorted(unknown)), known=", ".join(SCOPES))
    missing = frozenset() if by is None else wanted - by.permissions
    if missing:
        raise ScopesNotYours(missing=", ".join(sorted(missing)))


def _seconds_left(row: Row[Any], digest: str) -> float:
    """Return for how long a token is good yet: nothing for one that is not this key's."""
    ends = [row.expires_at]
    if not hmac.compare_digest(row.hash, digest):
        if row.previous_hash is None or not hmac.compare_digest(row.previous_hash, digest):
            return 0.0
        ends.append(row.previous_until)
    if row.revoked_at is not None:
        return 0.0
    left = [(end - row.now).total_seconds() for end in ends if end is not None]
    return min(left, default=math.inf)


def _expired(row: Row[Any]) -> bool:
    return row.expires_at is not None and row.expires_at <= row.now


def _actor(by: Principal | None) -> Any:
    return COMMAND_LINE if by is None else by.actor


def _get(connection: Connection, key_id: str) -> Row[Any]:
    row = repository.find_key(connection, key_id)
    if row is None:
        raise KeyNotFound(key_id=key_id)
    return row


def _new_token(key_id: str) -> str:
    return f"{TOKEN_PREFIX}{key_id[-LENGTH:]}_{secrets.token_urlsafe(SECRET_BYTES)}"


def _key_id(token: str) -> str:
    key_id = "key_" + token[len(TOKEN_PREFIX) : len(TOKEN_PREFIX) + LENGTH]
    shaped = token.startswith(TOKEN_PREFIX) and len(token) <= LONGEST_TOKEN and token.isascii()
    if not shaped or not is_id(key_id, "key"):
        raise KeyRefused
    return key_id


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _facts(row: Row[Any]) -> dict[str, Any]:
    names = ("name", "hash", "scopes", "expires_at", "revoked_at", "previous_until")
    return {name: getattr(row, name) for name in names}


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        created_by=row.created_by,
        last_used_at=row.last_used_at,
        previous_until=row.previous_until,
    )
