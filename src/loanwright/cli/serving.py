"""`loanwright serve`: the service in front of applicants and machines."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.cli.console import remark, say
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.service.bootstrap import Service

FIRST_KEY = "first key"


def serve(
    product: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="Product file to serve; repeat it. Its models are trained."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)] = None,
) -> None:
    """Serve products: the pages, the API and its documentation.

    Moves the database forward, takes in the packages that were trained, publishes policies and
    promotes the champions that the product files name. On the first start it prints an API key.
    """
    from loanwright.cli.opening import open_service, read_settings, take_in

    files = [path.resolve() for path in product or []]
    with open_service(read_settings(**_given(files, host, port))) as service:
        chosen = _named(service, files)
        take_in(service, chosen)
        refuse_empty(service, chosen)
        serve_until_stopped(service, ready=lambda address: announce(service, address))


def serve_until_stopped(service: "Service", *, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl+C or a signal; what is open is answered first."""
    from loanwright.service.serve import serve as run

    with suppress(KeyboardInterrupt):
        run(service, ready=ready)


def _given(files: list[Path], host: str | None, port: int | None) -> dict[str, Any]:
    given = {"host": host, "port": port, "products": tuple(files) or None}
    # Whoever names product files wants these served, not the demo bank's beside them.
    given["bundled_products"] = False if files else None
    return {name: value for name, value in given.items() if value is not None}


def _named(service: "Service", files: list[Path]) -> "list[str]":
    texts = {path.read_text(encoding="utf-8") for path in files if path.is_file()}
    chosen: list[Product] = [one for one in service.products.values() if one.text in texts]
    return [one.name for one in chosen]


def refuse_empty(service: "Service", chosen: "list[str]") -> None:
    """Refuse to start when nothing could be decided; remark on what cannot."""
    from loanwright.cli.opening import list_undecidable

    missing = list_undecidable(service)
    wanted = [one for one in missing if one.split()[0] in chosen]
    if wanted or not service.registry.list_live():
        raise fail(
            f"No trained model decides {', '.join(wanted or missing)}. Train it first: "
            "loanwright train PRODUCT SAMPLE"
        )
    for one in missing:
        remark(f"No trained model decides {one} yet; its applications are answered with 503.")


def announce(service: "Service", address: str) -> None:
    """Print where the service is and, on the first start, a key."""
    say(f"Loanwright serves {', '.join(service.products)} on {address}")
    say(f"API documentation: {address}/docs")
    if service.keys.list_keys():
        say("Another API key: loanwright key create NAME")
        return
    key, token = service.keys.create(FIRST_KEY)
    say(f"API key (shown once, {key.id}): {token}")
