"""One door to SQLite and PostgreSQL: durable, short transactions, plain rows."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    QueuePool,
    String,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.types import TypeEngine

from loanwright.service.errors import DatabaseUnavailable
from loanwright.service.kit.clock import from_iso, iso
from loanwright.service.kit.patient_connection import IDLE_SECONDS, connector

WRITES = "loanwright_writes"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: a timestamp with time zone in PostgreSQL, ISO 8601 text in SQLite."""

    impl = String(24)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """Return what a moment is in Python."""
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type of the column."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(24))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write the moment."""
        return value if value is None or dialect.name == "postgresql" else iso(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read the moment."""
        return from_iso(value) if isinstance(value, str) else value


_TIMES = {
    "sqlite": text("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now").columns(now=Moment),
    "postgresql": text("SELECT date_trunc('milliseconds', clock_timestamp()) AS now").columns(
        now=Moment
    ),
}


def database_now(connection: Connection) -> datetime:
    """Return the time by the database's clock, which is one for all who ask."""
    now: datetime = connection.execute(_TIMES[connection.dialect.name]).scalar_one()
    return now


class Database:
    """A database and its connections."""

    def __init__(self, url: str, *, pool: int = 5, timeout: float = 5.0) -> None:
        parsed = make_url(url)
        self.name = parsed.get_backend_name()
        if self.name == "sqlite":
            self.engine = _sqlite_engine(url, timeout)
            self._turn: AbstractContextManager[Any] = _Turn(timeout)
        else:
            self.engine = _postgresql_engine(url, pool, timeout)
            self._turn = nullcontext()
        self._writer = self.engine.execution_options(**{WRITES: True})
        # A transaction of SQLite sees one moment anyhow.
        isolation = {} if self.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._still = self.engine.execution_options(**isolation)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open one transaction that may change rows; it is committed when the block ends."""
        with self._turn, _named_failures(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one transaction that only reads."""
        with _named_failures(), self.engine.begin() as connection:
            yield connection

    def connections(self) -> tuple[int, int]:
        """Return how many connections are at work, and how many there may be."""
        pool = self.engine.pool
        return (pool.checkedout(), pool.size()) if isinstance(pool, QueuePool) else (0, 1)

    def probe(self) -> None:
        """Ask the database for an answer, or raise `DatabaseUnavailable`."""
        with self.read() as connection:
            connection.exec_driver_sql("SELECT 1")

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open one transaction that only reads, all of it as at one moment."""
        with _named_failures(), self._still.begin() as connection:
            yield connection

    def copy_into(self, file: Path) -> None:
        """Copy a SQLite database into an empty file, as of one moment, while others use it."""
        with _named_failures(), self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("VACUUM INTO ?", (str(file),))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class _Turn:
    """Lets the threads of this process write one after the other, and none wait for ever."""

    def __init__(self, timeout: float) -> None:
        self._lock = threading.Lock()
        self._timeout = timeout

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._timeout):
            raise DatabaseUnavailable(why="another writer is at work")

    def __exit__(self, *_failure: object) -> None:
        self._lock.release()


@contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as failure:
        raise DatabaseUnavailable(why=_why(failure)) from failure
    except PoolTimeout as failure:
        raise DatabaseUnavailable(why="every connection is in use") from failure


def _why(failure: DBAPIError) -> str:
    # SQLite names the table or the lock; PostgreSQL's text may quote what was sent.
    plain = isinstance(failure.orig, sqlite3.Error)
    return str(failure.orig) if plain else type(failure.orig).__name__


def _postgresql_engine(url: str, pool: int, timeout: float) -> Engine:
    milliseconds = round(timeout * 1000)
    limits = (
        f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds} "
        f"-c idle_in_transaction_session_timeout={IDLE_SECONDS * 1000}"
    )
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=timeout,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        # Values in an error message are personal data.
        hide_parameters=True,
        connect_args={"connect_timeout": max(1, round(timeout)), "options": limits},
    )
    event.listen(engine, "do_connect", connector(timeout))
    return engine


def _sqlite_engine(url: str, timeout: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": timeout}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would otherwise open transactions by itself, late, and only for some statements.
    connection.isolation_level = None
    # No WAL: SQLite before 3.51.3 can corrupt it when it is reset.
    for pragma in (
        "journal_mode = TRUNCATE",
        "synchronous = FULL",
        "foreign_keys = ON",
        # What is overwritten or deleted, keys of persons among it, is not left in the file.
        "secure_delete = ON",
        "mmap_size = 0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: upgrading a reader's lock later can fail half-way.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
