"""The SQL of idempotency keys."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from loanwright.service.kit.database import among, insert_new
from loanwright.service.origination.tables import idempotency_keys

Key = tuple[str, str]


def list_used(connection: Connection, keys: Collection[Key]) -> dict[Key, tuple[str, str]]:
    """Return the body hash and the decision of the keys that were used before."""
    table = idempotency_keys.c
    statement = select(table.caller_id, table.key, table.body_hash, table.decision_id).where(
        among(connection, table.key, {key for _, key in keys}),
        among(connection, table.caller_id, {caller for caller, _ in keys}),
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(statement)}


def claim(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[Key]:
    """Take the keys that nobody has; wait for whoever is taking the same one just now."""
    table = idempotency_keys.c
    inserted = insert_new(connection, idempotency_keys, rows, table.caller_id, table.key)
    return {(row.caller_id, row.key) for row in inserted}


def count(connection: Connection) -> int:
    """Return how many keys were used."""
    return connection.execute(select(func.count()).select_from(idempotency_keys)).scalar_one()
