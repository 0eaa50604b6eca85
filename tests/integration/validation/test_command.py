"""`loanwright validate` from package and table to page and JSON, twice the same bytes."""

import json
from typing import get_args

import polars as pl
import pytest
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.cli.validate import Language, Rules, Tier
from loanwright.datasets.bundled import load_dataset
from loanwright.fairness.jurisdictions import NAMES
from loanwright.features.product import bundled_product
from loanwright.packaging.package import ModelPackage
from loanwright.training import train
from loanwright.validating import validate
from loanwright.validation.chapters.monitoring import VALID
from loanwright.validation.full import CHAPTERS
from loanwright.validation.shown import LANGUAGES


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    directory = tmp_path_factory.mktemp("models")
    product, table = bundled_product("instalment-loan"), load_dataset("instalment-loan")
    return train(product, table, models_dir=directory, only=[("new", "scorecard")])[0].path


def run(*arguments):
    return CliRunner().invoke(app, ["validate", *map(str, arguments)])


def test_the_command_writes_the_same_report_twice_and_shows_every_chapter(package, tmp_path):
    page, first, second = (tmp_path / name for name in ("a.html", "a.json", "b.json"))
    told = ("--date", "2026-11-21", "--owner", "Ann", "--validator", "Ben", "--tier", "low")
    shown = run(package, "--html", page, "--json", first, *told)
    again = run(package, "--json", second, *told)
    report = json.loads(first.read_text())
    assert shown.exit_code == again.exit_code == int(report["counts"]["breach"] > 0)
    assert first.read_bytes() == second.read_bytes()
    assert [one["number"] for one in report["chapters"]] == list(range(1, len(CHAPTERS) + 2))
    assert all(figure["made_by"].startswith(("loanwright.", "importlib."))
               for chapter in report["chapters"] for figure in chapter["figures"])  # fmt: skip
    assert all(one["title"]["en"] in shown.output for one in report["chapters"])
    assert "<html" in page.read_text()


def test_a_file_that_is_there_is_not_overwritten(package, tmp_path):
    page = tmp_path / "a.html"
    page.write_text("mine")
    found = run(package, "--html", page)
    assert found.exit_code == 1
    assert page.read_text() == "mine"


def test_judged_rows_are_those_the_model_has_not_seen(package, tmp_path):
    run(package, "--json", tmp_path / "a.json")
    report = json.loads((tmp_path / "a.json").read_text())
    assert report["judged"] == "holdout"
    assert report["subject"]["rows"] == 200
    assert report["report_date"] is None


@pytest.mark.parametrize("defaults", [2, 5, 49])
def test_a_portfolio_with_few_defaults_is_judged_all_the_same(package, defaults):
    table = load_dataset("instalment-loan")
    bad = pl.col("default") == 1
    few = pl.concat([table.filter(~bad), table.filter(bad).head(defaults)])
    report = validate(ModelPackage.load(package), few)
    assert (report["judged"], report["subject"]["defaults"]) == ("fresh", defaults)
    assert len(report["chapters"]) == len(CHAPTERS) + 1


@pytest.mark.parametrize(
    ("option", "value", "known"),
    [("--language", "de", "ru"), ("--tier", "huge", "medium"), ("--jurisdiction", "mars", "eu")],
)
def test_an_option_outside_its_choices_is_refused_with_the_choices(package, option, value, known):
    found = run(package, option, value)
    assert found.exit_code == 2
    said = "".join(found.output.split())
    assert option in said
    assert f"'{value}'isnotoneof" in said
    assert f"'{known}'" in said


def test_choices_of_the_command_are_those_of_the_library():
    assert get_args(Language) == LANGUAGES
    assert get_args(Rules) == NAMES
    assert set(get_args(Tier)) == {tier for tier in VALID if tier}
