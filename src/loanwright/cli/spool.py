"""`loanwright spool`: what was answered while the database was away."""

import typer

from loanwright.cli.console import say, show_table
from loanwright.cli.failures import fail

app = typer.Typer(
    no_args_is_help=True, help="Look at what was answered without the database, and decide it."
)


@app.command("list")
def list_entries() -> None:
    """Print what waits to be decided, and what was set aside; needs no database."""
    from loanwright.cli.opening import read_settings
    from loanwright.service.bootstrap import open_spool
    from loanwright.service.kit.clock import SystemClock

    settings = read_settings()
    spool = open_spool(settings, SystemClock())
    rows = [
        (page.name, one.id, f"{one.at:%Y-%m-%d %H:%M:%S}", one.caller_id, "waits")
        for page in spool.pages()
        for one in page.entries
    ]
    rows += [(page.name, "", "", "", "broken") for page in spool.pages() for _ in page.broken]
    aside = [*settings.spool_dir.glob("*.refused"), *settings.spool_dir.glob("*.broken")]
    rows += [(path.name, "", "", "", "set aside") for path in sorted(aside)]
    show_table(("file", "id", "at", "caller", "state"), rows)


@app.command()
def replay() -> None:
    """Decide what waits, each application once; a running service does so by itself."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings(spool=True)) as service:
        if service.away is None:
            raise fail("There is no spool.")
        found = service.away.replay()
    say(f"{found.decided} decided, {found.refused} refused, {found.broken} unreadable.")
    if found.refused or found.broken:
        raise typer.Exit(1)
