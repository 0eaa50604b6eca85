"""`loanwright replay`: compute decisions again and compare every bit."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.cli.console import remark, say, show_table

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service
    from loanwright.service.decisions.schemas import Replay
    from loanwright.service.differences.schemas import Came, Comparison

LIVE = "live"
NAMES = ("severity", "score", "probability_of_default")


def replay(
    decision: Annotated[str | None, typer.Argument(help="Id of a decision.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay every decision.")] = False,
    under_policy: Annotated[
        str | None, typer.Option(help="Decide it again by a file, a hash, a draft, or live.")
    ] = None,
    under_model: Annotated[
        str | None, typer.Option(help="Assess it again by a model's hash, or live.")
    ] = None,
    with_data: Annotated[
        str, typer.Option(help="then, or today: what is known of the applicant now.")
    ] = "then",
) -> None:
    """Compute decisions again from what was stored; stop with exit code 1 at a difference.

    With another policy, model or data: say what of the changed outcome is due to which of them.
    """
    from loanwright.cli.opening import open_service, read_settings

    if everything == (decision is not None):
        raise typer.BadParameter("give the id of a decision, or --all")
    if with_data not in ("then", "today"):
        raise typer.BadParameter("--with-data is then or today")
    if under_policy is not None or under_model is not None or with_data == "today":
        if decision is None:
            raise typer.BadParameter("compare one decision at a time: give its id")
        _compare(decision, under_policy, under_model, today=with_data == "today")
        return
    with open_service(read_settings()) as service:
        _replay(service, decision)


def _replay(service: "Service", decision: str | None) -> None:
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


def _compare(decision: str, policy: str | None, model: str | None, *, today: bool) -> None:
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.cli.policies import find_policy
    from loanwright.service.users.schemas import SCOPES, Principal

    named = None if policy in (None, LIVE) else find_policy(str(policy)).policy
    person = Principal(id="command line", kind="key", permissions=frozenset(SCOPES))
    with open_service(read_settings()) as service:
        found = service.differences.compare(
            person, decision, policy=named or policy, model=model, today=today
        )
    _show_comparison(found)


def _show_comparison(found: "Comparison") -> None:
    then, told = found.then, found.document()
    say(f"Then: {_came(then)}.")
    for step in found.steps:
        say(f"With the {step.cause} of now: {_came(step.after)}.")
    if found.then.outcome == found.now.outcome:
        say("The outcome is the same.")
    if told["interaction"]:
        say("The causes act on each other: in another order each would have another share.")
    rows = [
        (share["cause"], *[_share(told, name, place) for name in NAMES])
        for place, share in enumerate(told["shares"]["score"])
    ]
    show_table(("cause, mean of all orders", "severity", "score", "PD"), rows)


def _share(told: "Mapping[str, Any]", name: str, place: int) -> str:
    return f"{told['shares'][name][place]['evenly']:+.4g}"


def _came(came: "Came") -> str:
    risk = f"probability of default {came.probability_of_default:.2%}"
    return f"{came.outcome}, score {came.score} ({came.grade}), {risk}"


def _replays(service: "Service", decision: str | None) -> "Iterable[Replay]":
    if decision is None:
        return service.decisions.replay_all()
    return [service.decisions.replay(decision)]


def _explain(result: "Replay") -> None:
    remark(f"{result.decision_id} does not come out the same:")
    for one in result.differences:
        remark(f"  {one.field}: stored {one.stored}, now {one.recomputed} (cause: {one.cause})")
