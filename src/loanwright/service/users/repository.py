"""The SQL of API keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from loanwright.service.users.tables import api_keys


def insert_key(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a key."""
    connection.execute(insert(api_keys), row)


def find(connection: Connection, key_id: str) -> Row[Any] | None:
    """Return one key, if it is there."""
    return connection.execute(select(api_keys).where(api_keys.c.id == key_id)).one_or_none()


def list_keys(connection: Connection) -> list[Row[Any]]:
    """Return all keys, the oldest first."""
    return list(connection.execute(select(api_keys).order_by(api_keys.c.id)))


def revoke(connection: Connection, key_id: str, at: datetime) -> bool:
    """Mark a key as revoked and tell whether it was valid before."""
    statement = (
        update(api_keys)
        .where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return connection.execute(statement).rowcount == 1
