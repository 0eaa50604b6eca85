"""`loanwright report`: the figures of a model package."""

import json
from pathlib import Path
from typing import Annotated

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import fail
from loanwright.cli.figures import tabulate


def report(
    package: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="Directory of a model package.")
    ],
    html: Annotated[
        Path | None, typer.Option(help="Write the page with all figures to this file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report.")] = False,
) -> None:
    """Verify a model package and print the figures of its validation."""
    from loanwright.packaging.package import ModelPackage

    known = ModelPackage.load(package)
    document = (package / "report.json").read_text(encoding="utf-8")
    if html is not None:
        _write_page(package / "report.html", html)
    elif as_json:
        say(document)
    else:
        say(f"{known.product.title.en}, segment {known.segment}, {known.family}")
        say(f"Package {known.hash}, verified: every file and every golden row.")
        say()
        show_table(*tabulate(json.loads(document)))


def _write_page(page: Path, wanted: Path) -> None:
    if wanted.exists():
        raise fail(f"{wanted} is there already; name another file.")
    wanted.write_bytes(page.read_bytes())
    remark(f"Wrote {wanted}: open it in a browser, it needs nothing else.")
