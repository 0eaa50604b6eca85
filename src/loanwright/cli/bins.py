"""`loanwright bins`: the bins of a scorecard as a file to edit."""

from pathlib import Path
from typing import Annotated

import typer

from loanwright.cli.console import remark, say
from loanwright.cli.failures import fail


def bins(
    package: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Directory of a scorecard package.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file, a new one.")
    ] = None,
) -> None:
    """Print the bins of a scorecard as a file that can be edited and trained with again."""
    from loanwright.binning.document import bins_of_card, write_bins
    from loanwright.features.columns import column_specs
    from loanwright.packaging.package import ModelPackage

    known = ModelPackage.load(package)
    if known.family != "scorecard":
        raise fail(f"{package} is a model of the family {known.family}; only a scorecard has bins.")
    features = known.product.model_features(known.segment)
    binnings, given = bins_of_card((package / "scorecard.json").read_text(encoding="utf-8"))
    text = write_bins(
        binnings,
        column_specs(known.product, known.segment),
        codes={feature.name: feature.codes for feature in features},
        given=given,
    )
    if output is None:
        say(text)
        return
    if output.exists():
        raise fail(f"{output} is there already; name another file.")
    output.write_text(text, encoding="utf-8")
    remark(f"Wrote {output}: edit it, then train with --bins {output}.")
