"""The SQL of benches."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from loanwright.service.benches.schemas import Bench
from loanwright.service.benches.tables import benches


def insert_bench(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a bench."""
    connection.execute(insert(benches), row)


def find_bench(connection: Connection, bench_id: str) -> Bench | None:
    """Return a bench, if it is there."""
    row = connection.execute(select(benches).where(benches.c.id == bench_id)).one_or_none()
    return None if row is None else Bench(**row._mapping)


def list_benches(connection: Connection, most: int) -> Sequence[Bench]:
    """Return the benches, the newest first."""
    query = select(benches).order_by(benches.c.opened_at.desc(), benches.c.id.desc())
    return [Bench(**row._mapping) for row in connection.execute(query.limit(most))]


def list_before(connection: Connection, moment: datetime, most: int) -> Sequence[Bench]:
    """Return benches that were opened before a moment."""
    query = select(benches).where(benches.c.opened_at < moment)
    return [Bench(**row._mapping) for row in connection.execute(query.limit(most))]


def change_draft(connection: Connection, bench: Bench, draft: str) -> bool:
    """Write the bins of a bench; False where somebody else has changed it meanwhile."""
    named = (benches.c.id == bench.id) & (benches.c.version == bench.version)
    statement = update(benches).where(named)
    changed = connection.execute(statement.values(draft=draft, version=bench.version + 1))
    return changed.rowcount == 1


def delete_bench(connection: Connection, bench_id: str) -> None:
    """Delete a bench."""
    connection.execute(delete(benches).where(benches.c.id == bench_id))
