"""The SQL of unfinished questionnaires."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from loanwright.service.questionnaires.tables import questionnaires


def keep(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write down how far somebody is with a product; what was there before goes."""
    place = (
        questionnaires.c.token_hash == row["token_hash"],
        questionnaires.c.product == row["product"],
    )
    if not connection.execute(update(questionnaires).where(*place).values(**row)).rowcount:
        connection.execute(insert(questionnaires), row)


def find_answers(
    connection: Connection, token_hash: str, product: str, now: datetime
) -> str | None:
    """Return the sealed answers that a token stands for, until they expire."""
    query = select(questionnaires.c.answers).where(
        questionnaires.c.token_hash == token_hash,
        questionnaires.c.product == product,
        questionnaires.c.expires_at > now,
    )
    return connection.execute(query).scalar_one_or_none()


def drop(connection: Connection, token_hash: str, product: str) -> None:
    """Delete the answers for one product."""
    connection.execute(
        delete(questionnaires).where(
            questionnaires.c.token_hash == token_hash, questionnaires.c.product == product
        )
    )


def has_expired(connection: Connection, now: datetime) -> bool:
    """Tell whether anything has expired."""
    query = select(questionnaires.c.product).where(questionnaires.c.expires_at <= now)
    return connection.execute(query.limit(1)).first() is not None


def drop_expired(connection: Connection, now: datetime) -> int:
    """Delete what has expired; return how many they were."""
    return connection.execute(
        delete(questionnaires).where(questionnaires.c.expires_at <= now)
    ).rowcount
