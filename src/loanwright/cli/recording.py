"""`loanwright record`: what the bank knows of its existing applicants."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import say
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.cli.rows import Row
    from loanwright.features.product import Product

BEHAVIOUR, EXISTING = "behaviour", "existing"


def record(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON, JSONL or parquet.")
    ],
    product: Annotated[str, typer.Option(help="Product: a name, or a product file.")],
) -> None:
    """Record the behaviour of existing applicants, one row for each document number.

    From then on these applicants are of the segment `existing`. What is recorded again unchanged
    adds nothing; what has changed is added as a new version, and decisions keep what they saw.
    """
    from loanwright.cli.opening import open_product_service
    from loanwright.cli.rows import read_rows

    with open_product_service(product) as (service, known):
        rows = read_rows(file, known, EXISTING)
        _refuse_nameless(rows)
        behaviours = {row.reference["document_number"]: _behaviour(row, known) for row in rows}
        service.applicants.record_behaviours(known, behaviours)
    say(f"Recorded what is known of {len(behaviours)} applicants for {known.name}.")


def _refuse_nameless(rows: "list[Row]") -> None:
    nameless = [str(row.number) for row in rows if "document_number" not in row.reference]
    if nameless:
        shown = ", ".join(nameless[:10])
        raise fail(f"Every row needs a document_number; it is missing in row {shown}.")


def _behaviour(row: "Row", product: "Product") -> dict[str, object]:
    names = {one.name for one in product.inputs(EXISTING) if one.source == BEHAVIOUR}
    return {name: value for name, value in row.features.items() if name in names}
