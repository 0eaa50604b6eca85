"""`loanwright lender`: the lenders of an installation that serves many."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import say, show_table
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loanwright.features.product import Product
    from loanwright.lending.lender import Lender, LenderProduct

app = typer.Typer(no_args_is_help=True, help="Lenders that are served beside each other.")


@app.command("list")
def list_lenders(
    directory: Annotated[
        Path | None,
        typer.Argument(
            help="Directory of lenders; by default that of the settings, or the demo's."
        ),
    ] = None,
) -> None:
    """List the lenders, what they lend, and by which model they decide."""
    from loanwright.cli.opening import read_settings
    from loanwright.lending.reading import bundled_lenders, read_lenders

    settings = read_settings()
    place = directory or settings.lenders_dir or bundled_lenders()
    lenders = read_lenders(place, _bases())
    show_table(
        ("lender", "product", "made of", "policy", "rates", "model"),
        [row for lender in lenders for row in _rows(lender)],
    )


@app.command("check")
def check_lender(
    directory: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Where its lender.toml is.")
    ],
) -> None:
    """Check the directory of a lender: its files, its policies, and their examples.

    Exits with 1 when something is wrong, and names every problem.
    """
    from loanwright.lending.errors import LenderRefused
    from loanwright.lending.reading import read_lender

    try:
        lender = read_lender(directory.resolve(), _bases())
    except LenderRefused as refusal:
        raise fail(str(refusal)) from refusal
    wrong = [
        f"{one.product.name}: {problem}" for one in lender.products for problem in _problems(one)
    ]
    if wrong:
        raise fail("The policies do not hold:" + "".join(f"\n- {one}" for one in wrong))
    names = ", ".join(one.product.name for one in lender.products)
    examples = sum(len(one.policy.examples) for one in lender.products)
    say(f"{lender.title.en} can be served: {names}; {examples} examples hold.")


@app.command("product")
def print_product(
    directory: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Where its lender.toml is.")
    ],
    base: Annotated[
        str, typer.Option("--base", help="The product that the lender's was made of.")
    ] = "instalment-loan",
) -> None:
    """Print the product file of a lender as it is served, to train a model of its own with."""
    from loanwright.lending.reading import read_lender

    lent = read_lender(directory.resolve(), _bases()).find(base)
    if lent is None:
        raise fail(f"{directory.name} has no product that was made of {base}.")
    typer.echo(lent.product.text, nl=False)


def _problems(lent: "LenderProduct") -> "Iterator[str]":
    """Go through what the checker finds, the examples that fail, and rules without one."""
    from loanwright.rulebook.examining import examine

    report = examine(lent.policy, lent.product)
    yield from (one.text.en for one in report.findings)
    for one in report.examples:
        yield from (f"{one.name}: {problem}" for problem in one.problems)
    shown = {code for one in lent.policy.examples for code in one.expect.rules or ()}
    unshown = (rule.code for rule in lent.policy.rules if rule.code not in shown)
    yield from (f"{code} has no example" for code in unshown)


def _bases() -> "Mapping[str, Product]":
    from loanwright.cli.opening import read_settings
    from loanwright.service.ground import read_products

    return read_products(read_settings())


def _rows(lender: "Lender") -> list[tuple[str, ...]]:
    return [
        (
            lender.name,
            one.product.name,
            one.base,
            one.policy.name,
            _rates(one.product),
            "its own" if one.own_model else f"that of {one.base}",
        )
        for one in lender.products
    ]


def _rates(product: "Product") -> str:
    offers = product.accounts.offers
    rates = [] if offers is None else sorted(offers.rates.values())
    return f"{rates[0] / 100:g}–{rates[-1] / 100:g} %" if rates else ""
