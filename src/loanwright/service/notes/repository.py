"""The SQL of notes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page
from loanwright.service.notes.tables import notes

_listing = Listing(select(notes), key=notes.c.id, sorts={"written_at": notes.c.written_at})


def insert_note(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a note."""
    connection.execute(insert(notes), row)


def page_of(
    connection: Connection, applicant_id: str, *, limit: int, cursor: str | None
) -> Page[Row[Any]]:
    """Return a page of the notes on one applicant, the newest first."""
    mine = notes.c.applicant_id == applicant_id
    return _listing.page(connection, sort="-written_at", limit=limit, cursor=cursor, where=[mine])


def list_all(connection: Connection, applicant_id: str) -> list[Row[Any]]:
    """Return every note on one applicant, the oldest first."""
    statement = select(notes).where(notes.c.applicant_id == applicant_id)
    return list(connection.execute(statement.order_by(notes.c.written_at, notes.c.id)))
