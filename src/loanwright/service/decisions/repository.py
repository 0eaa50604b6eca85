"""The SQL of decisions."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.tables import decisions
from loanwright.service.kit.bulk import Append, Lookup

_append = Append(decisions)
_replies = Lookup(select(decisions.c.id, decisions.c.reply), decisions.c.id)


def insert_decisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append decisions."""
    _append.write(connection, rows)


def find(connection: Connection, decision_id: str) -> DecisionRecord | None:
    """Return one decision, if it is there."""
    statement = select(decisions).where(decisions.c.id == decision_id)
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else DecisionRecord(**row)


def find_reply(connection: Connection, application_id: str) -> str | None:
    """Return how an application was answered, if it is there."""
    statement = select(decisions.c.reply).where(decisions.c.application_id == application_id)
    return connection.execute(statement).scalar_one_or_none()


def list_replies(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return how the applications of these decisions were answered."""
    return {row.id: row.reply for row in _replies.rows(connection, ids)}


def list_before(
    connection: Connection, *, sequence: int | None, limit: int, wanted: Mapping[str, str]
) -> list[DecisionRecord]:
    """Return decisions before a place in the list, the newest first."""
    statement = select(decisions).order_by(decisions.c.sequence.desc()).limit(limit)
    for name, value in wanted.items():
        statement = statement.where(decisions.c[name] == value)
    if sequence is not None:
        statement = statement.where(decisions.c.sequence < sequence)
    return [DecisionRecord(**row) for row in connection.execute(statement).mappings()]


def count(connection: Connection) -> int:
    """Return how many decisions there are."""
    return connection.execute(select(func.count()).select_from(decisions)).scalar_one()
