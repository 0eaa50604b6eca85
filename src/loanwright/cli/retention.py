"""`loanwright retention`: how long persons are kept, and what is held."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from loanwright.cli.console import remark, say, show_table

app = typer.Typer(no_args_is_help=True, help="Keep persons as long as must be, and no longer.")
DAY = "%Y-%m-%d"


@app.command()
def run(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
) -> None:
    """Erase whoever need not be kept any more; workers do it by themselves every six hours."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        retention = service.retention
        tally = retention.rehearse() if dry_run else retention.run()
    for applicant_id in tally.erased:
        remark(f"  {applicant_id}")
    said = "would be erased" if dry_run else "erased"
    say(f"{tally.looked_at} persons: {len(tally.erased)} {said}, {tally.held} held.")


@app.command()
def hold(
    person: Annotated[str, typer.Argument(help="Id of the applicant, or their document number.")],
    reason: Annotated[str, typer.Option(help="Why, for the record; it must not name the person.")],
    until: Annotated[
        datetime | None, typer.Option(formats=[DAY], help="Day on which it ends by itself.")
    ] = None,
) -> None:
    """Keep what is known of a person, whatever the rules say."""
    from loanwright.cli.erase import find_person
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.users.schemas import COMMAND_LINE

    with open_service(read_settings()) as service:
        placed = service.erasure.hold(
            COMMAND_LINE,
            find_person(service, person),
            reason=reason,
            until=None if until is None else until.replace(tzinfo=UTC),
        )
    say(f"{placed.id} holds {placed.applicant_id}.")


@app.command()
def release(hold: Annotated[str, typer.Argument(help="Id of a hold.")]) -> None:
    """End a hold."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.users.schemas import COMMAND_LINE

    with open_service(read_settings()) as service:
        released = service.erasure.release(COMMAND_LINE, hold)
    say(f"{released.id} holds {released.applicant_id} no more.")


@app.command("list")
def list_kept() -> None:
    """Print the holds in force, and the requests for erasure that wait."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        holds = [one for one in service.erasure.list_holds() if one.released_at is None]
        waiting = service.erasure.list_requests()
    show_table(
        ("hold", "person", "placed", "until", "reason"),
        [
            (one.id, one.applicant_id, _day(one.placed_at), _day(one.until), one.reason)
            for one in holds
        ],
    )
    show_table(
        ("request", "person", "asked", "due", "possible from", "blocked by"),
        [
            (
                one.id,
                one.applicant_id,
                _day(one.requested_at),
                _day(one.due_at),
                _day(one.possible_from),
                ", ".join(block.code for block in one.blocks),
            )
            for one in waiting
        ],
    )


@app.command()
def rules() -> None:
    """Print the rules of the jurisdictions in the settings."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        found = service.erasure.rules
    if not found:
        say("No rule keeps anybody: the setting jurisdictions names none.")
        return
    show_table(
        ("rule", "after", "months", "in force from", "to", "source", "text read"),
        [
            (
                one.code,
                one.after,
                one.months,
                f"{one.since}",
                "" if one.until is None else f"{one.until}",
                one.source,
                "yes" if one.read else "no",
            )
            for one in found
        ],
    )


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"
