"""`loanwright demo`: the demo bank, trained, seeded and served."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import progress, remark, say

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.lending.lender import LenderProduct
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

    settings = with_demo_lenders(read_settings())
    train_missing(settings)
    train_lenders(settings)
    live_past(settings)
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


def live_past(settings: "Settings") -> None:
    """Let a new demo bank live through the last months, by a clock that was set back."""
    from loanwright.cli.opening import open_service, take_in
    from loanwright.cli.seeded_history import beginning
    from loanwright.cli.seeding import seed_past
    from loanwright.service.kit.clock import SetClock, SystemClock

    with open_service(settings) as service:
        if service.registry.list_live() or service.decisions.count():
            return
    clock = SetClock(beginning(SystemClock().now()))
    with open_service(settings, clock=clock) as service:
        take_in(service)
        seed_past(service, clock, demo_password(settings.var_dir / "demo.password"))


def with_demo_lenders(settings: "Settings") -> "Settings":
    """Return the settings with the demo's five lenders and their names, unless they have others."""
    from loanwright.lending.reading import bundled_lenders, bundled_names

    if settings.lenders_dir is not None:
        return settings
    names = settings.lender_file or bundled_names()
    return settings.model_copy(update={"lenders_dir": bundled_lenders(), "lender_file": names})


def train_lenders(settings: "Settings") -> None:
    """Train the models that lenders have of their own, on the data of the base product."""
    from loanwright.service.ground import read_offered

    _, lenders = read_offered(settings)
    for lent in (lent for lender in lenders for lent in lender.products if lent.own_model):
        missing = [] if lent.model else _untrained(settings.models_dir, lent.product)
        if missing:
            _train_lender(settings.models_dir, lent, missing)


def _untrained(models_dir: Path, product: "Product") -> list[tuple[str, str]]:
    """Return the segments without a package that was made with this very file."""
    from loanwright.cli.opening import list_packages, made_for

    return [
        (one.name, one.champion)
        for one in product.segments.values()
        if not any(
            made_for(path, product)
            for path in list_packages(models_dir, product.name, one.name, one.champion)
        )
    ]


def _train_lender(models_dir: Path, lent: "LenderProduct", missing: list[tuple[str, str]]) -> None:
    from loanwright.cli.train import bundled_sample
    from loanwright.training import train

    with progress(f"Training {lent.product.name}") as advance:
        table = bundled_sample(lent.base)
        train(lent.product, table, models_dir=models_dir, seed=0, only=missing, progress=advance)


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
