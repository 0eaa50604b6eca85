"""`loanwright path`: the smallest changes after which an application would be approved."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from loanwright.cli.console import remark, say
from loanwright.cli.rows import read_rows

if TYPE_CHECKING:
    from loanwright.decisioning.policy import Policy
    from loanwright.explanation.paths import PathLimits

app = typer.Typer()

Language = Literal["en", "ru"]


@app.command()
def path(
    application: Annotated[
        str, typer.Argument(help="Id of a decision, or with --package a file of one application.")
    ],
    package: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Decide a file with this package."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="With --package: TOML or JSON; the starter if absent."
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Feature that may change; may be repeated.")
    ] = None,
    count: Annotated[int, typer.Option(help="Paths at most, 1 to 5.")] = 3,
    seconds: Annotated[float, typer.Option(help="For the search.")] = 2.0,
    language: Annotated[Language, typer.Option(help="Of the words: en or ru.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Find the smallest changes that lead to approval; each was decided again.

    Exit code 1 when there is none, or none was found.
    """
    from loanwright.explanation.paths import PathLimits

    limits = PathLimits(count=count, seconds=seconds, only=tuple(only) if only else None)
    if package is None:
        document = _of_decision(application, limits)
    else:
        document = _of_file(Path(application), package, policy, limits)
    _show(document, language, as_json=as_json)
    if document["status"] in ("proved_none", "none_found"):
        raise typer.Exit(1)


def _of_decision(decision_id: str, limits: "PathLimits") -> dict[str, Any]:
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        return service.paths.find(decision_id, limits=limits).document()


def _of_file(
    file: Path, directory: Path, policy_file: Path | None, limits: "PathLimits"
) -> dict[str, Any]:
    from loanwright.explanation.paths_words import paths_document
    from loanwright.features.records import validate_record
    from loanwright.packaging.package import ModelPackage
    from loanwright.packaging.paths import paths_to_approval

    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}")
    package = ModelPackage.load(directory)
    policy = _policy(policy_file, package.product.policy)
    rows = list(read_rows(file, package.product, package.segment))
    if len(rows) != 1:
        raise typer.BadParameter(f"{file} holds {len(rows)} applications; give one")
    record = validate_record(package.product, package.segment, rows[0].features)
    found = paths_to_approval(package, policy, record, limits=limits)
    return paths_document(found, policy)


def _policy(file: Path | None, starter: Any) -> "Policy":
    from loanwright.decisioning.policy import Policy, policy_from_json, policy_from_toml

    if file is None:
        return Policy.from_mapping(starter)
    read = policy_from_json if file.suffix == ".json" else policy_from_toml
    return read(file.read_text(encoding="utf-8"))


def _show(document: dict[str, Any], language: Language, *, as_json: bool) -> None:
    if as_json:
        say(json.dumps(document, ensure_ascii=False, indent=1))
        return
    say(document["text"][language])
    for number, one in enumerate(document["paths"], start=1):
        say(f"{number}. {one['text'][language]}")
    if document["paths"] and document["cheapest"]:
        remark("No smaller change than the first leads to approval.")
