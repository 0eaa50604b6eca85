"""`loanwright model`: which models there are, and who let them decide."""

from pathlib import Path
from typing import Annotated

import typer

from loanwright.cli.console import say, show_table

app = typer.Typer(no_args_is_help=True, help="Register, approve, list and retire models.")

By = Annotated[str, typer.Option(help="Who does it; it is written down.")]
Note = Annotated[str, typer.Option(help="Why; it is written down.")]
Hash = Annotated[
    str, typer.Argument(help="Hash of the model, its beginning, or the directory of its package.")
]


@app.command()
def register(
    package: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Directory of a model package.")
    ],
    by: By,
    note: Note = "",
) -> None:
    """Take a package in as a candidate: verified, listed, deciding nothing."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        model = service.registry.register(package.resolve(), by=by, note=note)
    say(f"{model.hash[:12]} ({model.product}, {model.segment}, {model.family}) is {model.state}.")


@app.command()
def approve(
    model: Hash,
    by: By,
    note: Note = "",
    challenger: Annotated[
        bool, typer.Option("--challenger", help="Let it run beside the champion only.")
    ] = False,
) -> None:
    """Make a model champion. Who registered it cannot approve it; the one before is retired."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.registry.schemas import State

    wanted = State.CHALLENGER if challenger else State.CHAMPION
    with open_service(read_settings()) as service:
        found = service.registry.find(_hash(model))
        approved = service.registry.approve(found.hash, to=wanted, by=by, note=note)
    say(f"{approved.hash[:12]} ({approved.product}, {approved.segment}) is {approved.state}.")


@app.command()
def retire(model: Hash, by: By, note: Note = "") -> None:
    """Take a model out of service; its decisions still replay."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        retired = service.registry.retire(
            service.registry.find(_hash(model)).hash, by=by, note=note
        )
    say(f"{retired.hash[:12]} ({retired.product}, {retired.segment}) is {retired.state}.")


@app.command("list")
def list_models() -> None:
    """Print every registered model and its state."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        models = service.registry.list_models()
    show_table(
        ("model", "product", "segment", "family", "state", "since"),
        [
            (one.hash[:12], one.product, one.segment, one.family, one.state, _moment(one.since))
            for one in models
        ],
    )


@app.command()
def history(model: Hash) -> None:
    """Print what a model has been: when, by whom and why."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        found = service.registry.find(_hash(model))
        transitions = service.registry.list_transitions(found.hash)
    show_table(
        ("state", "since", "by", "why"),
        [(one.state, _moment(one.at), one.by, one.note) for one in transitions],
    )


@app.command()
def checks(model: Hash) -> None:
    """Print what was checked before each approval of a model, and what it said."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        found = service.registry.find(_hash(model))
        transitions = service.registry.list_transitions(found.hash)
        checked = service.registry.list_checks(transitions)
    show_table(
        ("to become", "by", "check", "result", "said"),
        [
            (one.state, one.by, check.name, check.result, check.said)
            for one in transitions
            for check in checked.get(one.sequence, ())
        ],
    )


def _hash(model: str) -> str:
    seal = Path(model) / "manifest.sha256"
    return seal.read_text(encoding="ascii").split()[0] if seal.is_file() else model


def _moment(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
