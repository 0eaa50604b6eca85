"""What the owner of a database can do: look past the triggers that guard what only grows."""

from sqlalchemy import text


def unguard(connection):
    """Let this transaction of PostgreSQL, or this file of SQLite, be changed at will."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for name in list(names.scalars()):
        connection.execute(text(f"DROP TRIGGER {name}"))
