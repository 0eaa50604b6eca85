"""The SQL of the keys of persons."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from loanwright.service.kit.bulk import Append, Lookup
from loanwright.service.privacy.tables import person_keys

_append = Append(person_keys)
_named = Lookup(select(person_keys.c.person_id, person_keys.c.wrapped), person_keys.c.person_id)


def insert_keys(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert keys."""
    _append.write(connection, rows)


def list_keys(connection: Connection, ids: Collection[str]) -> dict[str, str | None]:
    """Return the wrapped keys of persons; None stands for a key that was destroyed."""
    return {row.person_id: row.wrapped for row in _named.rows(connection, ids)}


def destroy(connection: Connection, person_id: str, at: datetime) -> bool:
    """Overwrite a key with nothing, and tell whether it was there."""
    statement = (
        update(person_keys)
        .where(person_keys.c.person_id == person_id, person_keys.c.wrapped.is_not(None))
        .values(wrapped=None, destroyed_at=at)
    )
    return connection.execute(statement).rowcount == 1


def lock(connection: Connection, ids: Collection[str]) -> None:
    """Lock the keys of persons until the transaction ends."""
    query = select(person_keys.c.person_id).where(person_keys.c.person_id.in_(sorted(ids)))
    connection.execute(query.order_by(person_keys.c.person_id).with_for_update()).all()


def list_living(connection: Connection, after: str, most: int) -> list[str]:
    """Return persons whose keys were not destroyed, in the order of their ids."""
    person = person_keys.c.person_id
    query = select(person).where(person > after, person_keys.c.wrapped.is_not(None))
    return list(connection.execute(query.order_by(person).limit(most)).scalars())
