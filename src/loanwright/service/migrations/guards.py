"""Triggers that keep rows from being changed: a slip or a stolen password cannot rewrite them.

A superuser can take the triggers away; what is changed then, `loanwright audit verify` finds.
"""

from typing import Any, Final

FUNCTION: Final = "loanwright_append_only"
#: Rows of these tables may go when their time to be kept is over, and never change.
PASSING: Final = ("decisions", "applications")
#: Rows of these tables stay as they are.
STAYING: Final = (
    "audit_entries",
    "audit_seals",
    "models",
    "model_transitions",
    "policy_versions",
)
PASSED: Final = "EXISTS (SELECT 1 FROM retention_passes)"


def create_function(op: Any) -> None:
    """Create what the triggers of PostgreSQL call."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' AND TG_NARGS = 1 AND {PASSED} THEN RETURN OLD; END IF; "
            "RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
        )


def drop_function(op: Any) -> None:
    """Drop what the triggers of PostgreSQL call."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {FUNCTION}()")


def guard(op: Any, table: str) -> None:
    """Let the rows of a table be added, and not be changed."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for what in ("UPDATE", "DELETE"):
        allowed = what == "DELETE" and table in PASSING
        op.execute((_postgresql if postgresql else _sqlite)(table, what, allowed))
    if postgresql:
        op.execute(
            f"CREATE TRIGGER guard_{table}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
        )


def unguard(op: Any, table: str) -> None:
    """Take the triggers of a table away, for a step that has to rewrite its rows."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for what in ("update", "delete", "truncate") if postgresql else ("update", "delete"):
        place = f" ON {table}" if postgresql else ""
        op.execute(f"DROP TRIGGER IF EXISTS guard_{table}_{what}{place}")


def _postgresql(table: str, what: str, passing: bool) -> str:
    argument = "'passing'" if passing else ""
    return (
        f"CREATE TRIGGER guard_{table}_{what.lower()} BEFORE {what} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}({argument})"
    )


def _sqlite(table: str, what: str, passing: bool) -> str:
    condition = f"WHEN NOT {PASSED} " if passing else ""
    return (
        f"CREATE TRIGGER guard_{table}_{what.lower()} BEFORE {what} ON {table} {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
    )
