"""`loanwright reasons`: whether what applicants are told is what moved their score."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.explanation.proof import ReasonProof

app = typer.Typer(no_args_is_help=True, help="Prove the reasons that applicants are given.")


@app.callback()
def reasons() -> None:
    """Prove the reasons that applicants are given."""


@app.command()
def prove(
    package: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Directory of a model package.")
    ],
    sample: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="CSV or parquet with the features."),
    ],
    cutoff: Annotated[
        int | None, typer.Option(help="Score to approve from; the starter policy's if absent.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw of people and features.")] = 0,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write all values.")] = None,
) -> None:
    """Move the features that reasons name, and as many others, and compare.

    Ends with exit code 1 where the named ones do not move the score more.
    """
    from loanwright.cli.tables import read_table
    from loanwright.features.columns import columns_from_table, matrix_from_columns
    from loanwright.packaging.package import ModelPackage
    from loanwright.packaging.proving import prove_package

    if as_json is not None and as_json.exists():
        raise fail(f"{as_json} is there already; name another file.")
    known = ModelPackage.load(package)
    columns = columns_from_table(known.product, read_table(sample, quiet=True))
    matrix = matrix_from_columns(known.product, known.segment, columns)
    proof = prove_package(known, matrix, cutoff=cutoff, seed=seed)
    _show(proof)
    if as_json is not None:
        from loanwright.packaging.write import json_bytes

        as_json.write_bytes(json_bytes(proof.to_mapping()))
        remark(f"Wrote {as_json}")
    if not proof.faithful:
        raise typer.Exit(1)


def _show(proof: "ReasonProof") -> None:
    show_table(
        ("figure", "value"),
        [
            ("applicants below the cut-off", str(proof.rows)),
            ("share whose named features move the score more", str(proof.share)),
            ("points that named features move it up", f"{proof.named:+.2f}"),
            ("points that as many unnamed ones do", f"{proof.unnamed:+.2f}"),
            ("difference in points", str(proof.difference)),
        ],
    )
    say(
        "The named features are those that moved the score."
        if proof.faithful
        else "Not proved: the named features do not move the score more than others."
    )
