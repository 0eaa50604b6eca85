"""`loanwright validate` from package and table to page and JSON, twice the same bytes."""

import json
import os
import sys
from typing import get_args

import polars as pl
import pytest
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.cli.validate import Language, Rules, Tier
from loanwright.datasets.bundled import load_dataset
from loanwright.fairness.jurisdictions import NAMES
from loanwright.features.product import bundled_product, parse_product
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


@pytest.fixture
def no_chapters(monkeypatch):
    def judge(*_arguments, **_options):
        pytest.fail("the chapters were computed")

    monkeypatch.setattr("loanwright.validating.validate", judge)


@pytest.mark.usefixtures("no_chapters")
def test_a_day_that_is_none_is_refused_before_the_chapters(package):
    found = run(package, "--date", "2026-13-45")
    assert found.exit_code == 1
    assert "2026-13-45" in found.output


@pytest.mark.usefixtures("no_chapters")
@pytest.mark.parametrize("option", ["--html", "--pdf", "--json"])
def test_a_directory_that_is_none_is_refused_before_the_chapters(package, tmp_path, option):
    found = run(package, option, tmp_path / "none" / "report")
    assert found.exit_code == 1
    assert f"{option}: there is no directory" in found.output


@pytest.mark.usefixtures("no_chapters")
def test_a_directory_that_takes_nothing_is_refused_before_the_chapters(
    package, tmp_path, monkeypatch
):
    monkeypatch.setattr("os.access", lambda _path, mode, **_: not mode & os.W_OK)
    found = run(package, "--json", tmp_path / "a.json")
    assert found.exit_code == 1
    assert "--json: nothing can be written" in found.output


@pytest.mark.usefixtures("no_chapters")
def test_a_pdf_without_typst_is_refused_before_the_chapters(package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    found = run(package, "--pdf", tmp_path / "a.pdf")
    assert found.exit_code == 1
    assert "loanwright[pdf]" in found.output


@pytest.mark.usefixtures("no_chapters")
@pytest.mark.parametrize(
    ("name", "segment", "said"),
    [
        ("instalment-loan", "existing", "of the segment existing"),
        ("boat-loan", "new", "of the product boat-loan"),
    ],
)
def test_a_foreign_champion_is_refused_before_the_chapters(package, tmp_path, name, segment, said):
    table = load_dataset("instalment-loan")
    product = parse_product(
        bundled_product("instalment-loan").text.replace("instalment-loan", name)
    )
    other = train(product, table, models_dir=tmp_path, only=[(segment, "scorecard")])[0].path
    found = run(package, "--champion", other)
    assert found.exit_code == 1
    said_all = " ".join(found.output.split())
    assert "--champion:" in said_all
    assert said in said_all


@pytest.mark.usefixtures("no_chapters")
def test_misspelt_decisions_are_refused_before_the_chapters(package, tmp_path):
    table = tmp_path / "decisions.csv"
    table.write_text("recommended,outcome\napprove,approve\napprov,decline\n")
    found = run(package, "--decisions", table)
    assert found.exit_code == 1
    assert "column recommended, row 2 holds 'approv'" in " ".join(found.output.split())


def test_a_product_without_data_asks_for_the_sample(tmp_path):
    file = tmp_path / "boat.toml"
    file.write_text(bundled_product("instalment-loan").text.replace("instalment-loan", "boat-loan"))
    found = CliRunner().invoke(app, ["train", str(file)])
    assert found.exit_code == 1
    said = " ".join(found.output.split())
    assert "give the sample as second argument" in said
    assert "credit-card, instalment-loan" in said


@pytest.mark.usefixtures("no_chapters")
def test_a_package_of_a_product_without_data_asks_for_the_sample(tmp_path):
    text = bundled_product("instalment-loan").text.replace("instalment-loan", "boat-loan")
    table = load_dataset("instalment-loan")
    made = train(parse_product(text), table, models_dir=tmp_path, only=[("new", "scorecard")])
    found = run(made[0].path)
    assert found.exit_code == 1
    assert "boat-loan comes without data; give the sample as second" in " ".join(
        found.output.split()
    )
