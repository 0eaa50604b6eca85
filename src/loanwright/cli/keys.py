"""`loanwright key`: API keys for machine calls."""

from datetime import timedelta
from typing import Annotated

import typer

from loanwright.cli.console import remark, say, show_table

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use it.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; repeat it. Default: everything.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Days until it expires.", min=1)] = None,
) -> None:
    """Make a key and print it, once."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        expires_at = service.clock.now() + timedelta(days=days) if days else None
        chosen = {"scopes": scope} if scope else {}
        key, token = service.keys.create(name, expires_at=expires_at, **chosen)
    remark(f"Key {key.id} for {name}. It is shown once and kept only as a hash:")
    say(token)


@app.command("list")
def list_keys() -> None:
    """Print every key, without its secret."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        keys = service.keys.list_keys()
    show_table(
        ("id", "name", "created", "expires", "revoked", "scopes"),
        [
            (
                key.id,
                key.name,
                *(
                    f"{moment:%Y-%m-%d %H:%M}" if moment else None
                    for moment in (key.created_at, key.expires_at, key.revoked_at)
                ),
                " ".join(sorted(key.scopes)),
            )
            for key in keys
        ],
    )


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="Id of the key.")]) -> None:
    """End the life of a key."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        key = service.keys.revoke(key_id)
    say(f"Key {key.id} ({key.name}) is revoked.")
