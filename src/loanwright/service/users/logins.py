"""Logging in: by password, throttled, and as slow for a stranger as for a user."""

import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from loanwright.service.audit.schemas import Actor
from loanwright.service.kit.database import Database
from loanwright.service.kit.problem import Unauthenticated
from loanwright.service.privacy.keys import Key
from loanwright.service.users import repository
from loanwright.service.users.guessing import Guess, Guessing
from loanwright.service.users.passwords import LoginsBusy, Passwords
from loanwright.service.users.schemas import End, Principal, Status, Way
from loanwright.service.users.service import EmailRefused, PasswordWrong, Users
from loanwright.service.users.sessions import Sessions, hash_token

DEVICE_BYTES: Final = 16
PLACES: Final = 16
NOBODY: Final = "nobody"


class LoginRefused(Unauthenticated):
    """The e-mail address and the password do not belong together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Who tries to log in, from where.

    Attributes
    ----------
    device
        What the cookie of the device says, if it has one.
    token
        Of the session that this one takes the place of, if there is one.
    """

    address: str
    device: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    request_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedIn:
    """A session that has begun: what goes into the cookies."""

    user_id: str
    token: str = field(repr=False)
    device: str = field(repr=False)


class Turns:
    """Lets few log in at a time, and one of them at the database: decisions need it, too."""

    def __init__(self, places: int = PLACES) -> None:
        self._places = threading.BoundedSemaphore(places)
        self.alone = threading.Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Take a place, or send somebody away before anything is done for them."""
        if not self._places.acquire(blocking=False):
            raise LoginsBusy(retry_after=1)
        try:
            yield
        finally:
            self._places.release()


@dataclass(frozen=True, kw_only=True)
class Logins:
    """Where users log in and change their password."""

    database: Database
    master: Key
    users: Users
    sessions: Sessions
    passwords: Passwords
    guessing: Guessing
    turns: Turns = field(default_factory=Turns)

    def login(self, email: str, password: str, visitor: Visitor) -> LoggedIn:
        """Begin a session, or refuse without saying what was wrong."""
        with self.turns.place():
            email_hash = self._email_hash(email)
            device = self._known_device(email_hash, visitor.device)
            guess = Guess(email_hash=email_hash, address=visitor.address, device=device)
            with self.turns.alone:
                self.guessing.count(guess)
                with self.database.read() as connection:
                    row = repository.find_user(connection, email_hash=email_hash)
            kept = None if row is None else row.password_hash
            if not self.passwords.verify(password, kept) or row is None:
                raise LoginRefused
            if row.status != Status.ACTIVE:
                raise LoginRefused
            with self.turns.alone:
                self.guessing.forgive(guess)
                with self.database.write() as connection:
                    logged_in = self.begin(connection, row.id, visitor, way=Way.PASSWORD)
        self.sessions.forget()
        return logged_in

    def begin(
        self, connection: Connection, user_id: str, visitor: Visitor, *, way: Way
    ) -> LoggedIn:
        """Begin a session of a user; the one that the device had before ends."""
        actor = Actor(id=user_id, request_id=visitor.request_id)
        if visitor.token is not None:
            before = repository.find_session_id(connection, hash_token(visitor.token))
            if before is not None:
                self.sessions.end_all(connection, actor, End.LOGIN, id=before)
        token = self.sessions.open(connection, user_id, way=way, request_id=visitor.request_id)
        row = repository.find_user(connection, id=user_id)
        email_hash = NOBODY if row is None else row.email_hash
        return LoggedIn(user_id=user_id, token=token, device=self._name_device(email_hash))

    def change_password(
        self, principal: Principal, present: str, password: str, visitor: Visitor
    ) -> LoggedIn:
        """Change one's own password; every session ends, and one begins."""
        with self.database.read() as connection:
            row = repository.find_user(connection, id=principal.id)
        if row is None:
            raise LoginRefused
        guess = Guess(email_hash=row.email_hash, address=visitor.address, device=principal.id)
        self.guessing.count(guess)
        if not self.passwords.verify(present, row.password_hash):
            raise PasswordWrong
        self.guessing.forgive(guess)
        kept = self.passwords.hash(password)
        with self.database.write() as connection:
            self.users.keep_password(
                connection, principal.id, password, kept, actor=principal.actor
            )
            logged_in = self.begin(connection, principal.id, visitor, way=Way.PASSWORD)
        self.sessions.forget()
        return logged_in

    def _email_hash(self, email: str) -> str:
        try:
            return self.users.email_hash(email)
        except EmailRefused:
            # Answered like any other stranger.
            return NOBODY

    def _name_device(self, email_hash: str) -> str:
        name = secrets.token_urlsafe(DEVICE_BYTES)
        return f"{name}.{self._device_mark(email_hash, name)}"

    def _known_device(self, email_hash: str, device: str | None) -> str | None:
        name, _, mark = (device or "").partition(".")
        known = hmac.compare_digest(mark.encode(), self._device_mark(email_hash, name).encode())
        return name if name and known else None

    def _device_mark(self, email_hash: str, name: str) -> str:
        return self.master.salt(f"devices:{email_hash}:{name}").hex()
