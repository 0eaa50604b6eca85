"""The SQL of applications."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from loanwright.service.applications.tables import applications
from loanwright.service.kit.bulk import Append, Lookup

_append = Append(applications)
_senders = Lookup(select(applications.c.id, applications.c.caller_id), applications.c.id)


def insert_applications(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert applications."""
    _append.write(connection, rows)


def find(connection: Connection, application_id: str) -> Row[Any] | None:
    """Return one application, if it is there."""
    statement = select(applications).where(applications.c.id == application_id)
    return connection.execute(statement).one_or_none()


def list_senders(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return who sent applications, by application."""
    return {row.id: row.caller_id for row in _senders.rows(connection, ids)}


def count(connection: Connection) -> int:
    """Return how many applications there are."""
    return connection.execute(select(func.count()).select_from(applications)).scalar_one()
