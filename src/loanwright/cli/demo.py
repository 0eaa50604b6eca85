"""`loanwright demo`: the demo bank, trained, seeded and served."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import progress, remark, say

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service
    from loanwright.service.settings import Settings

DEMO_KEY = "demo key"
PASSWORD_BYTES = 18


def demo(
    prepare_only: Annotated[
        bool, typer.Option("--prepare-only", help="Train and seed, but do not serve.")
    ] = False,
) -> None:
    """Serve the demo bank: real open data, trained on this machine at the first start."""
    from loanwright.cli.opening import open_service, read_settings, take_in

    settings = read_settings()
    train_missing(settings)
    with open_service(settings) as service:
        from loanwright.cli.seeding import seed
        from loanwright.cli.serving import serve_until_stopped

        take_in(service)
        password = demo_password(settings.var_dir / "demo.password")
        seed(service, password)
        token = demo_key(service, settings.var_dir / "demo.key")
        if prepare_only:
            say("The demo bank is ready: loanwright demo serves it.")
            return
        serve_until_stopped(service, ready=lambda address: announce(address, token, password))


def train_missing(settings: "Settings") -> None:
    """Train the bundled products whose packages are not there."""
    from loanwright.cli.opening import list_packages, made_for
    from loanwright.cli.train import open_product, read_sample, train_product
    from loanwright.features.product import bundled_products

    for name in bundled_products():
        product = open_product(name)
        there = [
            any(
                made_for(path, product)
                for path in list_packages(settings.models_dir, name, segment.name, segment.champion)
            )
            for segment in product.segments.values()
        ]
        if all(there):
            continue
        with progress(f"Training {name}") as advance:
            table = read_sample(name, None)
            train_product(product, table, settings.models_dir, seed=0, advance=advance)


def demo_key(service: "Service", path: Path) -> str:
    """Return the key of the demo, which only its owner can read; make it on the first start."""
    from loanwright.service.users.keys import KeyRefused

    try:
        token = path.read_text(encoding="ascii").strip()
        service.keys.verify(token)
    except (FileNotFoundError, KeyRefused):
        _, token = service.keys.create(DEMO_KEY)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(token, encoding="ascii")
    return token


def demo_password(path: Path) -> str:
    """Return the password of everybody in the demo; make it on the first start."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(PASSWORD_BYTES), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def announce(address: str, token: str, password: str) -> None:
    """Print where the demo is and how to call it."""
    from loanwright.cli.seeding import example_body

    say()
    say(f"  Apply for the demo card    {address}/apply/credit-card")
    say(f"  API documentation          {address}/docs")
    say(f"  API key                    {token}")
    say("  Password of admin1, manager1, underwriter1, analyst1, borrower1 … @demo.example:")
    say(f"                             {password}")
    say()
    say("  A decision over the API:")
    say(f"    curl -s {address}/v1/applications \\")
    say(f"      -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\")
    say(f"      -d '{example_body()}'")
    say()
    remark("Stop with Ctrl+C.")
