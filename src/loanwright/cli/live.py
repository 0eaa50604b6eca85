"""`loanwright live`: what decides, or decided at a moment, who let it, and what it had passed."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import say, show_table
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service


def live(
    at: Annotated[
        str | None, typer.Option(help="A moment, such as 2026-05-03T14:05; by default now.")
    ] = None,
) -> None:
    """Print what decided at a moment: models and policies, who let them, what was checked."""
    from loanwright.cli.opening import open_service, read_settings

    moment = datetime.now(UTC) if at is None else _moment(at)
    with open_service(read_settings()) as service:
        _show_models(service, moment)
        say()
        _show_policies(service, moment)


def _show_models(service: "Service", moment: datetime) -> None:
    found = service.registry.list_live_at(moment)
    checks = service.registry.list_checks([change for _, change in found])
    rows = []
    for model, change in found:
        told = [f"{one.name} {one.result}" for one in checks.get(change.sequence, ())]
        passed = sum(said.endswith(" passed") for said in told)
        rest = [said.replace("_", " ") for said in told if not said.endswith(" passed")]
        said = (
            "; ".join([f"{passed} of {len(told)} passed", *rest]) if told else "nothing on record"
        )
        place = (model.product, model.segment, model.hash[:12], model.family)
        rows.append((*place, f"{change.at:%Y-%m-%d %H:%M:%S}", change.by, said))
    show_table(("product", "segment", "model", "family", "since", "by", "checks"), rows)


def _show_policies(service: "Service", moment: datetime) -> None:
    rows = []
    for one in service.policies.list_live_at(moment):
        version = one.version
        since = f"{version.published_at:%Y-%m-%d %H:%M:%S}"
        author = one.author or "product file"
        rows.append((version.product, version.hash[:12], since, version.published_by, author))
    show_table(("product", "policy", "since", "published by", "written by"), rows)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise fail(f"{text} is not a moment; write it like 2026-11-21T14:05.") from None
    return moment.astimezone(UTC)
