"""`loanwright doctor`: says what is wrong with an installation, and what to do."""

from typing import Annotated

import typer

from loanwright.cli.checkup import Finding, check_all
from loanwright.cli.console import say

MARKS = {"ok": "ok", "warning": "warning", "wrong": "WRONG"}


def doctor(
    quiet: Annotated[bool, typer.Option(help="Print only what is not in order.")] = False,
) -> None:
    """Check Python, the database, its durability, the packages, the disk and the clock."""
    from loanwright.cli.opening import read_settings

    findings = check_all(read_settings())
    for finding in findings:
        if not (quiet and finding.state == "ok"):
            _show(finding)
    wrong = [finding for finding in findings if finding.state == "wrong"]
    if wrong:
        raise typer.Exit(1)


def _show(finding: Finding) -> None:
    say(f"{MARKS[finding.state]:8} {finding.about}: {finding.what}")
    if finding.remedy:
        say(f"{'':8} → {finding.remedy}")
