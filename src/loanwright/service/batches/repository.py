"""The SQL of batches."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from loanwright.service.batches.schemas import Batch, BatchWishes
from loanwright.service.batches.tables import batches
from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page

_listing = Listing(select(batches), key=batches.c.id, sorts={"created_at": batches.c.created_at})


def insert_batch(connection: Connection, row: Mapping[str, Any], wishes: BatchWishes) -> None:
    """Insert a batch."""
    connection.execute(insert(batches), {**row, "wishes": msgspec.json.encode(wishes).decode()})


def find(connection: Connection, batch_id: str) -> Batch | None:
    """Return one batch."""
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).one_or_none()
    return None if row is None else _batch(row)


def find_by_job(connection: Connection, job_id: str) -> Batch | None:
    """Return the batch that a job scores."""
    row = connection.execute(select(batches).where(batches.c.job_id == job_id)).one_or_none()
    return None if row is None else _batch(row)


def page(connection: Connection, *, caller_id: str | None, **asked: Any) -> Page[Batch]:
    """Return a page of batches, the newest first: of one caller, or of all."""
    where: list[ColumnElement[bool]] = [batches.c.job_id.is_not(None)]
    if caller_id is not None:
        where.append(batches.c.caller_id == caller_id)
    found = _listing.page(connection, sort="-created_at", where=where, **asked)
    return Page(items=[_batch(row) for row in found.items], next_cursor=found.next_cursor)


def change(connection: Connection, batch_id: str, values: Mapping[str, Any]) -> None:
    """Change how far a batch is."""
    connection.execute(update(batches).where(batches.c.id == batch_id).values(**values))


def cancel(connection: Connection, batch_id: str, at: datetime) -> None:
    """Write down that somebody wants a batch to end, unless somebody did before."""
    statement = update(batches).where(batches.c.id == batch_id, batches.c.cancelled_at.is_(None))
    connection.execute(statement.values(cancelled_at=at))


def is_cancelled(connection: Connection, batch_id: str) -> bool:
    """Tell whether somebody wants a batch to end."""
    query = select(batches.c.cancelled_at).where(batches.c.id == batch_id)
    return connection.execute(query).scalar_one_or_none() is not None


def list_older(connection: Connection, before: datetime, most: int) -> list[Batch]:
    """Return batches that came before a moment and whose files are still there."""
    query = (
        select(batches)
        .where(batches.c.removed_at.is_(None), batches.c.created_at < before)
        .order_by(batches.c.created_at)
        .limit(most)
    )
    return [_batch(row) for row in connection.execute(query)]


def delete_batch(connection: Connection, batch_id: str) -> None:
    """Delete a batch that was never accepted."""
    connection.execute(delete(batches).where(batches.c.id == batch_id))


def _batch(row: Row[Any]) -> Batch:
    facts = dict(row._mapping)
    wishes = msgspec.json.decode(facts["wishes"], type=BatchWishes)
    return Batch(**{**facts, "wishes": wishes})
