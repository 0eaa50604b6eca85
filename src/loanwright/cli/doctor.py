"""`loanwright doctor`: says what is wrong with an installation, and what to do."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from loanwright.cli.checkup import Finding, check_all
from loanwright.cli.console import say

MARKS = {"ok": "ok", "warning": "warning", "wrong": "WRONG"}


def doctor(
    quiet: Annotated[bool, typer.Option(help="Print only what is not in order.")] = False,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Look also at settings, keys, the broker, every page of the database, policies, "
            "what waits, and compute the last decisions again.",
        ),
    ] = False,
    last: Annotated[
        int, typer.Option(help="How many decisions --deep computes again.", min=0, max=200)
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check Python, the database, its durability, the packages, the disk and the clock.

    It changes nothing and makes no files. Exit code 1 when anything is wrong.
    """
    from loanwright.cli.deep_checkup import deep_checks
    from loanwright.cli.opening import read_settings

    findings = check_all(read_settings(), deep_checks(last) if deep else None)
    shown = [finding for finding in findings if not (quiet and finding.state == "ok")]
    if as_json:
        say(json.dumps([asdict(finding) for finding in shown], ensure_ascii=False, indent=1))
    else:
        for finding in shown:
            _show(finding)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def _show(finding: Finding) -> None:
    say(f"{MARKS[finding.state]:8} {finding.about}: {finding.what}")
    if finding.remedy:
        say(f"{'':8} → {finding.remedy}")
