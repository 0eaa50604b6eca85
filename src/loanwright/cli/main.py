"""The command `loanwright`.

Exit codes: 0 when all went well, 1 when something failed or a check found something, 2 when the
command was used wrongly.
"""

from typing import Annotated

import typer

from loanwright.cli import (
    accounts,
    audit,
    bench,
    bins,
    database,
    deciding,
    decision_log,
    demo,
    doctor,
    drift,
    erase,
    experiment,
    exporting,
    fairness,
    health,
    jobs,
    keys,
    lab,
    lenders,
    live,
    model,
    papers,
    path,
    policy,
    product,
    reasons,
    recalibrate,
    recording,
    replaying,
    report,
    retention,
    score_file,
    serving,
    shadow,
    simulate,
    spool,
    train,
    users,
    validate,
    webhooks,
    working,
)
from loanwright.cli.failures import PlainFailures

app = typer.Typer(
    name="loanwright",
    cls=PlainFailures,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Credit decisions that can be explained, replayed and defended.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"loanwright {version('loanwright')}")
        raise typer.Exit


@app.callback()
def main(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Credit decisions that can be explained, replayed and defended."""


app.add_typer(product.app, name="product")
app.command("train")(train.train)
app.add_typer(lab.app, name="lab")
app.command("report")(report.report)
app.command("bins")(bins.bins)
app.command("bench")(bench.bench)
app.add_typer(reasons.app, name="reasons")
app.command("path")(path.path)
app.command("recalibrate")(recalibrate.recalibrate)
app.command("fairness")(fairness.fairness)
app.command("validate")(validate.validate)
app.command("export")(exporting.export)
app.command("serve")(serving.serve)
app.command("worker")(working.worker)
app.add_typer(jobs.app, name="jobs")
app.add_typer(webhooks.app, name="webhook")
app.add_typer(spool.app, name="spool")
app.command("decide")(deciding.decide)
app.command("score-file")(score_file.score_file)
app.command("simulate")(simulate.simulate)
app.command("drift")(drift.drift)
app.command("record")(recording.record)
app.add_typer(accounts.app, name="accounts")
app.command("log")(decision_log.log)
app.command("replay")(replaying.replay)
app.command("notice")(papers.notice)
app.command("data-pack")(papers.data_pack)
app.add_typer(model.app, name="model")
app.command("live")(live.live)
app.add_typer(lenders.app, name="lender")
app.add_typer(policy.app, name="policy")
app.add_typer(experiment.app, name="experiment")
app.add_typer(shadow.app, name="shadow")
app.add_typer(database.app, name="db")
app.add_typer(keys.app, name="key")
app.add_typer(users.app, name="user")
app.add_typer(audit.app, name="audit")
app.command("erase")(erase.erase)
app.add_typer(retention.app, name="retention")
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("health")(health.health)
