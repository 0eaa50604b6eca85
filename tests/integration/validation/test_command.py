"""`loanwright validate` from package and table to page and JSON, twice the same bytes."""

import json

import pytest
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.datasets.bundled import load_dataset
from loanwright.features.product import bundled_product
from loanwright.training import train
from loanwright.validation.full import CHAPTERS


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
