"""Opens the service for a command, and takes in what has been trained."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from loanwright.cli.console import remark
from loanwright.cli.failures import fail
from loanwright.features.product import load_product

if TYPE_CHECKING:
    from loanwright.decisioning.policy import Policy
    from loanwright.features.product import Product
    from loanwright.service.bootstrap import Service
    from loanwright.service.kit.clock import Clock
    from loanwright.service.settings import Settings

COMMAND_LINE = "command line"


def read_settings(**given: object) -> "Settings":
    """Read the settings; a wrong one is named in a sentence."""
    from pydantic import ValidationError

    from loanwright.service.settings import Settings

    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as problem:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problem.errors()]
        raise fail(f"The settings cannot be used: {'; '.join(wrong)}") from problem


@contextmanager
def open_service(settings: "Settings", *, clock: "Clock | None" = None) -> "Iterator[Service]":
    """Open the service over a database with the newest tables; close it afterwards."""
    from loanwright.service.bootstrap import build, upgrade_database

    upgrade_database(settings)
    service = build(settings, clock=clock)
    try:
        yield service
    finally:
        service.close()


@contextmanager
def open_product_service(name: str) -> "Iterator[tuple[Service, Product]]":
    """Open the service for one product: the name of a served one, or the path of its file."""
    is_file = Path(name).suffix == ".toml"
    settings = read_settings(products=(Path(name).resolve(),)) if is_file else read_settings()
    with open_service(settings) as service:
        wanted = load_product(name).name if is_file else name
        if wanted not in service.products:
            raise fail(f"There is no product {wanted}; known: {', '.join(service.products)}.")
        yield service, service.products[wanted]


def take_in(service: "Service", chosen: Iterable[str] = ()) -> None:
    """Make every product decidable.

    Packages that were trained with a product's file are registered. A segment without a champion
    gets the newest package of the family that the file names, a product without a policy gets the
    file's. For the products that were chosen by name the file decides anew.
    """
    for product in service.products.values():
        publish_policy(service, product, anew=product.name in chosen)
        promote_champions(service, product, anew=product.name in chosen)


def publish_policy(service: "Service", product: "Product", *, anew: bool) -> None:
    """Publish the policy of a product file where none is live, or where the file has changed.

    A policy that two persons have published keeps its place: only two can give it to another.
    """
    from loanwright.decisioning.policy import Policy

    policy = _lenders_policy(service, product) or Policy.from_mapping(product.policy)
    live = service.policies.list_publications(product=product.name)[:1]
    if live and (not anew or live[0].version.hash == policy.hash):
        return
    if live and live[0].author is not None:
        publisher = live[0].version.published_by
        remark(f"{product.name} keeps the policy that {publisher} has published. To change it:")
        remark(f"  loanwright policy draft {product.name} FILE --by SOMEBODY")
        return
    service.policies.publish(product.name, policy, by=COMMAND_LINE)


def _lenders_policy(service: "Service", product: "Product") -> "Policy | None":
    """Return the policy that a lender's directory has for its product."""
    for lender in service.lenders:
        for lent in lender.products:
            if lent.product.name == product.name:
                return lent.policy
    return None


def _lenders_model(service: "Service", product: "Product") -> list[Path]:
    """Return the package that a lender's directory has for its product."""
    return [
        lent.model
        for lender in service.lenders
        for lent in lender.products
        if lent.product.name == product.name and lent.model is not None
    ]


def promote_champions(service: "Service", product: "Product", *, anew: bool) -> None:
    """Register the packages of a product and promote those its file names, and say so.

    A champion that a person has approved keeps its place: only a person can give it to another.
    """
    from loanwright.service.registry.schemas import State

    live = {(model.product, model.segment): model.hash for model in service.registry.list_live()}
    for name, segment in product.segments.items():
        champion = live.get((product.name, name))
        if champion is not None and not anew:
            continue
        paths = list_packages(service.settings.models_dir, product.name, name, segment.champion)
        given = [path for path in _lenders_model(service, product) if is_of(path, name)]
        models = [service.registry.register(path, by=COMMAND_LINE) for path in (*given, *paths)]
        fresh = [model for model in models if _made_for(service, model.hash, product)]
        if not fresh or fresh[0].hash == champion:
            continue
        found, place = fresh[0], f"{product.name} ({name})"
        person = None if champion is None else _approver(service, champion)
        if person is not None:
            remark(f"{place} keeps the champion that {person} has approved. To change it:")
            remark(f"  loanwright model approve {found.hash[:12]} --by SOMEBODY")
            continue
        service.registry.promote(found.hash, to=State.CHAMPION, by=COMMAND_LINE)
        remark(f"{place} is decided by {found.hash[:12]} ({found.family}), as its file says.")


def _approver(service: "Service", champion: str) -> str | None:
    """Return the person who made this model champion, if it was one."""
    by = service.registry.list_transitions(champion)[-1].by
    return None if by == COMMAND_LINE else by


def list_packages(models_dir: Path, product: str, segment: str, family: str) -> list[Path]:
    """Return the package directories of one product, segment and family, the newest first.

    The family "best" stands for those that their comparison chose.
    """
    named = "*" if family == "best" else family
    found = models_dir.glob(f"{product}-{segment}-{named}-????????????")
    wanted = [path for path in found if family != "best" or _is_chosen(path, product, segment)]
    return sorted(wanted, key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _is_chosen(path: Path, product: str, segment: str) -> bool:
    # A hint from an unverified file: the registry verifies whatever is registered.
    try:
        manifest = json.loads((path / "manifest.json").read_bytes())
        meant = (manifest["product"]["name"], manifest["segment"]) == (product, segment)
        return meant and manifest.get("chosen") is True
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def is_of(path: Path, segment: str) -> bool:
    """Tell whether a package says that it decides this segment."""
    try:
        manifest = json.loads((path / "manifest.json").read_bytes())
        return bool(manifest["segment"] == segment)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def made_for(path: Path, product: "Product") -> bool:
    """Tell whether a package says that it was trained with this very product file."""
    try:
        manifest = json.loads((path / "manifest.json").read_bytes())
        return bool(manifest["product"]["hash"] == product.hash)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def _made_for(service: "Service", model_hash: str, product: "Product") -> bool:
    package = service.registry.open(service.registry.get(model_hash))
    return package.product.hash == product.hash


def list_undecidable(service: "Service") -> list[str]:
    """Return the products and segments that no model decides yet."""
    live = {(model.product, model.segment) for model in service.registry.list_live()}
    return [
        f"{product.name} ({segment})"
        for product in service.products.values()
        for segment in product.segments
        if not live & {(product.name, segment), (product.base, segment)}
    ]
