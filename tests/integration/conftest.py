"""Fixtures of the tests that need a database; see `tests/conftest.py` for the databases."""

from collections.abc import Iterator

import pytest

from loanwright.service.kit.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a database with all tables and no rows, on SQLite and on PostgreSQL."""
    database = Database(database_url)
    yield database
    database.close()
