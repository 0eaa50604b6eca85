"""`loanwright jobs`: what was accepted for later, and what became of it."""

import json
from typing import Annotated

import typer

from loanwright.cli.console import say, show_table
from loanwright.cli.failures import fail

app = typer.Typer(no_args_is_help=True, help="List jobs, and drive failed ones anew.")


@app.command("list")
def list_jobs(
    state: Annotated[
        str | None, typer.Option(help="queued, running, done or failed; default: all.")
    ] = None,
    most: Annotated[int, typer.Option(help="How many.", min=1, max=1000)] = 50,
) -> None:
    """Print the latest jobs."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.jobs.schemas import State

    if state is not None and state not in list(State):
        raise fail(f"There is no state {state}; write one of {', '.join(State)}.")
    with open_service(read_settings()) as service:
        found = service.jobs.list_jobs(None if state is None else State(state), most=most)
    show_table(
        ("id", "kind", "state", "attempts", "created", "problem"),
        [
            (
                one.id,
                one.kind,
                one.state,
                one.attempts,
                f"{one.created_at:%Y-%m-%d %H:%M:%S}",
                _in_words(one.problem),
            )
            for one in found
        ],
    )


def _in_words(problem: str | None) -> str:
    if problem is None:
        return ""
    told = json.loads(problem)
    return f"{told['code']}: {told['detail']}"


@app.command()
def redrive(
    job: Annotated[list[str] | None, typer.Argument(help="Ids of failed jobs.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every failed job.")] = False,
) -> None:
    """Let failed jobs begin anew."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.jobs.schemas import State

    if not job and not every:
        raise fail("Name jobs, or write --all.")
    with open_service(read_settings()) as service:
        failed = service.jobs.list_jobs(State.FAILED, most=1000) if every else []
        driven = [service.jobs.redrive(one) for one in job or [one.id for one in failed]]
    say(f"{len(driven)} jobs begin anew.")
