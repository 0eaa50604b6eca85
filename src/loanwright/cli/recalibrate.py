"""`loanwright recalibrate`: a new calibration for a live model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from loanwright.cli.console import remark, say, show_table

WHEN = ("before", "after")
FIGURES = ("log_loss", "calibration_slope", "calibration_in_the_large")

app = typer.Typer()

PackageArgument = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Package of the live model.")
]
SampleArgument = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, help="CSV or parquet: later applicants with outcomes."
    ),
]
ByOption = Annotated[str, typer.Option(help="Who orders it; written into the package.")]
WhyOption = Annotated[str, typer.Option(help="On what ground; written into the package.")]
MethodOption = Annotated[
    str, typer.Option(help="auto, platt, beta, isotonic, or keep for the old curve.")
]
AnchorOption = Annotated[
    float | None, typer.Option(help="Long-run default rate for the mean probability.")
]
IntervalOption = Annotated[
    bool, typer.Option("--interval", help="Store Venn-Abers intervals with the curve.")
]
ModelsOption = Annotated[
    Path | None, typer.Option(help="Directory for the new package; default: beside the old.")
]
SeedOption = Annotated[int, typer.Option(help="Same seed, same bytes.", min=0)]


@app.command()
def recalibrate(
    package: PackageArgument,
    sample: SampleArgument,
    by: ByOption,
    why: WhyOption,
    method: MethodOption = "auto",
    anchor: AnchorOption = None,
    interval: IntervalOption = False,
    models: ModelsOption = None,
    seed: SeedOption = 0,
) -> None:
    """Write a package with the same model, the same ranking and a new calibration."""
    from loanwright.cli.tables import read_table
    from loanwright.recalibrating import Recalibration
    from loanwright.recalibrating import recalibrate as renew

    wish = Recalibration(by=by, why=why, method=method, anchor=anchor, interval=interval)
    renewed = renew(
        package,
        read_table(sample, quiet=True),
        wish,
        models_dir=models or package.resolve().parent,
        seed=seed,
    )
    _show(renewed.report["recalibration"])
    say(f"Package {renewed.hash}")
    remark(f"Wrote {renewed.path}")
    remark(f"Read a report: loanwright report {renewed.path}")


def _show(done: Mapping[str, Any]) -> None:
    say(f"Method: {done['method']}. On rows that the new curve has not seen:")
    rows = [
        ("default rate", f"{done['default_rate']:.4f}", f"{done['default_rate']:.4f}"),
        ("mean probability", *(f"{done[when]['mean_probability']:.4f}" for when in WHEN)),
        *(
            (name.replace("_", " "), *(_value(done[when][name]) for when in WHEN))
            for name in FIGURES
        ),
    ]
    show_table(("figure", *WHEN), rows)
    say(f"Ranking: {done['same_ranking']['rows']} rows, none exchanged.")
    for one in done["anchors"]:
        say(f"Anchored from {one['rate_before']:.4f} to {one['rate_after']:.4f} by {one['by']}.")


def _value(estimate: Mapping[str, Any] | None) -> str:
    return "-" if estimate is None else f"{estimate['value']:.4f}"
