"""The SQL of notices that went out."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from loanwright.service.notices.schemas import Format, IssuedNotice
from loanwright.service.notices.tables import issued_notices


def insert_notice(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append a notice."""
    connection.execute(insert(issued_notices), row)


def list_of_decision(connection: Connection, decision_id: str) -> list[IssuedNotice]:
    """Return the notices of a decision, the oldest first."""
    statement = select(issued_notices).where(issued_notices.c.decision_id == decision_id)
    ordered = statement.order_by(issued_notices.c.issued_at, issued_notices.c.id)
    rows = connection.execute(ordered)
    return [IssuedNotice(**{**row._mapping, "format": Format(row.format)}) for row in rows]
