"""`loanwright lab`: experiments, their runs, and a page to look at them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import fail

app = typer.Typer(no_args_is_help=True, help="Search, compare and track models.")

PORT = 5000


@app.command("run")
def run(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Experiment file, TOML or YAML.")
    ],
    models: Annotated[
        Path | None, typer.Option(help="Directory for the packages; default: from the settings.")
    ] = None,
) -> None:
    """Run an experiment, or go on with one that was interrupted or runs elsewhere as well."""
    from loanwright.cli.train import open_product, read_sample, try_out
    from loanwright.lab.experiment import load_experiment

    experiment = load_experiment(file)
    product = open_product(experiment.product)
    table = read_sample(
        experiment.product, experiment.sample, remedy=f"name the file as sample in {file}"
    )
    try_out(experiment, product, table, models=models)
    remark(f"See it again: loanwright lab show {experiment.name}")


@app.command("list")
def list_runs() -> None:
    """List the runs of all experiments, the newest first."""
    from loanwright.cli.train import experiments_dir
    from loanwright.lab.record import list_records, read_record

    paths = list_records(experiments_dir())
    if not paths:
        say("No run yet: loanwright train, or loanwright lab run FILE.")
        return
    show_table(
        ("experiment", "began", "state", "chosen", "trials"),
        [_row(path.parent.name, read_record(path)) for path in paths],
    )


def _row(name: str, record: dict[str, Any]) -> tuple[str, str, str, str, int]:
    chosen = ", ".join(f"{one}: {told['chosen']}" for one, told in record["comparisons"].items())
    state = "finished" if record["finished"] else "not finished"
    return name, record["started"][:19], state, chosen, len(record["trials"])


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="Of an experiment, as in loanwright lab list.")],
) -> None:
    """Show the newest run of an experiment: the comparison, the packages, the best trials."""
    from loanwright.cli.train import experiments_dir
    from loanwright.lab.record import find_records, read_record

    record = read_record(find_records(experiments_dir(), name)[0])
    for segment, told in record["comparisons"].items():
        say(f"{segment}: {told['chosen']} is chosen, {told['rule']}.")
        show_table(
            ("family", told["metric"], "SD", "behind best", "p", "seconds"),
            [
                (r["family"], r["mean"], r["spread"], r["behind"], r["p_value"], r["seconds"])
                for r in told["families"]
            ],
        )
        for one in told["skipped"]:
            say(f"{one['family']} was skipped: {one['why']}; {one['remedy']}.")
        say()
    show_table(
        ("segment", "family", "champion", "package"),
        [(m["segment"], m["family"], m["champion"] or "", m["package"]) for m in record["models"]],
    )
    complete = [trial for trial in record["trials"] if trial["state"] == "complete"]
    say(f"{len(record['trials'])} trials in this run, {len(complete)} of them complete.")


@app.command("ui")
def ui(
    port: Annotated[int, typer.Option(help="On 127.0.0.1; 0 takes a free one.", min=0)] = PORT,
) -> None:
    """Serve a page of all runs: MLflow's where it is whole, else Loanwright's own."""
    from loanwright.cli.train import experiments_dir

    directory = experiments_dir()
    if _mlflow_is_whole():
        _serve_mlflow(directory, port)
        return
    from loanwright.lab.page import serve_page

    try:
        server = serve_page(directory, port=port)
    except OSError as problem:
        raise fail(f"Port {port} cannot be used: {problem.strerror}; try --port 0.") from problem
    with server:
        say(f"http://127.0.0.1:{server.server_address[1]}")
        remark("MLflow's own pages come with pip install mlflow. Stop with Ctrl+C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            remark("Stopped.")


def _mlflow_is_whole() -> bool:
    from importlib.util import find_spec

    return find_spec("mlflow") is not None and find_spec("flask") is not None


def _serve_mlflow(directory: Path, port: int) -> None:
    import subprocess
    import sys

    from loanwright.lab.mlflow_tracking import MlflowTracker

    store = MlflowTracker(directory=directory, tracking_uri=None, warn=remark).store()
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", store]
    subprocess.run(  # noqa: S603  (our own interpreter, and a port that is a number)
        [*command, "--registry-store-uri", store, "--host", "127.0.0.1", "--port", str(port)],
        check=False,
    )
