"""`loanwright replay`: compute decisions again and compare every bit."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import remark, say

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service
    from loanwright.service.decisions.schemas import Replay


def replay(
    decision: Annotated[str | None, typer.Argument(help="Id of a decision.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay every decision.")] = False,
) -> None:
    """Compute decisions again from what was stored; stop with exit code 1 at a difference."""
    from loanwright.cli.opening import open_service, read_settings

    if everything == (decision is not None):
        raise typer.BadParameter("give the id of a decision, or --all")
    with open_service(read_settings()) as service:
        count = erased = 0
        for result in _replays(service, decision):
            if result.erased:
                erased += 1
            elif not result.equal:
                _explain(result)
                raise typer.Exit(1)
            else:
                count += 1
    if erased:
        remark(f"{erased} cannot be replayed: their applicants were erased.")
    say(f"{count} {'decision' if count == 1 else 'decisions'} replayed, every bit equal.")


def _replays(service: "Service", decision: str | None) -> "Iterable[Replay]":
    if decision is None:
        return service.decisions.replay_all()
    return [service.decisions.replay(decision)]


def _explain(result: "Replay") -> None:
    remark(f"{result.decision_id} does not come out the same:")
    for one in result.differences:
        remark(f"  {one.field}: stored {one.stored}, now {one.recomputed} (cause: {one.cause})")
