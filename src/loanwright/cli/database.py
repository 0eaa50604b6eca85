"""`loanwright db`: the tables of the database, and a copy of it."""

from pathlib import Path
from typing import Annotated

import typer

from loanwright.cli.console import say

app = typer.Typer(no_args_is_help=True, help="Move the tables of the database, or copy it.")


@app.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="Revision to reach.")] = "head",
) -> None:
    """Move the tables forward to what this version needs."""
    _move(revision, forward=True)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Revision to go back to; base: no tables.")],
) -> None:
    """Move the tables back; what the dropped tables held is lost."""
    _move(revision, forward=False)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes; it must not be there yet.")],
) -> None:
    """Copy a SQLite database while it is used; PostgreSQL has pg_dump for that.

    The copy is readable by its owner alone. What is personal in it is sealed: without the master
    key, which is not in it, nobody can read that.
    """
    from loanwright.cli.failures import fail
    from loanwright.cli.opening import read_settings
    from loanwright.service.ground import open_database

    if file.exists():
        raise fail(f"There is a file {file} already.")
    opened = open_database(read_settings())
    try:
        if opened.name != "sqlite":
            raise fail("This database is PostgreSQL: copy it with pg_dump --format=custom.")
        file.touch(mode=0o600)
        opened.copy_into(file)
    finally:
        opened.close()
    say(f"Copied to {file}.")


def _move(revision: str, *, forward: bool) -> None:
    from alembic.util import CommandError

    from loanwright.cli.failures import fail
    from loanwright.service.ground import open_database, open_vault
    from loanwright.service.kit.clock import SystemClock
    from loanwright.service.migrations import steps
    from loanwright.service.settings import Settings

    settings = Settings()
    opened, vault = open_database(settings), open_vault(settings, SystemClock())
    try:
        (steps.upgrade if forward else steps.downgrade)(opened, revision, vault=vault)
        say(f"The tables are at {steps.current_revision(opened) or 'base'}.")
    except CommandError as problem:
        raise fail(f"{problem}.") from problem
    finally:
        opened.close()
