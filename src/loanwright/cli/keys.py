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
        list[str] | None,
        typer.Option(help="What it may do; repeat it. Default: send, read, replay."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Days until it expires; by default as set.", min=1)
    ] = None,
) -> None:
    """Make a key and print it, once."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.users.permissions import EVERYDAY

    with open_service(read_settings()) as service:
        expires_at = service.clock.now() + timedelta(days=days) if days else None
        key, token = service.keys.create(name, scope or EVERYDAY, expires_at=expires_at)
    remark(f"Key {key.id} for {name}. It is shown once and kept only as a hash:")
    say(token)


@app.command("list")
def list_keys() -> None:
    """Print every key, without its secret."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        keys = service.keys.list_keys()
    show_table(
        ("id", "name", "created", "expires", "revoked", "used", "scopes"),
        [
            (
                key.id,
                key.name,
                *(
                    f"{moment:%Y-%m-%d %H:%M}" if moment else None
                    for moment in (
                        key.created_at,
                        key.expires_at,
                        key.revoked_at,
                        key.last_used_at,
                    )
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


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(help="Id of the key.")],
    hours: Annotated[
        int, typer.Option(help="Hours for which the token before is good yet.", min=0, max=168)
    ] = 24,
) -> None:
    """Give a key a new token and print it, once."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        key, token = service.keys.rotate(key_id, grace=timedelta(hours=hours))
    remark(f"Key {key.id} for {key.name}. The token before is good until {key.previous_until}:")
    say(token)
