"""`loanwright webhook`: who is told of changes, and whether they hear."""

from typing import Annotated

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import fail

app = typer.Typer(no_args_is_help=True, help="Add and list webhooks, and send anew.")


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="https://… that is to be told.")],
    event: Annotated[
        list[str] | None, typer.Option(help="Event such as decision.made; default: every one.")
    ] = None,
) -> None:
    """Add a webhook and print its secret, once."""
    from loanwright.cli.opening import COMMAND_LINE, open_service, read_settings
    from loanwright.service.audit.schemas import Actor

    with open_service(read_settings()) as service:
        actor = Actor(id=COMMAND_LINE)
        webhook, secret = service.webhooks.add(actor, url=url, events=event or ["*"])
    remark(f"Webhook {webhook.id} for {url}. Its secret is shown once:")
    say(secret)


@app.command("list")
def list_webhooks() -> None:
    """Print every webhook."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        found = service.webhooks.list_webhooks()
    rows = [(one.id, one.state, " ".join(sorted(one.events)), one.url) for one in found]
    show_table(("id", "state", "events", "url"), rows)


@app.command()
def deliveries(
    state: Annotated[
        str | None, typer.Option(help="waiting, delivered or dead; default: all.")
    ] = None,
    most: Annotated[int, typer.Option(help="How many.", min=1, max=1000)] = 50,
) -> None:
    """Print the latest deliveries."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.webhooks.schemas import DeliveryState

    if state is not None and state not in list(DeliveryState):
        raise fail(f"There is no state {state}; write one of {', '.join(DeliveryState)}.")
    wanted = None if state is None else DeliveryState(state)
    with open_service(read_settings()) as service:
        found = service.webhooks.list_deliveries(wanted, most=most)
    show_table(
        ("id", "webhook", "event", "state", "attempts", "answer"),
        [
            (
                one.id,
                one.webhook_id,
                one.event,
                one.state,
                one.attempts,
                one.problem or one.answer_status,
            )
            for one in found
        ],
    )


@app.command()
def redeliver(
    delivery: Annotated[list[str] | None, typer.Argument(help="Ids of deliveries.")] = None,
    every: Annotated[bool, typer.Option("--dead", help="Every one that was given up.")] = False,
) -> None:
    """Send once more what was delivered or given up."""
    from loanwright.cli.opening import COMMAND_LINE, open_service, read_settings
    from loanwright.service.audit.schemas import Actor
    from loanwright.service.webhooks.schemas import DeliveryState

    if not delivery and not every:
        raise fail("Name deliveries, or write --dead.")
    with open_service(read_settings()) as service:
        if every:
            dead = service.webhooks.list_deliveries(DeliveryState.DEAD, most=1_000)
        else:
            dead = [service.webhooks.get_delivery(one) for one in delivery or ()]
        for one in dead:
            service.webhooks.redeliver(Actor(id=COMMAND_LINE), one.webhook_id, one.id)
    say(f"{len(dead)} deliveries are sent anew.")
