"""The SQL of the audit log."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    func,
    insert,
    select,
    text,
)

from loanwright.service.audit.ranges import read_ranges
from loanwright.service.audit.schemas import Entry, Seal
from loanwright.service.audit.tables import audit_entries, audit_seals
from loanwright.service.kit.bulk import Append, Lookup
from loanwright.service.kit.database import metadata
from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page

#: A row as it is stored, by column.
Stored: TypeAlias = dict[str, Any]

LOCK = 7_305_804_404
CHUNK = 500

_append = Append(audit_entries)
_listing = Listing(
    select(audit_entries),
    key=audit_entries.c.id,
    sorts={"sequence": audit_entries.c.sequence},
)
_lookups: dict[str, Lookup] = {}


def append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append entries."""
    _append.write(connection, rows)


def begin_sealing(connection: Connection) -> bool:
    """Tell whether nobody else is sealing; until this transaction ends nobody else will."""
    if connection.dialect.name == "sqlite":
        return True
    statement = text("SELECT pg_try_advisory_xact_lock(:lock)")
    return bool(connection.execute(statement, {"lock": LOCK}).scalar_one())


def read_horizon(connection: Connection) -> tuple[int, int]:
    """Return before which transaction all have ended, and which one has not begun yet."""
    if connection.dialect.name == "sqlite":
        # One writer at a time, and this is it: nothing else is under way.
        return 1, 1
    statement = text(
        "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint "
        "FROM pg_current_snapshot() AS s"
    )
    row = connection.execute(statement).one()
    return int(row[0]), int(row[1])


def insert_seal(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append a seal."""
    connection.execute(insert(audit_seals), row)


def find_last_seal(connection: Connection) -> Seal | None:
    """Return the last seal, if there is any."""
    statement = select(audit_seals).order_by(audit_seals.c.number.desc()).limit(1)
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else Seal(**row)


def list_seals(connection: Connection, *, after: int, most: int) -> list[Seal]:
    """Return the seals after a number, in their order."""
    statement = (
        select(audit_seals)
        .where(audit_seals.c.number > after)
        .order_by(audit_seals.c.number)
        .limit(most)
    )
    return [Seal(**row) for row in connection.execute(statement).mappings()]


def list_after(connection: Connection, sequence: int, most: int) -> list[Stored]:
    """Return the entries after a place, in their order."""
    return _entries(connection, audit_entries.c.sequence > sequence, most)


def list_between(connection: Connection, first: int, last: int) -> list[Stored]:
    """Return the entries from one place to another, in their order."""
    return _entries(connection, audit_entries.c.sequence.between(first, last), None)


def list_at(connection: Connection, sequences: Sequence[int]) -> list[Stored]:
    """Return the entries at these places, in their order."""
    found = []
    for start in range(0, len(sequences), CHUNK):
        wanted = sequences[start : start + CHUNK]
        found += _entries(connection, audit_entries.c.sequence.in_(wanted), None)
    return found


def _rows(connection: Connection, statement: Select[Any]) -> list[Stored]:
    result = connection.execute(statement)
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def _entries(
    connection: Connection, condition: ColumnElement[bool], most: int | None
) -> list[Stored]:
    statement = select(audit_entries).where(condition).order_by(audit_entries.c.sequence)
    if most is not None:
        statement = statement.limit(most)
    return _rows(connection, statement)


def conditions(
    wanted: Mapping[str, str | None], *, since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    """Return the conditions for entries with these values, from one moment until another."""
    columns = audit_entries.c
    where = [columns[name] == value for name, value in wanted.items() if value is not None]
    if since is not None:
        where.append(columns.at >= since)
    if until is not None:
        where.append(columns.at < until)
    return where


def list_page(
    connection: Connection,
    where: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    cursor: str | None,
) -> Page[Any]:
    """Return one page of the entries that meet every condition, the newest first."""
    return _listing.page(connection, sort="-sequence", limit=limit, cursor=cursor, where=where)


def find_of_subject(connection: Connection, subject: str, action: str) -> Entry | None:
    """Return the first entry of this action on this subject."""
    statement = (
        select(audit_entries)
        .where(audit_entries.c.subject == subject, audit_entries.c.action == action)
        .order_by(audit_entries.c.sequence)
        .limit(1)
    )
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else Entry(**row)


def find_entry(connection: Connection, entry_id: str) -> Entry | None:
    """Return the entry of this id."""
    statement = select(audit_entries).where(audit_entries.c.id == entry_id)
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else Entry(**row)


def find_seal_over(connection: Connection, sequence: int) -> Seal | None:
    """Return the seal that holds the entry at a place, if it is sealed."""
    # Nearly always the first that looked so far; what was committed late is in one after it.
    statement = (
        select(audit_seals)
        .where(audit_seals.c.through >= sequence)
        .order_by(audit_seals.c.number)
        .execution_options(yield_per=10)
    )
    for row in connection.execute(statement).mappings():
        ranges = read_ranges(row["entries"])
        if any(first <= sequence <= last for first, last in ranges):
            return Seal(**row)
    return None


def count_entries(connection: Connection) -> int:
    """Return how many entries there are."""
    return connection.execute(select(func.count()).select_from(audit_entries)).scalar_one()


def count_until(connection: Connection, sequence: int) -> int:
    """Return how many entries there are up to a place."""
    statement = (
        select(func.count()).select_from(audit_entries).where(audit_entries.c.sequence <= sequence)
    )
    return connection.execute(statement).scalar_one()


def stored_table(name: str) -> Table | None:
    """Return a table that entries vouch for, whichever room it belongs to."""
    return metadata.tables.get(name)


def read_stored(connection: Connection, table: Table, keys: Collection[str]) -> dict[str, Stored]:
    """Return rows by their key."""
    column = key_column(table)
    if column.type.python_type is not int:
        if table.name not in _lookups:
            _lookups[table.name] = Lookup(select(table), column)
        result = _lookups[table.name].rows(connection, keys)
        names = list(result.keys())
        rows = [dict(zip(names, row, strict=True)) for row in result]
        return {row[column.name]: row for row in rows}
    found: dict[str, Stored] = {}
    numbers = [int(key) for key in keys]
    for start in range(0, len(numbers), CHUNK):
        statement = select(table).where(column.in_(numbers[start : start + CHUNK]))
        found |= {str(row[column.name]): row for row in _rows(connection, statement)}
    return found


def read_sequences(connection: Connection, table: Table, keys: Collection[str]) -> dict[str, int]:
    """Return the places of rows in their table, by key."""
    column = key_column(table)
    lookup = Lookup(select(column.label("key"), table.c.sequence), column)
    return {row.key: row.sequence for row in lookup.rows(connection, keys)}


def count_stored(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def list_keys(connection: Connection, table: Table, after: Any, most: int) -> list[Any]:
    """Return the keys of a table after one of them, in their order."""
    column = key_column(table)
    statement = select(column).order_by(column).limit(most)
    if after is not None:
        statement = statement.where(column > after)
    return list(connection.execute(statement).scalars())


def key_column(table: Table) -> Any:
    """Return the column by which entries name the rows of a table."""
    return table.c["id"] if "id" in table.c else next(iter(table.primary_key))
