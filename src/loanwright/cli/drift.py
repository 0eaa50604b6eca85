"""`loanwright drift`: whether one table has moved away from another, or from a model's sample."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from loanwright.cli.console import progress, remark, say, show_table
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.features.product import Product

app = typer.Typer()

Language = Literal["en", "ru"]
FirstArgument = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV or Parquet: the reference.")
]
SecondArgument = Annotated[
    Path | None,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help="CSV or Parquet: the chunk; left out, the first is compared with --package's sample.",
    ),
]
ProductOption = Annotated[str | None, typer.Option(help="Product: a name, or a product file.")]
SegmentOption = Annotated[str | None, typer.Option(help="Segment of the rows.")]
PackageOption = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Model whose score and PD are watched."),
]
PolicyOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Policy file whose cut-off counts approvals."),
]
HtmlOption = Annotated[Path | None, typer.Option(help="Write the report as one page.")]
AsJsonOption = Annotated[Path | None, typer.Option("--json", help="Write all values.")]
EvidentlyOption = Annotated[
    Path | None, typer.Option(help="Write Evidently's report of the same tables as well.")
]
LanguageOption = Annotated[Language, typer.Option(help="Of page and tables: en or ru.")]
AlertOnOption = Annotated[
    str | None, typer.Option(help="Methods that raise alerts, such as psi,ks,missing.")
]
SignificanceOption = Annotated[
    float, typer.Option(help="How often a chunk without drift may raise any alert.")
]


@app.command()
def drift(
    first: FirstArgument,
    second: SecondArgument = None,
    product: ProductOption = None,
    segment: SegmentOption = None,
    package: PackageOption = None,
    policy: PolicyOption = None,
    html: HtmlOption = None,
    as_json: AsJsonOption = None,
    evidently: EvidentlyOption = None,
    language: LanguageOption = "en",
    alert_on: AlertOnOption = None,
    significance: SignificanceOption = 0.05,
) -> None:
    """Say which features have moved between two tables, and what that did to PD and approvals.

    Ends with exit code 0 where nothing moved, and 1 where an alert was raised.
    """
    from loanwright.drift.watching import DECISIVE, Threshold
    from loanwright.drifting.files import Comparing
    from loanwright.packaging.package import ModelPackage

    if second is None and package is None:
        raise typer.BadParameter("give a second table, or --package whose sample is the reference")
    _refuse_taken({"--html": html, "--json": as_json, "--evidently": evidently})
    if evidently is not None:
        _need_evidently(second)
    named = DECISIVE if alert_on is None else [one.strip() for one in alert_on.split(",")]
    comparing = Comparing(
        product=None if product is None else _product(product),
        segment=segment,
        package=None if package is None else ModelPackage.load(package),
        policy=None if policy is None else _policy(policy),
        threshold=Threshold(methods=tuple(named), significance=significance),
    )
    with progress("Comparing") as advance:
        report = comparing.compare(first if second else None, second or first, advance=advance)
    _write(report, html=html, as_json=as_json, language=language)
    if evidently is not None and second is not None:
        _write_evidently(first, second, evidently)
    _show(report, language)
    if report["drifted"]:
        raise typer.Exit(1)


def _refuse_taken(wanted: Mapping[str, Path | None]) -> None:
    for option, path in wanted.items():
        if path is not None and path.exists():
            raise fail(f"{path} is there already; name another file.")
        if path is not None and not path.parent.is_dir():
            raise fail(f"{option}: there is no directory {path.parent}; make it first.")


def _need_evidently(second: Path | None) -> None:
    from loanwright.drifting.evidently import check_evidently

    if second is None:
        raise typer.BadParameter("--evidently needs both tables")
    check_evidently()


def _write_evidently(first: Path, second: Path, path: Path) -> None:
    from loanwright.drifting.evidently import evidently_report

    evidently_report(first, second).save_html(str(path))
    remark(f"Wrote {path}")


def _product(name: str) -> "Product":
    from loanwright.features.product import bundled_product, load_product

    return load_product(name) if Path(name).is_file() else bundled_product(name)


def _policy(path: Path) -> Any:
    from loanwright.rulebook.files import read_policy_file

    return read_policy_file(path)


def _write(
    report: Mapping[str, Any], *, html: Path | None, as_json: Path | None, language: str
) -> None:
    from loanwright.drift.page import render_drift

    if html is not None:
        html.write_text(render_drift(report, language=language), encoding="utf-8")
        remark(f"Wrote {html}")
    if as_json is not None:
        as_json.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
        remark(f"Wrote {as_json}")


def _show(report: Mapping[str, Any], language: str) -> None:
    from loanwright.drift.words import method_name, sample_name, words_in

    word = words_in(language)
    chunk, reference = report["chunks"][-1], report["reference"]
    named = sample_name(reference["name"], word)
    say(f"{named} ({reference['rows']:,}) → {chunk['name']} ({chunk['rows']:,})")
    for key in ("probability_of_default", "approval_rate"):
        if chunk[key] is not None and reference[key] is not None:
            named = word["pd" if key.startswith("prob") else key]
            say(f"{named}: {reference[key]:.2%} → {chunk[key]:.2%}")
    say()
    if not report["alerts"]:
        say(word["no_alerts"])
        return
    titles = {one["feature"]: one["title"][language] for one in chunk["features"]}
    show_table(
        tuple(word[key] for key in ("feature", "method", "value", "critical", "p_value", "on_pd")),
        [
            (
                titles.get(one["feature"], word["score"]),
                method_name(one["method"], word),
                f"{one['value']:.4f}",
                "—" if one["critical"] is None else f"{one['critical']:.4f}",
                "< 0.0001" if one["p_value"] < 1e-4 else f"{one['p_value']:.4f}",
                "—" if one["effect"] is None else f"{one['effect']['probability']:+.2%}",
            )
            for one in report["alerts"]
        ],
    )
