"""Fixtures for all tests.

Databases
---------
``empty_postgresql``
    URL of an empty PostgreSQL database, made for this test session and dropped after it.
``database_url``
    URL of a database with all tables and no rows; every test that asks for it runs twice, once on
    SQLite (a file of its own) and once on PostgreSQL (the session's database, emptied).
``rabbitmq_url``
    URL of a RabbitMQ server.

Models
------
``trained_models``
    Directory of packages of the bundled credit card, really trained, once per session, on a part
    of the data: scorecards for `new` and `existing`, and LightGBM for `existing`.

Where no server answers, the tests that need it are skipped with a line that says so; with
``CI=true`` they fail. ``LOANWRIGHT_TEST_POSTGRES_URL`` and ``LOANWRIGHT_TEST_RABBITMQ_URL`` name
other servers.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.servers import RABBITMQ, fresh_postgresql_database, server_url

from loanwright.features.product import bundled_product
from loanwright.service.kit.database import Database
from loanwright.service.migrations.steps import upgrade

DATABASES = ("sqlite", "postgresql")
TRAINED_ROWS = 3_000
TRAINED = (("new", "scorecard"), ("existing", "scorecard"), ("existing", "lightgbm"))


@pytest.fixture(scope="session")
def empty_postgresql() -> Iterator[str]:
    """Return the URL of an empty PostgreSQL database."""
    with fresh_postgresql_database() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgresql() -> Iterator[str]:
    """Return the URL of the session's PostgreSQL database with all tables."""
    with fresh_postgresql_database() as url:
        database = Database(url)
        upgrade(database)
        database.close()
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file with all tables, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    database.close()
    return file


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database with all tables and no rows: SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "loanwright.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        return f"sqlite:///{file}"
    url: str = request.getfixturevalue("migrated_postgresql")
    _empty(url)
    return url


@pytest.fixture(scope="session")
def trained_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory of really trained packages; copy it before changing anything in it."""
    from loanwright.datasets.bundled import load_dataset
    from loanwright.training import train

    directory = tmp_path_factory.mktemp("models")
    table = load_dataset("credit-card").head(TRAINED_ROWS)
    train(bundled_product("credit-card"), table, models_dir=directory, only=TRAINED)
    return directory


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """Return the URL of a RabbitMQ server."""
    return server_url(RABBITMQ)


def _empty(url: str) -> None:
    database = Database(url)
    with database.write() as connection:
        tables = connection.execute(
            text(
                "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables "
                "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
        ).scalar_one()
        # What only grows is guarded by triggers; a superuser can look past them.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    database.close()
