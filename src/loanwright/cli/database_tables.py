"""Tables of databases, read in blocks through a cursor of the server and written whole."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from loanwright.batch.blocks import BLOCK_ROWS, Block, Place
from loanwright.batch.errors import TableUnreadable
from loanwright.batch.results import ParquetResult, part_of
from loanwright.cli.failures import CommandFailed, fail

KINDS: Final[dict[type, Any]] = {
    bool: pl.Boolean,
    int: pl.Int64,
    float: pl.Float64,
    Decimal: pl.Float64,
    str: pl.String,
    date: pl.Date,
    datetime: pl.Datetime,
}


def open_engine(url: str) -> sa.Engine:
    """Return the engine of a database, or say what is wrong with its address."""
    try:
        engine = sa.create_engine(url)
    except (SQLAlchemyError, ModuleNotFoundError) as problem:
        raise fail(f"The database cannot be opened: {problem}") from problem
    if engine.dialect.name == "sqlite":
        _begin_as_other_databases_do(engine)
    return engine


def _begin_as_other_databases_do(engine: sa.Engine) -> None:
    """Let SQLite make tables within the transaction, so that a failure leaves none behind."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:  # noqa: ARG001
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")


@dataclass(frozen=True, kw_only=True)
class DatabaseTable:
    """A table as the reader of blocks sees it; rows in the order of its key.

    Parameters
    ----------
    engine
        Of the database.
    table
        Its name, with its schema before a point where it has one.
    id
        A column that orders the rows where the table has no primary key.
    """

    engine: sa.Engine
    table: str
    id: str = ""

    @property
    def name(self) -> str:
        """Return the table's name."""
        return self.table

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in self._table.columns)

    @cached_property
    def size(self) -> int:
        """Return the number of rows."""
        with self._reading() as connection:
            counted = connection.execute(sa.select(sa.func.count()).select_from(self._table))
            return int(counted.scalar_one())

    def fingerprint(self) -> str:
        """Return which table it is; whether its rows have changed is told by each block."""
        url = self.engine.url.render_as_string(hide_password=True)
        return f"{url} {self.table} {', '.join(column.name for column in self._key)}"

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Return those of the columns that hold texts."""
        return [name for name in columns if self._kind(name) == pl.String]

    def blocks(self, columns: Sequence[str], *, start: Place | None = None) -> Iterator[Block]:
        """Read the blocks after a place, or all."""
        place = start or Place()
        chosen = [self._table.columns[name] for name in columns]
        query = sa.select(*chosen).order_by(*self._key).offset(place.offset or None)
        try:
            with self._reading() as connection:
                streamed = connection.execution_options(yield_per=BLOCK_ROWS).execute(query)
                for rows in streamed.partitions(BLOCK_ROWS):
                    place = _after(place, len(rows))
                    yield self._block(columns, rows, place)
        except SQLAlchemyError as problem:
            raise _unreadable(self.table, problem) from problem

    @cached_property
    def _table(self) -> sa.Table:
        schema, _, name = self.table.rpartition(".")
        try:
            return sa.Table(name, sa.MetaData(), schema=schema or None, autoload_with=self.engine)
        except SQLAlchemyError as problem:
            raise _unreadable(self.table, problem) from problem

    @cached_property
    def _key(self) -> list[sa.Column[Any]]:
        key = list(self._table.primary_key.columns)
        if not key and self.id in self._table.columns:
            key = [self._table.columns[self.id]]
        if not key:
            raise fail(f"{self.table} has no primary key: name a column of unique values by --id.")
        return key

    def _reading(self) -> sa.Connection:
        return self.engine.connect()

    def _kind(self, name: str) -> Any:
        try:
            held = self._table.columns[name].type.python_type
        except NotImplementedError:
            return pl.String
        return next((KINDS[one] for one in held.__mro__ if one in KINDS), pl.String)

    def _block(self, columns: Sequence[str], rows: Sequence[Any], end: Place) -> Block:
        cells = zip(*rows, strict=True)
        return Block(
            number=end.block - 1,
            frame=pl.DataFrame(
                [
                    _series(name, values, self._kind(name))
                    for name, values in zip(columns, cells, strict=True)
                ]
            ),
            lines=np.arange(end.line - len(rows) + 1, end.line + 1, dtype=np.int64),
            end=end,
            digest=hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest(),
        )


def _unreadable(table: str, problem: SQLAlchemyError) -> TableUnreadable:
    return TableUnreadable(path=f"The table {table}", why=_in_a_line(problem))


def _in_a_line(problem: SQLAlchemyError) -> str:
    # The statement and its values stay out: they may be long or personal.
    why = getattr(problem, "orig", None) or problem
    first = next(iter(str(why).splitlines()), "") or type(problem).__name__
    return first.removesuffix(".")


def _series(name: str, values: Sequence[Any], kind: Any) -> pl.Series:
    if kind == pl.Float64:
        values = [float(one) if isinstance(one, Decimal) else one for one in values]
    if kind == pl.String:
        values = [one if one is None else str(one) for one in values]
    try:
        return pl.Series(name, values, dtype=kind)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        # A column of several kinds, as SQLite allows: each cell is read as the text it would be.
        return pl.Series(name, [None if one is None else str(one) for one in values], pl.String)


def _after(place: Place, rows: int) -> Place:
    return Place(block=place.block + 1, offset=place.offset + rows, line=place.line + rows)


class TableResult(ParquetResult):
    """A new table, made and filled in one transaction.

    Parameters
    ----------
    engine
        Of the database.
    table
        Its name; it must not be there yet.
    """

    def __init__(self, engine: sa.Engine, table: str) -> None:
        super().__init__(Path(table))
        self._engine = engine
        self._table = table

    def refuse_if_there(self) -> None:
        """Refuse before any work begins what could only fail in the end."""
        try:
            there = sa.inspect(self._engine).has_table(self._table)
        except SQLAlchemyError as problem:
            raise self._unwritable(problem) from problem
        if there:
            raise fail(f"There is a table {self._table} already; name another one by --into.")

    def assemble(self, directory: Path, blocks: int) -> None:
        """Make the table of the parts."""
        parts = [part_of(directory, number) for number in range(blocks)]
        first = pl.read_parquet_schema(parts[0])
        columns = [sa.Column(name, _sql_kind(kind)) for name, kind in first.items()]
        table = sa.Table(self._table, sa.MetaData(), *columns)
        try:
            with self._engine.begin() as connection:
                table.create(connection)
                for part in parts:
                    if rows := pl.read_parquet(part).to_dicts():
                        connection.execute(sa.insert(table), rows)
        except SQLAlchemyError as problem:
            raise self._unwritable(problem) from problem

    def _unwritable(self, problem: SQLAlchemyError) -> CommandFailed:
        return fail(f"The table {self._table} cannot be written: {_in_a_line(problem)}.")


def _sql_kind(kind: Any) -> Any:
    if kind.is_integer():
        return sa.BigInteger()
    if kind.is_float():
        return sa.Double()
    if kind == pl.Boolean:
        return sa.Boolean()
    if kind == pl.Date:
        return sa.Date()
    return sa.DateTime() if kind == pl.Datetime else sa.Text()
