"""`loanwright bench`: the rows of a scorecard, counted for the workbench of the portal."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import say
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.models.bench import BenchRows
    from loanwright.packaging.package import ModelPackage
    from loanwright.sampling import Sample


def bench(
    package: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Directory of a scorecard package.")
    ],
    sample: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV or parquet of past credits.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the counted rows go.")],
) -> None:
    """Count a table for a scorecard, so that its bins can be changed and weighed at once."""
    from loanwright.cli.tables import read_table
    from loanwright.packaging.package import ModelPackage
    from loanwright.sampling import read_sample

    known = ModelPackage.load(package)
    if known.family != "scorecard":
        raise fail(f"{package} is a model of the family {known.family}; only a scorecard has bins.")
    table = read_table(sample, quiet=True)
    read = read_sample(known.product, table)
    date = known.product.sample.date
    dated = date is not None and not table.get_column(date).dtype.is_numeric()
    rows = _lay(known, read, dated=dated)
    output.write_bytes(rows.to_bytes())
    same = known.manifest.get("sample", {}).get("hash") == read.hash
    say(json.dumps({"rows": len(rows.default), "same": same}))


def _lay(known: "ModelPackage", sample: "Sample", *, dated: bool) -> "BenchRows":
    import numpy as np

    from loanwright.binning.document import bins_of_card
    from loanwright.features.columns import column_specs, matrix_from_columns
    from loanwright.models.bench import lay_rows
    from loanwright.sampling import split_sample

    split = split_sample(
        sample.default,
        applicant=sample.applicant,
        date=sample.date,
        seed=int(known.manifest.get("seed", 0)),
    )
    # What training learns from when it compares, and so what a candidate will be made of.
    learned = np.sort(np.concatenate([split.development, split.calibration]))
    matrix = matrix_from_columns(known.product, known.segment, sample.columns)
    binnings, _ = bins_of_card((known.path / "scorecard.json").read_text(encoding="utf-8"))
    return lay_rows(
        matrix[learned],
        sample.default[learned],
        column_specs(known.product, known.segment),
        binnings=binnings,
        days=sample.date[learned] if dated and sample.date is not None else None,
    )
