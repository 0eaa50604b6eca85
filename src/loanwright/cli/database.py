"""`loanwright db`: the tables of the database."""

from typing import Annotated

import typer

from loanwright.cli.console import say

app = typer.Typer(no_args_is_help=True, help="Move the tables of the database.")


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


def _move(revision: str, *, forward: bool) -> None:
    from alembic.util import CommandError

    from loanwright.cli.failures import fail
    from loanwright.service.bootstrap import open_database
    from loanwright.service.migrations import steps
    from loanwright.service.settings import Settings

    opened = open_database(Settings())
    try:
        (steps.upgrade if forward else steps.downgrade)(opened, revision)
        say(f"The tables are at {steps.current_revision(opened) or 'base'}.")
    except CommandError as problem:
        raise fail(f"{problem}.") from problem
    finally:
        opened.close()
