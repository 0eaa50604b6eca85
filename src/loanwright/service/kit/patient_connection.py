"""A connection to PostgreSQL that gives up: no statement is waited for without end.

The server's own limits end a slow statement. They do not help where the network swallows what is
sent, or where the other end has gone without saying so: there only the one who waits can stop.
"""

import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen

#: The server's limit should be the one that is met, as long as the server can be reached.
GRACE_SECONDS = 0.5
#: How long a transaction may stand open with nothing asked; then the server frees its locks.
IDLE_SECONDS = 60


class ServerSilent(OperationalError):
    """The server said nothing for too long; the connection is closed."""


class PatientConnection(Connection[Any]):
    """Waits for each answer, but not for ever."""

    patience: float | None = None

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer; close the connection when it takes too long."""
        asked = timeout is not None
        try:
            return super().wait(gen, interval, timeout if asked else self.patience)
        except OperationalError as failure:
            if asked or type(failure).__name__ != "_WaitTimeout":
                raise
            self.pgconn.finish()
            raise ServerSilent("the server did not answer") from None


def connector(timeout: float) -> Callable[..., PatientConnection]:
    """Return what opens such connections, as SQLAlchemy's event asks for it."""
    return partial(_connect, timeout + GRACE_SECONDS)


def _connect(
    patience: float, _dialect: object, _record: object, arguments: Any, options: Any
) -> PatientConnection:
    try:
        connection = PatientConnection.connect(*arguments, **options)
    except OperationalError as failure:
        _let_go(failure)
        raise
    connection.patience = patience
    return connection


def _let_go(failure: BaseException) -> None:
    """Free what a failed attempt holds: a half-made connection would stay open at the server."""
    one: BaseException | None = failure
    while one is not None:
        traceback.clear_frames(one.__traceback__)
        one = one.__context__
