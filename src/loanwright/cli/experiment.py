"""`loanwright experiment`: other ways of deciding, tried on a share of the applicants."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import remark, say, show_table

if TYPE_CHECKING:
    from loanwright.service.audit.schemas import Actor
    from loanwright.service.experiments.documents import NewExperiment
    from loanwright.service.experiments.schemas import Experiment

app = typer.Typer(no_args_is_help=True, help="Plan, start, watch, stop and conclude experiments.")

By = Annotated[str, typer.Option(help="Who does it; it is written down.")]
Name = Annotated[str, typer.Argument(help="Name or id of the experiment.")]


@app.command()
def plan(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="TOML file of the experiment.")
    ],
    per_day: Annotated[
        float | None, typer.Option(help="Rows of the whole experiment in a day.", min=0.001)
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Keep it, so that somebody else can approve it.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who proposes it.")] = "",
) -> None:
    """Print how many rows each arm needs before anything is started."""
    from loanwright.service.experiments.documents import sizes_of

    wanted = _read(file)
    sizes = sizes_of(wanted.design())
    show_table(
        ("arm", "rows of the first arm", "rows of this arm"),
        [(one.arm, one.first, one.tried) for one in sizes],
    )
    if per_day is not None:
        shares = {one.name: one.share for one in wanted.arms}
        first = shares[wanted.arms[0].name]
        slowest = max(max(one.first / first, one.tried / shares[one.arm]) for one in sizes)
        say(f"{slowest * 10_000 / per_day:.0f} days until the planned rows have come.")
    if propose:
        _propose(wanted, by)


@app.command()
def approve(name: Name, by: By) -> None:
    """Let an experiment be started. Who proposed it cannot approve it."""
    _tell(_change("approve", name, by))


@app.command()
def start(name: Name, by: By) -> None:
    """Let the arms of an approved experiment decide, each for its share of the applicants."""
    _tell(_change("start", name, by))


@app.command()
def stop(name: Name, by: By, why: Annotated[str, typer.Option(help="It is written down.")]) -> None:
    """Let the champion decide again; what was decided stays decided."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        found = service.experiments.get(name)
        _tell(service.experiments.stop(_actor(by), found.id, why=why))


@app.command()
def conclude(name: Name, by: By) -> None:
    """Write down what the planned rows have shown, once their labels are ripe."""
    _tell(_change("conclude", name, by))
    status(name)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="Name or id; left out, all of them.")] = None,
) -> None:
    """Print what an experiment shows today, or from when on it will show something."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        if name is None:
            found = service.experiments.list_page(limit=200).items
            rows = [(one.name, one.product, one.segment, one.state) for one in found]
            show_table(("experiment", "product", "segment", "state"), rows)
            return
        experiment, results = service.experiments.result(name)
    _tell(experiment)
    show_table(
        ("arm", "found", "ripe on", "ripe", "needed", "difference", "p-value"),
        [
            (
                one.arm,
                one.conclusion.found,
                one.conclusion.ripe_on,
                one.conclusion.base.ripe + one.conclusion.other.ripe,
                one.conclusion.base.needed + one.conclusion.other.needed,
                one.conclusion.difference,
                one.conclusion.p_value,
            )
            for one in results
        ],
    )
    show_table(
        ("guardrail", "arm", "difference", "from", "to", "broken"),
        [
            (
                look.guardrail.watched,
                one.arm,
                look.difference,
                look.possible.lower,
                look.possible.upper,
                "yes" if look.broken else "no",
            )
            for one in results
            for look in one.looks
        ],
    )


def _read(file: Path) -> "NewExperiment":
    import tomllib

    import msgspec

    from loanwright.service.edge.typed_body import read_document
    from loanwright.service.experiments.documents import NewExperiment

    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return read_document(NewExperiment, msgspec.json.encode(document))


def _propose(wanted: "NewExperiment", by: str) -> None:
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        proposed = service.experiments.propose(
            _actor(by),
            name=wanted.name,
            product=wanted.product,
            segment=wanted.segment,
            design=wanted.design(),
        )
    _tell(proposed)


def _change(what: str, name: str, by: str) -> "Experiment":
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        experiments = service.experiments
        changes = {
            "approve": experiments.approve,
            "start": experiments.start,
            "conclude": experiments.conclude,
        }
        return changes[what](_actor(by), experiments.get(name).id)


def _actor(by: str) -> "Actor":
    from loanwright.cli.failures import fail
    from loanwright.service.audit.schemas import Actor

    if not by.strip():
        raise fail("Write --by with the name of whoever does it.")
    return Actor(id=" ".join(by.split()))


def _tell(experiment: "Experiment") -> None:
    why = f": {experiment.why}" if experiment.why else ""
    remark(f"{experiment.name} ({experiment.id}) is {experiment.state}{why}.")
