"""`loanwright validate`: the sixteen chapters about a package and a table."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from loanwright.cli.console import progress, remark, say, show_table
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.packaging.package import ModelPackage

app = typer.Typer()

Language = Literal["en", "ru"]
Tier = Literal["high", "medium", "low"]
Rules = Literal["us-federal", "us-state", "eu", "ru", "off"]

PackageArgument = Annotated[
    Path, typer.Argument(exists=True, file_okay=False, help="Directory of a model package.")
]
SampleArgument = Annotated[
    Path | None,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help="CSV or parquet with features and label; bundled products have theirs.",
    ),
]
HtmlOption = Annotated[Path | None, typer.Option(help="Write the report as one page.")]
PdfOption = Annotated[
    Path | None, typer.Option(help="Write the report as a PDF (needs the extra pdf).")
]
AsJsonOption = Annotated[
    Path | None, typer.Option("--json", help="Write all values of the report.")
]
LanguageOption = Annotated[
    Language, typer.Option(help="Of the PDF and of what is shown first: en or ru.")
]
DecisionsOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Table of decisions, for overrides."),
]
OutcomesOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Table of monthly performance."),
]
ReferenceOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Those for whom the model was made."),
]
ChampionOption = Annotated[
    Path | None, typer.Option(exists=True, file_okay=False, help="Package to compare with.")
]
JurisdictionOption = Annotated[
    Rules, typer.Option(help="Whose fairness rules apply: us-federal, us-state, eu, ru or off.")
]
DateOption = Annotated[
    str | None, typer.Option(help="Day of the report, YYYY-MM-DD; due dates count from it.")
]
OwnerOption = Annotated[str | None, typer.Option(help="Who answers for the model.")]
ValidatorOption = Annotated[str | None, typer.Option(help="Who validated it.")]
TierOption = Annotated[Tier | None, typer.Option(help="Materiality: high, medium or low.")]


@app.command()
def validate(
    package: PackageArgument,
    sample: SampleArgument = None,
    html: HtmlOption = None,
    pdf: PdfOption = None,
    as_json: AsJsonOption = None,
    language: LanguageOption = "en",
    decisions: DecisionsOption = None,
    outcomes: OutcomesOption = None,
    reference: ReferenceOption = None,
    champion: ChampionOption = None,
    jurisdiction: JurisdictionOption = "off",
    date: DateOption = None,
    owner: OwnerOption = None,
    validator: ValidatorOption = None,
    tier: TierOption = None,
) -> None:
    """Judge a model package on a table: sixteen chapters, each figure with its threshold.

    Ends with exit code 1 where a figure is in breach.
    """
    from loanwright.packaging.package import ModelPackage
    from loanwright.validating import Beside
    from loanwright.validating import validate as judge

    _refuse_unwritable({"--html": html, "--pdf": pdf, "--json": as_json})
    _refuse_unreadable(date, pdf=pdf)
    known = ModelPackage.load(package)
    tables = _tables(decisions, outcomes)
    beside = Beside(
        decisions=tables[0],
        outcomes=tables[1],
        reference=_read(reference),
        champion=None if champion is None else _champion(known, champion),
        jurisdiction=jurisdiction,
        report_date=date,
        owner=owner,
        validator=validator,
        tier=tier,
    )
    with progress("Validating") as advance:
        report = judge(known, _sample(known, sample), beside=beside, progress=advance)
    _write(report, {"html": html, "pdf": pdf, "json": as_json}, language)
    _show(report, language)
    if report["counts"]["breach"]:
        raise typer.Exit(1)


def _refuse_unwritable(wanted: Mapping[str, Path | None]) -> None:
    for option, path in wanted.items():
        if path is None:
            continue
        if path.exists():
            raise fail(f"{path} is there already; name another file.")
        if not path.parent.is_dir():
            raise fail(f"{option}: there is no directory {path.parent}; make it first.")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise fail(f"{option}: nothing can be written to {path.parent}; name another file.")


def _refuse_unreadable(date: str | None, *, pdf: Path | None) -> None:
    from loanwright.validation.chapters.monitoring import read_date
    from loanwright.validation.pdf import check_typst

    if date is not None:
        read_date(date)
    if pdf is not None:
        check_typst()


def _champion(known: "ModelPackage", path: Path) -> "ModelPackage":
    from loanwright.packaging.package import ModelPackage

    found = ModelPackage.load(path)
    for what, its, wanted in (
        ("product", found.product.name, known.product.name),
        ("segment", found.segment, known.segment),
    ):
        if its != wanted:
            raise fail(
                f"--champion: {path} is a model of the {what} {its}, and the validated one of "
                f"{wanted}; name a package of the same product and segment."
            )
    return found


def _read(path: Path | None) -> Any:
    from loanwright.cli.tables import read_table

    return None if path is None else read_table(path, quiet=True)


def _tables(decisions: Path | None, outcomes: Path | None) -> tuple[Any, Any]:
    from loanwright.validation.beside import check_decisions, check_outcomes

    tables = _read(decisions), _read(outcomes)
    for table, check in zip(tables, (check_decisions, check_outcomes), strict=True):
        if table is not None:
            check(table)
    return tables


def _sample(package: Any, path: Path | None) -> Any:
    from loanwright.cli.train import bundled_sample

    return bundled_sample(package.product.name) if path is None else _read(path)


def _write(report: Mapping[str, Any], wanted: Mapping[str, Path | None], language: str) -> None:
    from loanwright.packaging.write import json_bytes
    from loanwright.validation.page import render_full
    from loanwright.validation.pdf import render_pdf

    makers = {
        "html": lambda: render_full(report, language=language).encode(),
        "pdf": lambda: render_pdf(report, language=language),
        "json": lambda: json_bytes(report),
    }
    for kind, path in wanted.items():
        if path is not None:
            path.write_bytes(makers[kind]())
            remark(f"Wrote {path}")


def _show(report: Mapping[str, Any], language: str) -> None:
    subject = report["subject"]
    judged = f"{report['judged']}, {subject['rows']} rows, {subject['defaults']} defaults"
    say(f"{subject['title'].get(language, subject['product'])}, {subject['family']}: {judged}")
    say()
    show_table(
        ("chapter", "", "result", "figures"),
        [
            (
                str(chapter["number"]),
                chapter["title"].get(language, chapter["name"]),
                chapter["result"].replace("_", " "),
                str(sum(one["result"] != "not_available" for one in chapter["figures"])),
            )
            for chapter in report["chapters"]
        ],
    )
    _show_findings(report, language)


def _show_findings(report: Mapping[str, Any], language: str) -> None:
    say()
    if not report["findings"]:
        say("No findings.")
        return
    show_table(
        ("severity", "finding", "what", "found", "due"),
        [
            (
                one["severity"],
                f"{one['chapter']}.{one['name']}",
                one["title"].get(language, one["name"]),
                _found(one["found"], language),
                one["due"] or "-",
            )
            for one in report["findings"]
        ],
    )


def _found(value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        return str(value.get(language, ""))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
