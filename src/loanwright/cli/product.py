"""`loanwright product`: write and check product files."""

import re
from pathlib import Path
from typing import Annotated

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import fail
from loanwright.cli.tables import read_table

app = typer.Typer(no_args_is_help=True, help="Write and check product files.")

SampleArgument = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV or parquet.")
]
LabelOption = Annotated[str, typer.Option(help="Column that says which credits went bad.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="File to write; default: print it.")
]
NameOption = Annotated[
    str | None, typer.Option(help="Name of the product; default: the name of the file.")
]
BadOption = Annotated[
    str | None, typer.Option(help="The bad one of two values, where it cannot be guessed.")
]
CurrencyOption = Annotated[str, typer.Option(help="Three letters.")]
ApplicantOption = Annotated[
    str | None, typer.Option(help="Column that names the person of each row.")
]
DateOption = Annotated[
    str | None, typer.Option(help="Column with the day of application: the latest are judged.")
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option(help="Column that was not known before the decision; repeat it."),
]
AllowProtectedOption = Annotated[
    list[str] | None,
    typer.Option(help="Protected column that the law lets you decide by; repeat it."),
]


@app.command()
def draft(
    sample: SampleArgument,
    target: LabelOption,
    output: OutputOption = None,
    name: NameOption = None,
    bad: BadOption = None,
    currency: CurrencyOption = "USD",
    applicant: ApplicantOption = None,
    date: DateOption = None,
    without: WithoutOption = None,
    allow_protected: AllowProtectedOption = None,
) -> None:
    """Write a first product file from a table, with warnings about suspicious columns."""
    from loanwright.features.draft import draft_product
    from loanwright.features.product import Sample

    if output is not None and output.exists():
        raise fail(f"{output} is there already; name another file with --output.")
    named = name or _name_of(output or sample)
    table = read_table(sample)
    unknown = [column for column in without or () if column not in table.columns]
    if unknown:
        raise fail(f"{sample} has no column {', '.join(unknown)}.")
    text, warnings = draft_product(
        table.drop(without or ()),
        Sample(default=target, bad=bad, applicant=applicant, date=date),
        name=named,
        currency=currency,
        allow_protected=tuple(allow_protected or ()),
    )
    for warning in warnings:
        remark(f"Warning: {warning}")
    if output is None:
        say(text)
        return
    output.write_text(text, encoding="utf-8")
    remark(f"Wrote {output}. Read it, mend it, then: loanwright train {output} {sample}")


def _name_of(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Product file.")],
) -> None:
    """Say whether a product file can be used, and what it describes."""
    from loanwright.decisioning.policy import Policy
    from loanwright.features.product import load_product

    product = load_product(file)
    Policy.from_mapping(product.policy)
    say(f"{product.title.en} ({product.name}), {product.currency}: the file can be used.")
    show_table(
        ("segment", "champion", "inputs", "model features"),
        [
            (one.name, one.champion, len(product.inputs(one.name)), ", ".join(one.features))
            for one in product.segments.values()
        ],
    )
