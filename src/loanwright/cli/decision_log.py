"""`loanwright log`: the decisions of one segment as a table, as validation reads it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.cli.console import remark
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    import polars as pl

    from loanwright.service.bootstrap import Service

SUFFIXES = (".csv", ".parquet")


def log(
    output: Annotated[Path, typer.Argument(help="File to write: .csv or .parquet.")],
    product: Annotated[str, typer.Option(help="Name of a served product, or its file.")],
    segment: Annotated[str, typer.Option(help="Segment of the product.")] = "new",
) -> None:
    """Write the recorded decisions of a segment, with the features they were made from.

    `loanwright validate --decisions` reads it: so the chapters on refused applicants and on
    overrides fill themselves from what was decided.
    """
    from loanwright.cli.opening import open_product_service

    if output.suffix not in SUFFIXES:
        raise fail(f"{output} ends in neither {' nor '.join(SUFFIXES)}.")
    if output.exists():
        raise fail(f"{output} is there already; name another file.")
    with open_product_service(product) as (service, known):
        table = decision_table(service, known.name, known.segment(segment).name)
    if not len(table):
        raise fail(f"Nothing was decided yet for {known.name} ({segment}).")
    if output.suffix == ".csv":
        table.write_csv(output)
    else:
        table.write_parquet(output)
    remark(f"Wrote {output}: {len(table)} decisions.")


def decision_table(service: "Service", product: str, segment: str) -> "pl.DataFrame":
    """Return the decisions of a segment, the newest first.

    `recommended` is what the policy said and `outcome` what was done; they differ once people
    decide against the policy. Features stand under the names of their columns. Decisions on
    persons who were erased are left out: nobody knows any more what they were made from.
    """
    import polars as pl

    from loanwright.service.decisions.schemas import DecisionRecord
    from loanwright.service.decisions.snapshot import read_snapshot

    features = service.products[product].inputs(segment)
    overridden = service.reviews.overridden(product)
    rows: list[dict[str, Any]] = []
    for one in service.decisions.read_all(product=product):
        if one.segment == segment and isinstance(one, DecisionRecord):
            record = read_snapshot(one.snapshot)["record"]
            named = {feature.column: record.get(feature.name) for feature in features}
            told = {"decision": one.id, "decided_at": one.decided_at}
            acts = {"recommended": one.outcome, "outcome": overridden.get(one.id, one.outcome)}
            rows.append({**told, **acts, **named})
    return pl.DataFrame(rows, infer_schema_length=None)
