"""Users: who may log in, and what they are."""

import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from loanwright.errors import Conflict, Forbidden, NotFound, Rejected
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.kit.database import Database, database_now
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import Page
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.privacy.keys import Key
from loanwright.service.users import repository
from loanwright.service.users.passwords import Passwords, check_password
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import End, Status, User
from loanwright.service.users.sessions import Sessions, hash_token

LONGEST_NAME: Final = 120
LONGEST_EMAIL: Final = 254
TOKEN_BYTES: Final = 32
TOKEN_LIFE: Final = timedelta(hours=24)
FIRST_ADMINS: Final = 2
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


class UserNotFound(NotFound):
    """There is no user {user_id}."""


class UserExists(Conflict):
    """Somebody has this e-mail address, or logs in as this applicant, already."""


class EmailRefused(Rejected):
    """An e-mail address is needed, such as anna@example.com."""


class NameRefused(Rejected):
    """A name has 1 to 120 printable signs."""


class ApplicantNeeded(Rejected):
    """A borrower is an applicant who logs in: name the applicant; nobody else has one."""


class ApplicantMissing(NotFound):
    """There is no applicant {applicant_id}."""


class RoleNotGiven(Forbidden):
    """Nobody is made an administrator at once: propose the role, and let another approve it."""


class NotOneself(Conflict):
    """Nobody suspends or unlocks themselves."""


class PasswordTokenRefused(Forbidden):
    """The token is unknown, used up or too old; ask for another one."""


class PasswordWrong(Forbidden):
    """The present password is another one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewUser:
    """Somebody who shall be able to log in."""

    name: str
    email: str
    role: Role
    applicant_id: str | None = None


class Users:
    """The users; names and e-mail addresses are kept sealed."""

    def __init__(
        self,
        *,
        database: Database,
        new_id: Ids,
        audit: Audit,
        master: Key,
        sessions: Sessions,
        passwords: Passwords,
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._audit = audit
        self._master = master
        self._sessions = sessions
        self._passwords = passwords

    @property
    def audit(self) -> Audit:
        """Return what writes down every change."""
        return self._audit

    def create(self, new: NewUser, *, actor: Actor) -> User:
        """Add a user, who can log in once a password is set; nobody becomes admin this way."""
        if new.role is Role.ADMIN:
            raise RoleNotGiven
        try:
            with self._database.write() as connection:
                return self.add(connection, new, actor=actor)
        except IntegrityError as failure:
            raise ApplicantMissing(applicant_id=new.applicant_id) from failure

    def create_first_admin(self, new: NewUser, *, actor: Actor) -> User:
        """Add an administrator, as long as there are not two who could approve each other."""
        with self._database.write() as connection:
            if repository.count_active(connection, Role.ADMIN) >= FIRST_ADMINS:
                raise RoleNotGiven
            return self.add(connection, new, actor=actor)

    def add(
        self,
        connection: Connection,
        new: NewUser,
        *,
        actor: Actor,
        subject_hash: str | None = None,
    ) -> User:
        """Add a user inside a transaction."""
        if (new.role is Role.BORROWER) != (new.applicant_id is not None):
            raise ApplicantNeeded
        user_id, now = self._new_id("usr"), database_now(connection)
        row = {
            "id": user_id,
            **self._sealed(user_id, name=new.name, email=new.email),
            "role": str(new.role),
            "status": str(Status.ACTIVE),
            "subject_hash": subject_hash,
            "applicant_id": new.applicant_id,
            "version": 1,
            "created_at": now,
            "changed_at": now,
        }
        if not repository.insert_user(connection, row):
            raise UserExists
        self._record(connection, actor, "user.created", user_id)
        return self.read(connection, user_id)

    def get(self, user_id: str) -> User:
        """Return one user."""
        with self._database.read() as connection:
            return self.read(connection, user_id)

    def read(self, connection: Connection, user_id: str) -> User:
        """Return one user, inside a transaction."""
        return self._user(_get(connection, user_id))

    def hold(self, connection: Connection, user_id: str, *, alone: bool = False) -> User:
        """Return one user whom nobody changes until the transaction ends."""
        row = repository.lock_user(connection, user_id, alone=alone)
        if row is None:
            raise UserNotFound(user_id=user_id)
        return self._user(row)

    def find(self, email: str) -> User | None:
        """Return the user with this login name, if there is one."""
        with self._database.read() as connection:
            return self.find_in(connection, email)

    def find_in(self, connection: Connection, email: str) -> User | None:
        """Return the user with this login name, inside a transaction."""
        row = repository.find_user(connection, email_hash=self.email_hash(email))
        return None if row is None else self._user(row)

    def is_borrower(self, applicant_id: str) -> bool:
        """Tell whether an applicant can sign in."""
        with self._database.read() as connection:
            return repository.find_user(connection, applicant_id=applicant_id) is not None

    def list_page(
        self,
        wanted: Mapping[str, str],
        *,
        sort: str = "-created_at",
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[User]:
        """Return a page of the users of a role or with a status."""
        with self._database.read() as connection:
            page = repository.list_user_page(
                connection, wanted, sort=sort, limit=limit, cursor=cursor
            )
        return Page(items=[self._user(row) for row in page.items], next_cursor=page.next_cursor)

    def edit(self, user_id: str, changes: Mapping[str, str], *, seen: int, actor: Actor) -> User:
        """Change the name or the e-mail address of a user, at the version that was seen."""
        with self._database.write() as connection:
            before = _get(connection, user_id)
            values = self._sealed(user_id, **changes)
            email_hash = values.get("email_hash")
            if email_hash and repository.has_email(connection, email_hash, besides=user_id):
                raise UserExists
            if not repository.update_user(connection, user_id, values, seen=seen):
                raise EditedMeanwhile(version=before.version, current=None)
            self._record(connection, actor, "user.edited", user_id, before)
            return self.read(connection, user_id)

    def suspend(self, user_id: str, *, actor: Actor) -> User:
        """Let a user not log in any more, and end the sessions there are."""
        return self._set_status(user_id, Status.SUSPENDED, actor)

    def reactivate(self, user_id: str, *, actor: Actor) -> User:
        """Let a suspended user log in again."""
        return self._set_status(user_id, Status.ACTIVE, actor)

    def issue_password_token(self, user_id: str, *, actor: Actor) -> tuple[str, datetime]:
        """Return a token with which a user can set a password, once, and until when."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._database.write() as connection:
            _get(connection, user_id)
            now = database_now(connection)
            row = {
                "token_hash": hash_token(token),
                "user_id": user_id,
                "created_by": actor.id,
                "created_at": now,
                "expires_at": now + TOKEN_LIFE,
            }
            repository.insert_token(connection, row)
            change = Change(action="password_token.issued", subject=user_id)
            self._audit.record(connection, actor, [change])
        return token, now + TOKEN_LIFE

    def set_password_by_token(
        self, token: str, password: str, *, request_id: str | None = None
    ) -> None:
        """Set the password of whoever has a one-time token, and end all sessions."""
        check_password(password)
        kept = self._passwords.hash(password)
        with self._database.write() as connection:
            user_id = repository.use_token(connection, hash_token(token))
            if user_id is None:
                raise PasswordTokenRefused
            actor = Actor(id=user_id, request_id=request_id)
            self.keep_password(connection, user_id, password, kept, actor=actor)
        self._sessions.forget()

    def set_password(self, user_id: str, password: str, *, actor: Actor) -> None:
        """Set the password of a user, and end all sessions."""
        kept = self._passwords.hash(password)
        with self._database.write() as connection:
            self.keep_password(connection, user_id, password, kept, actor=actor)
        self._sessions.forget()

    def keep_password(
        self, connection: Connection, user_id: str, password: str, kept: str, *, actor: Actor
    ) -> None:
        """Write down a new password, inside a transaction, and end all sessions."""
        user = self.read(connection, user_id)
        check_password(password, words=_words(user))
        repository.update_user(connection, user_id, {"password_hash": kept})
        self._audit.record(connection, actor, [Change(action="password.set", subject=user_id)])
        self._sessions.end_all(connection, actor, End.PASSWORD, user_id=user_id)

    def erase(self, connection: Connection, applicant_id: str, *, actor: Actor) -> None:
        """Forget the name and the login of the borrower whom an applicant was, if there is one."""
        row = repository.find_user(connection, applicant_id=applicant_id)
        if row is None:
            return
        values = {
            "name": None,
            "email": None,
            "email_hash": secrets.token_hex(32),
            "password_hash": None,
            "subject_hash": None,
            "status": str(Status.SUSPENDED),
        }
        repository.update_user(connection, row.id, values)
        self._record(connection, actor, "user.erased", row.id, row)
        self._sessions.end_all(connection, actor, End.SUSPENSION, user_id=row.id)
        self._sessions.forget()

    def email_hash(self, email: str) -> str:
        """Return what an e-mail address is found by."""
        return self._master.salt(f"users.email:{plain_email(email)}").hex()

    def set_status(
        self, connection: Connection, user_id: str, status: Status, *, actor: Actor
    ) -> None:
        """Suspend or reactivate a user inside a transaction; call `forget_sessions` after it."""
        if actor.id == user_id:
            raise NotOneself
        before = _get(connection, user_id)
        if before.status != status:
            repository.update_user(connection, user_id, {"status": str(status)})
            done = "suspended" if status is Status.SUSPENDED else "reactivated"
            self._record(connection, actor, f"user.{done}", user_id, before)
        if status is Status.SUSPENDED:
            self._sessions.end_all(connection, actor, End.SUSPENSION, user_id=user_id)

    def forget_sessions(self) -> None:
        """Let this process ask anew who is logged in."""
        self._sessions.forget()

    def _set_status(self, user_id: str, status: Status, actor: Actor) -> User:
        with self._database.write() as connection:
            self.set_status(connection, user_id, status, actor=actor)
        self._sessions.forget()
        return self.get(user_id)

    def _sealed(self, user_id: str, **personal: str) -> dict[str, str]:
        values = {}
        if "name" in personal:
            name = plain_name(personal["name"])
            values["name"] = self._master.seal(name, place=f"users.name:{user_id}")
        if "email" in personal:
            email = plain_email(personal["email"])
            values["email"] = self._master.seal(email, place=f"users.email:{user_id}")
            values["email_hash"] = self.email_hash(email)
        return values

    def _opened(self, row: Row[Any], column: str) -> str | None:
        sealed = getattr(row, column)
        return (
            None if sealed is None else self._master.open(sealed, place=f"users.{column}:{row.id}")
        )

    def _user(self, row: Row[Any]) -> User:
        return User(
            id=row.id,
            name=self._opened(row, "name"),
            email=self._opened(row, "email"),
            role=Role(row.role),
            status=Status(row.status),
            applicant_id=row.applicant_id,
            has_password=row.password_hash is not None,
            version=row.version,
            created_at=row.created_at,
            changed_at=row.changed_at,
        )

    def _record(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        user_id: str,
        before: Row[Any] | None = None,
    ) -> None:
        after = _get(connection, user_id)
        change = Change(
            action=action,
            subject=user_id,
            person=after.applicant_id,
            before=None if before is None else facts_of(before),
            after=facts_of(after),
        )
        self._audit.record(connection, actor, [change])


def plain_email(email: str) -> str:
    """Return an e-mail address as it is compared: whatever its case and composition."""
    plain = unicodedata.normalize("NFKC", email).strip().casefold()
    if len(plain) > LONGEST_EMAIL or not plain.isprintable() or _EMAIL.fullmatch(plain) is None:
        raise EmailRefused
    return plain


def facts_of(row: Row[Any]) -> dict[str, Any]:
    """Return of a user what the audit log compares."""
    names = ("role", "status", "applicant_id", "email_hash", "version")
    return {name: getattr(row, name) for name in names}


def plain_name(name: str) -> str:
    """Return a name as it is kept: composed, without spare spaces."""
    plain = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(plain) <= LONGEST_NAME or not plain.isprintable():
        raise NameRefused
    return plain


def _words(user: User) -> tuple[str, ...]:
    return tuple(re.split(r"[@\s]", f"{user.email or ''} {user.name or ''}"))


def _get(connection: Connection, user_id: str) -> Row[Any]:
    row = repository.find_user(connection, id=user_id)
    if row is None:
        raise UserNotFound(user_id=user_id)
    return row
