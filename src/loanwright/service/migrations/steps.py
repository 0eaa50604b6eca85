"""Moves the tables of a database forward and back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from loanwright.service.kit.database import Database
from loanwright.service.privacy.vault import Vault

DIRECTORY = Path(__file__).parent
ADVISORY_LOCK = 7_305_804_402


def upgrade(database: Database, revision: str = "head", *, vault: Vault | None = None) -> None:
    """Move the tables forward to the revision; rows that have to be sealed need the vault."""
    with database.write() as connection:
        command.upgrade(_configuration(connection, vault), revision)


def downgrade(database: Database, revision: str, *, vault: Vault | None = None) -> None:
    """Move the tables back to the revision; `base` is an empty database."""
    with database.write() as connection:
        command.downgrade(_configuration(connection, vault), revision)


def current_revision(database: Database) -> str | None:
    """Return the revision the tables are at, or None where there are none."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Return the revision this code needs."""
    return ScriptDirectory(str(DIRECTORY)).get_current_head()


def _configuration(connection: Connection, vault: Vault | None) -> Config:
    if connection.dialect.name == "postgresql":
        # Two processes may start at once; a step may take longer than a statement of the service.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
    configuration = Config()
    configuration.set_main_option("script_location", str(DIRECTORY))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    configuration.attributes["vault"] = vault
    return configuration
