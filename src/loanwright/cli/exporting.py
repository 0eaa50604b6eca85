"""`loanwright export`: a package's model for other programs, compared before it is written."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import remark, say
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.exporting.parity import Parity
    from loanwright.packaging.package import ModelPackage


class Format(StrEnum):
    """What can be written."""

    ONNX = "onnx"
    SQL = "sql"


def export(
    package: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Directory of a model package.")
    ],
    output: Annotated[Path, typer.Option(help="File to write; it may not be there yet.")],
    kind: Annotated[
        Format, typer.Option("--format", help="onnx, or sql for additive models.")
    ] = Format.ONNX,
    raw: Annotated[
        bool, typer.Option("--raw", help="ONNX without calibration and scale: raw log-odds only.")
    ] = False,
    table: Annotated[
        str, typer.Option(help="Table that the SQL statement reads.")
    ] = "applications",
) -> None:
    """Write a model as ONNX or SQL, if it says there what the engine says."""
    from loanwright.packaging.package import ModelPackage

    if output.exists():
        raise fail(f"{output} is there already; name another file.")
    if raw and kind is not Format.ONNX:
        raise fail("--raw is for ONNX; the SQL statement has the raw log-odds beside the rest.")
    opened = ModelPackage.load(package)
    parity = (
        _write_onnx(opened, output, raw)
        if kind is Format.ONNX
        else _write_sql(opened, output, table)
    )
    say(f"Wrote {output}: {opened.family}, package {opened.hash}")
    say(_described(parity))
    remark("The features are read as the package's own program computes them.")


def _write_onnx(package: "ModelPackage", output: Path, raw: bool) -> "Parity":
    from loanwright.exporting.onnx import export_onnx

    return export_onnx(package, output, raw=raw)


def _write_sql(package: "ModelPackage", output: Path, table: str) -> "Parity":
    from loanwright.exporting.sql import export_sql

    return export_sql(package, output, table=table)


def _described(parity: "Parity") -> str:
    probability = parity.max_probability_difference
    figures = [f"{parity.max_difference:.1e} in log-odds"]
    if probability is not None:
        figures.append(f"{probability:.1e} in probability, no score differs")
    return (
        f"Against the engine on {parity.rows} rows, {parity.golden_rows} of them golden: at most "
        f"{', '.join(figures)} (allowed: {parity.tolerance:.0e}, {parity.dtype})."
    )
