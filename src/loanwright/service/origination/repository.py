"""The SQL of idempotency keys."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, tuple_

from loanwright.service.kit.bulk import Lookup, insert_new
from loanwright.service.origination.tables import idempotency_keys

Key = tuple[str, str]


_table = idempotency_keys.c
_used = Lookup(
    select(_table.caller_id, _table.key, _table.body_hash, _table.decision_id), _table.key
)


def list_used(connection: Connection, keys: Collection[Key]) -> dict[Key, tuple[str, str]]:
    """Return the body hash and the decision of the keys that were used before."""
    rows = map(tuple, _used.rows(connection, {key for _, key in keys}))
    found = {(caller, key): (body_hash, decision) for caller, key, body_hash, decision in rows}
    return {key: used for key, used in found.items() if key in keys}


def claim(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Take the keys that nobody has, waiting for whoever takes the same one just now.

    Returns the decisions whose keys were taken.
    """
    return insert_new(connection, idempotency_keys, rows, _table.decision_id)


def count(connection: Connection) -> int:
    """Return how many keys were used."""
    return connection.execute(select(func.count()).select_from(idempotency_keys)).scalar_one()


def prune(connection: Connection, before: datetime, most: int) -> int:
    """Forget keys that were used before this moment; return how many."""
    old = select(_table.key, _table.caller_id).where(_table.created_at < before).limit(most)
    rows = [tuple(row) for row in connection.execute(old)]
    if rows:
        named = tuple_(_table.key, _table.caller_id).in_(rows)
        connection.execute(delete(idempotency_keys).where(named))
    return len(rows)
