"""The SQL of messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from loanwright.service.messaging.schemas import Message
from loanwright.service.messaging.tables import outbox

#: One relay at a time keeps the order of messages; the number only has to be our own.
RELAY_LOCK = 7_215_660_911


def insert_messages(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append messages."""
    connection.execute(insert(outbox), rows)


def take_turn(connection: Connection) -> bool:
    """Tell whether no other relay is at work; the turn ends with the transaction."""
    if connection.dialect.name == "sqlite":
        return True
    statement = text("SELECT pg_try_advisory_xact_lock(:number)")
    return bool(connection.execute(statement, {"number": RELAY_LOCK}).scalar_one())


def list_waiting(connection: Connection, most: int) -> list[Message]:
    """Return messages that were not published yet, the oldest first."""
    statement = (
        select(outbox.c.sequence, outbox.c.topic, outbox.c.subject, outbox.c.created_at)
        .where(outbox.c.published_at.is_(None))
        .order_by(outbox.c.sequence)
        .limit(most)
    )
    return [Message(**row) for row in connection.execute(statement).mappings()]


def mark_published(connection: Connection, sequences: Sequence[int], now: datetime) -> None:
    """Write down that these messages were published."""
    statement = update(outbox).where(outbox.c.sequence.in_(sequences)).values(published_at=now)
    connection.execute(statement)


def mark_waiting(connection: Connection, topic: str, since: datetime) -> int:
    """Write down that messages which were published since a moment wait again; return how many."""
    statement = update(outbox).where(outbox.c.topic == topic, outbox.c.published_at >= since)
    return connection.execute(statement.values(published_at=None)).rowcount


def delete_published(connection: Connection, before: datetime) -> int:
    """Forget messages that were published before this moment; return how many."""
    return connection.execute(delete(outbox).where(outbox.c.published_at < before)).rowcount


def count_waiting(connection: Connection) -> int:
    """Return how many messages wait."""
    statement = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
    return connection.execute(statement).scalar_one()
