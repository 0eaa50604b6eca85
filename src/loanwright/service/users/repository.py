"""The SQL of users, their sessions and API keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from loanwright.service.kit.bulk import insert_new
from loanwright.service.kit.database import Moment
from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page
from loanwright.service.kit.present import Present
from loanwright.service.users.tables import (
    api_keys,
    login_windows,
    password_tokens,
    role_grants,
    sessions,
    users,
)

INSERTS: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

# API keys


def insert_key(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a key."""
    connection.execute(insert(api_keys), row)


def find_key(connection: Connection, key_id: str) -> Row[Any] | None:
    """Return one key and the present moment, if it is there."""
    statement = select(api_keys, Present().label("now")).where(api_keys.c.id == key_id)
    return connection.execute(statement).one_or_none()


def list_keys(connection: Connection) -> list[Row[Any]]:
    """Return all keys, the oldest first."""
    return list(connection.execute(select(api_keys).order_by(api_keys.c.id)))


_keys = Listing(
    select(api_keys),
    key=api_keys.c.id,
    sorts={"created_at": api_keys.c.created_at, "name": api_keys.c.name},
)


def list_key_page(
    connection: Connection, *, sort: str, limit: int, cursor: str | None
) -> Page[Row[Any]]:
    """Return a page of keys."""
    return _keys.page(connection, sort=sort, limit=limit, cursor=cursor)


def update_key(connection: Connection, key_id: str, **values: Any) -> bool:
    """Change a key that is not revoked, and tell whether it was there."""
    statement = (
        update(api_keys)
        .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        .values(**values)
    )
    return connection.execute(statement).rowcount == 1


# Users


def insert_user(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Insert a user unless somebody has the login name or is the applicant already."""
    return bool(insert_new(connection, users, [row], users.c.id))


def find_user(connection: Connection, **wanted: Any) -> Row[Any] | None:
    """Return the user whose columns have these values, if there is one."""
    conditions = [users.c[name] == value for name, value in wanted.items()]
    return connection.execute(select(users).where(*conditions)).one_or_none()


def lock_user(connection: Connection, user_id: str, *, alone: bool) -> Row[Any] | None:
    """Return a user whom nobody changes meanwhile; alone, nobody else may hold on to them."""
    query = select(users).where(users.c.id == user_id).with_for_update(read=not alone)
    return connection.execute(query).one_or_none()


_users = Listing(
    select(users),
    key=users.c.id,
    sorts={
        "created_at": users.c.created_at,
        "changed_at": users.c.changed_at,
        "role": users.c.role,
        "status": users.c.status,
    },
)


def list_user_page(
    connection: Connection, wanted: Mapping[str, Any], *, sort: str, limit: int, cursor: str | None
) -> Page[Row[Any]]:
    """Return a page of the users whose columns have these values."""
    where = [users.c[name] == value for name, value in wanted.items()]
    return _users.page(connection, sort=sort, limit=limit, cursor=cursor, where=where)


def update_user(
    connection: Connection, user_id: str, values: Mapping[str, Any], *, seen: int | None = None
) -> bool:
    """Change a user, at the version that was seen; tell whether it was still that one."""
    statement = (
        update(users)
        .where(users.c.id == user_id)
        .values(**values, version=users.c.version + 1, changed_at=Present())
    )
    if seen is not None:
        statement = statement.where(users.c.version == seen)
    return connection.execute(statement).rowcount == 1


def has_email(connection: Connection, email_hash: str, *, besides: str) -> bool:
    """Tell whether somebody else has this login name."""
    statement = select(users.c.id).where(users.c.email_hash == email_hash, users.c.id != besides)
    return connection.execute(statement).first() is not None


def count_active(connection: Connection, role: str) -> int:
    """Return how many active users have a role."""
    statement = select(users.c.id).where(users.c.role == role, users.c.status == "active")
    return len(connection.execute(statement.limit(10)).all())


# Passwords and role grants


def insert_token(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a one-time token; the ones before it are used up."""
    connection.execute(
        update(password_tokens)
        .where(password_tokens.c.user_id == row["user_id"], password_tokens.c.used_at.is_(None))
        .values(used_at=Present())
    )
    connection.execute(insert(password_tokens), row)


def use_token(connection: Connection, token_hash: str) -> str | None:
    """Use a token up and return whose it is, if it is still good."""
    statement = (
        update(password_tokens)
        .where(
            password_tokens.c.token_hash == token_hash,
            password_tokens.c.used_at.is_(None),
            password_tokens.c.expires_at > Present(),
        )
        .values(used_at=Present())
        .returning(password_tokens.c.user_id)
    )
    return connection.execute(statement).scalar_one_or_none()


def gave_password(connection: Connection, *, giver: str, user_id: str, since: datetime) -> bool:
    """Tell whether somebody has issued a token that a user set the password with."""
    statement = select(password_tokens.c.token_hash).where(
        password_tokens.c.user_id == user_id,
        password_tokens.c.created_by == giver,
        password_tokens.c.created_at > since,
        password_tokens.c.used_at.is_not(None),
    )
    return connection.execute(statement).first() is not None


def insert_grant(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a proposal; the one before it that nobody approved is replaced."""
    connection.execute(
        update(role_grants)
        .where(role_grants.c.user_id == row["user_id"], role_grants.c.state == "proposed")
        .values(state="replaced")
    )
    connection.execute(insert(role_grants), row)


def find_grant(connection: Connection, grant_id: str) -> Row[Any] | None:
    """Return one proposal, if it is there."""
    return connection.execute(select(role_grants).where(role_grants.c.id == grant_id)).one_or_none()


def approve_grant(connection: Connection, grant_id: str, approver: str) -> bool:
    """Approve a proposal, and tell whether it was still one."""
    statement = (
        update(role_grants)
        .where(role_grants.c.id == grant_id, role_grants.c.state == "proposed")
        .values(state="approved", approver=approver, approved_at=Present())
    )
    return connection.execute(statement).rowcount == 1


_grants = Listing(
    select(role_grants), key=role_grants.c.id, sorts={"proposed_at": role_grants.c.proposed_at}
)


def list_grant_page(
    connection: Connection, wanted: Mapping[str, Any], *, limit: int, cursor: str | None
) -> Page[Row[Any]]:
    """Return a page of proposals, the newest first."""
    where = [role_grants.c[name] == value for name, value in wanted.items()]
    sort = "-proposed_at"
    return _grants.page(connection, sort=sort, limit=limit, cursor=cursor, where=where)


# Sessions

_login: Select[Any] = select(
    sessions,
    users.c.role,
    users.c.status,
    users.c.applicant_id,
    Present().label("now"),
).join(users, users.c.id == sessions.c.user_id)


def insert_session(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a session that begins now."""
    now = Present()
    connection.execute(insert(sessions).values(**row, created_at=now, last_seen_at=now))


def find_login(connection: Connection, token_hash: str) -> Row[Any] | None:
    """Return a session, its user and the present moment, if it is there."""
    return connection.execute(_login.where(sessions.c.token_hash == token_hash)).one_or_none()


def find_session_id(connection: Connection, token_hash: str) -> str | None:
    """Return which session has a token, if one has."""
    statement = select(sessions.c.id).where(sessions.c.token_hash == token_hash)
    return connection.execute(statement).scalar_one_or_none()


def list_open_sessions(connection: Connection, user_id: str) -> list[Row[Any]]:
    """Return the sessions of a user that were not ended, the newest first."""
    statement = _login.where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
    return list(connection.execute(statement.order_by(sessions.c.id.desc())))


def see_session(connection: Connection, session_id: str) -> None:
    """Write down that a session is in use."""
    connection.execute(
        update(sessions).where(sessions.c.id == session_id).values(last_seen_at=Present())
    )


def end_sessions(connection: Connection, ended_by: str, **wanted: str) -> list[str]:
    """End the sessions whose columns have these values; return which ones that were."""
    conditions = [sessions.c[name] == value for name, value in wanted.items()]
    statement = (
        update(sessions)
        .where(sessions.c.ended_at.is_(None), *conditions)
        .values(ended_at=Present(), ended_by=ended_by)
        .returning(sessions.c.id)
    )
    return list(connection.execute(statement).scalars())


def delete_old(connection: Connection, before: datetime) -> int:
    """Delete sessions, tokens and windows that nobody can use any more."""
    old: tuple[tuple[Any, ColumnElement[bool]], ...] = (
        (sessions, or_(sessions.c.ended_at < before, sessions.c.last_seen_at < before)),
        (password_tokens, password_tokens.c.expires_at < before),
        (login_windows, login_windows.c.started_at < before),
    )
    return sum(connection.execute(delete(table).where(which)).rowcount for table, which in old)


# Guesses


def count_guess(
    connection: Connection, subject: str, *, now: datetime, since: datetime
) -> Row[Any]:
    """Count one guess in the window of a subject, which begins anew when it is over."""
    over = login_windows.c.started_at <= since
    fresh = INSERTS[connection.dialect.name](login_windows).values(
        subject=subject, started_at=now, used=1
    )
    statement = fresh.on_conflict_do_update(
        index_elements=[login_windows.c.subject],
        set_={
            "used": case((over, 1), else_=login_windows.c.used + 1),
            "started_at": case((over, literal(now, Moment())), else_=login_windows.c.started_at),
        },
    ).returning(login_windows.c.used, login_windows.c.started_at)
    return connection.execute(statement).one()


def count_used(connection: Connection, subject: str, since: datetime) -> int:
    """Return how many guesses are counted in the window of a subject that is not over."""
    query = select(login_windows.c.used).where(
        login_windows.c.subject == subject, login_windows.c.started_at > since
    )
    return connection.execute(query).scalar_one_or_none() or 0


def forgive_guesses(connection: Connection, subjects: Sequence[str]) -> None:
    """Take back one guess of each subject: it was none."""
    for subject in subjects:
        connection.execute(
            update(login_windows)
            .where(login_windows.c.subject == subject, login_windows.c.used > 0)
            .values(used=login_windows.c.used - 1)
        )
