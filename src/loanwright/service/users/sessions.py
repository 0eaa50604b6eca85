"""Sessions of users: in the database, ended at once everywhere, judged by the database's clock."""

import hashlib
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from loanwright.errors import Forbidden, NotFound
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.errors import DatabaseUnavailable
from loanwright.service.kit.database import Database, database_now
from loanwright.service.kit.ids import Ids
from loanwright.service.users import repository
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import End, Login, Principal, Session, Status, Way

SECRET_BYTES = 32
LONGEST_TOKEN = 64
FRESH_SECONDS = 1.0
SEEN_SECONDS = 60.0
MOST_REMEMBERED = 4_096
SWEEP_SECONDS = 3_600.0
KEPT = timedelta(days=30)


class SessionRefused(Forbidden):
    """The session is not valid."""


class SessionNotFound(NotFound):
    """There is no session {session_id}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Durations:
    """How long a session lasts: unused, and in all."""

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)


class Sessions:
    """The sessions; one that was ended stops working within a second, in every process."""

    def __init__(
        self,
        *,
        database: Database,
        new_id: Ids,
        audit: Audit,
        durations: Durations | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._audit = audit
        self._durations = durations or Durations()
        self._tick = tick
        self._fresh: dict[str, tuple[float, Login]] = {}
        self._next_sweep = 0.0

    def open(
        self, connection: Connection, user_id: str, *, way: Way, request_id: str | None = None
    ) -> str:
        """Begin a session of a user, inside a transaction; return its token, this once."""
        session_id, token = self._new_id("ses"), secrets.token_urlsafe(SECRET_BYTES)
        row = {
            "id": session_id,
            "user_id": user_id,
            "token_hash": hash_token(token),
            "way": str(way),
        }
        repository.insert_session(connection, row)
        change = Change(action="session.opened", subject=session_id, after={"user_id": user_id})
        self._audit.record(connection, Actor(id=user_id, request_id=request_id), [change])
        return token

    def verify(self, token: str) -> Login:
        """Return who comes with a token; refuse unknown, ended and outlived ones alike."""
        fresh = self.find_fresh(token)
        if fresh is not None:
            return fresh
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise SessionRefused
        asked, digest = self._tick(), hash_token(token)
        with self._database.read() as connection:
            row = repository.find_login(connection, digest)
        left = 0.0 if row is None else self._seconds_left(row)
        if row is None or left <= 0:
            self._fresh.pop(digest, None)
            raise SessionRefused
        login = _login(row)
        self._remember(digest, asked + min(left, FRESH_SECONDS), login)
        if (row.now - row.last_seen_at).total_seconds() >= SEEN_SECONDS:
            self._see(row.id)
        return login

    def find_fresh(self, token: str) -> Login | None:
        """Return who comes with a token that was verified within the last second."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        held = self._fresh.get(hash_token(token))
        return held[1] if held is not None and self._tick() < held[0] else None

    def end(self, token: str, end: End, *, request_id: str | None = None) -> None:
        """End the session of a token, if it is one."""
        with self._database.write() as connection:
            row = repository.find_login(connection, hash_token(token))
            if row is not None:
                actor = Actor(id=row.user_id, request_id=request_id)
                self.end_all(connection, actor, end, id=row.id)
        self.forget()

    def end_one(self, principal: Principal, session_id: str) -> None:
        """End a session of one's own."""
        with self._database.write() as connection:
            wanted = {"id": session_id, "user_id": principal.id}
            ended = self.end_all(connection, principal.actor, End.REVOCATION, **wanted)
        self.forget()
        if not ended:
            raise SessionNotFound(session_id=session_id)

    def end_all(
        self, connection: Connection, actor: Actor, end: End, **wanted: str
    ) -> tuple[str, ...]:
        """End sessions, inside a transaction; `forget` them once it is committed."""
        ended = repository.end_sessions(connection, str(end), **wanted)
        changes = [
            Change(action="session.ended", subject=one, after={"ended_by": str(end)})
            for one in ended
        ]
        if changes:
            self._audit.record(connection, actor, changes)
        return tuple(ended)

    def forget(self) -> None:
        """Ask the database again, whoever comes."""
        self._fresh.clear()

    def list_open(self, user_id: str) -> tuple[Session, ...]:
        """Return the sessions of a user that can still be used, the newest first."""
        with self._database.read() as connection:
            rows = repository.list_open_sessions(connection, user_id)
        return tuple(_session(row) for row in rows if self._seconds_left(row) > 0)

    def sweep(self) -> int:
        """Delete what has long been over, once an hour; harmless when repeated."""
        now = self._tick()
        if now < self._next_sweep:
            return 0
        self._next_sweep = now + SWEEP_SECONDS
        with self._database.write() as connection:
            return repository.delete_old(connection, database_now(connection) - KEPT)

    def _seconds_left(self, row: Row[Any]) -> float:
        if row.ended_at is not None or row.status != Status.ACTIVE:
            return 0.0
        ends: tuple[datetime, ...] = (
            row.last_seen_at + self._durations.idle,
            row.created_at + self._durations.longest,
        )
        return min((end - row.now).total_seconds() for end in ends)

    def _remember(self, digest: str, until: float, login: Login) -> None:
        if len(self._fresh) >= MOST_REMEMBERED:
            self._fresh.clear()
        self._fresh[digest] = (until, login)

    def _see(self, session_id: str) -> None:
        # Whoever is here is answered, even where the database has no time for this now.
        with suppress(DatabaseUnavailable), self._database.write() as connection:
            repository.see_session(connection, session_id)


def hash_token(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _login(row: Row[Any]) -> Login:
    return Login(
        session_id=row.id,
        user_id=row.user_id,
        role=Role(row.role),
        applicant_id=row.applicant_id,
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        user_id=row.user_id,
        way=Way(row.way),
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )
