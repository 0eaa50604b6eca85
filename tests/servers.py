"""The servers that some tests need: found, skipped with a line that says so, or a failure in CI."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

POSTGRESQL = "LOANWRIGHT_TEST_POSTGRES_URL"
RABBITMQ = "LOANWRIGHT_TEST_RABBITMQ_URL"
DEFAULTS = {
    POSTGRESQL: "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    RABBITMQ: "amqp://guest:guest@127.0.0.1:5672/",
}
PORTS = {POSTGRESQL: 5432, RABBITMQ: 5672}


def server_url(name: str) -> str:
    """Return the address of a server that answers; otherwise skip, or fail where CI=true."""
    url = os.environ.get(name, DEFAULTS[name])
    parsed = make_url(url)
    host, port = parsed.host or "127.0.0.1", parsed.port or PORTS[name]
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError as problem:
        line = f"no server answers at {host}:{port} ({problem}); set {name} to test against one"
        if os.environ.get("CI") == "true":
            pytest.fail(line, pytrace=False)
        pytest.skip(line)
    return url


@contextmanager
def fresh_postgresql_database() -> Iterator[str]:
    """Make an empty database of our own, and drop it in the end."""
    url = make_url(server_url(POSTGRESQL))
    name = f"loanwright_test_{os.getpid()}_{secrets.token_hex(4)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    _run(engine, f"CREATE DATABASE {name}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        _run(engine, f"DROP DATABASE {name} WITH (FORCE)")
        engine.dispose()


def _run(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))
