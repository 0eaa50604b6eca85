"""Many rows in one statement, each database in the way that costs it least."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
import psycopg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Select,
    String,
    Table,
    TextClause,
    any_,
    bindparam,
    insert,
    or_,
    text,
    tuple_,
)
from sqlalchemy.dialects import sqlite

from loanwright.service.errors import DatabaseUnavailable
from loanwright.service.kit.database import Moment

FEWEST_COPIED = 4
POSTGRESQL_TYPES = {str: "text", int: "int4", float: "float8", date: "date"}


class Append:
    """Adds rows to a table that only grows."""

    def __init__(self, table: Table) -> None:
        columns = [column for column in table.columns if column is not table.autoincrement_column]
        self._names = [column.name for column in columns]
        self._types = [_postgresql_type(column) for column in columns]
        listed = ", ".join(f'"{name}"' for name in self._names)
        self._copy = f"COPY {table.name} ({listed}) FROM STDIN (FORMAT BINARY)"
        self._insert = insert(table)

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add the rows, all or none."""
        if connection.dialect.name == "sqlite" or len(rows) < FEWEST_COPIED:
            connection.execute(self._insert, rows)
            return
        try:
            self._write_copy(connection, rows)
        except psycopg.OperationalError as failure:
            connection.invalidate()
            raise DatabaseUnavailable(why=type(failure).__name__) from failure

    def _write_copy(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        names = self._names
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(self._copy) as copy:
            copy.set_types(self._types)
            for row in rows:
                copy.write_row([row[name] for name in names])


def _postgresql_type(column: Column[Any]) -> str:
    if isinstance(column.type, Moment):
        return "timestamptz"
    if isinstance(column.type, BigInteger):
        return "int8"
    return POSTGRESQL_TYPES[column.type.python_type]


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], column: Column[str]
) -> set[str]:
    """Insert the rows that contradict no unique constraint; return a column of those inserted."""
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(table).on_conflict_do_nothing().returning(column)
        return set(connection.execute(statement, rows).scalars())
    document = msgspec.json.encode(rows).decode()
    inserted = connection.execute(_insert_document(table, column.name), {"rows": document})
    return set(inserted.scalars())


@lru_cache
def _insert_document(table: Table, returned: str) -> TextClause:
    # One parameter for any number of rows: the statement stays the same and stays prepared.
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return text(
        f"INSERT INTO {table.name} ({columns}) "  # noqa: S608
        f"SELECT {columns} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json)) "
        f'ON CONFLICT DO NOTHING RETURNING "{returned}"'
    )


class Newest:
    """Keeps of each key of a table the newest row alone, whichever of two comes first.

    Parameters
    ----------
    table
        Its primary key is what there is one row of.
    order
        The columns by which one row is newer than another.
    """

    def __init__(self, table: Table, *order: str) -> None:
        keys = [column.name for column in table.primary_key]
        names = [column.name for column in table.columns]
        others = [name for name in names if name not in keys]
        inserted = sqlite.insert(table)
        there = tuple_(*(table.c[name] for name in order))
        coming = tuple_(*(inserted.excluded[name] for name in order))
        self._keys, self._order = keys, order
        self._sqlite = inserted.on_conflict_do_update(
            index_elements=keys,
            set_={name: inserted.excluded[name] for name in others},
            where=there < coming,
        )
        self._postgresql = text(_newest_statement(table.name, names, keys, order))

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows that are newer than what is there."""
        newest: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for row in sorted(rows, key=lambda one: tuple(one[name] for name in self._order)):
            newest[tuple(row[name] for name in self._keys)] = row
        # In one order, so that two transactions wait for each other and never in a ring.
        kept = [newest[key] for key in sorted(newest)]
        if not kept:
            return
        if connection.dialect.name == "sqlite":
            connection.execute(self._sqlite, kept)
        else:
            document = msgspec.json.encode(kept).decode()
            connection.execute(self._postgresql, {"rows": document})


def _newest_statement(
    table: str, names: Sequence[str], keys: Sequence[str], order: Sequence[str]
) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    there = ", ".join(f'{table}."{name}"' for name in order)
    coming = ", ".join(f'excluded."{name}"' for name in order)
    return (
        f"INSERT INTO {table} ({columns}) "  # noqa: S608
        f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json)) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed} "
        f"WHERE ({there}) < ({coming})"
    )


class Lookup:
    """A query for the rows that have one of many names in one of some columns.

    It is made once and is the same text for any number of names, so that neither SQLAlchemy nor
    the server works it out again.
    """

    def __init__(self, query: Select[Any], *columns: ColumnElement[Any]) -> None:
        several: BindParameter[Any] = bindparam("names", expanding=True)
        array: BindParameter[Any] = bindparam("names", type_=ARRAY(String))
        self._queries = {
            "sqlite": query.where(or_(*(column.in_(several) for column in columns))),
            "postgresql": query.where(or_(*(column == any_(array) for column in columns))),
        }

    def rows(self, connection: Connection, names: Iterable[str]) -> CursorResult[Any]:
        """Return the rows."""
        query = self._queries[connection.dialect.name]
        return connection.execute(query, {"names": sorted(names)})
