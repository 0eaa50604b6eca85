"""`loanwright lender`: what is served, and what is wrong with a directory."""

import shutil

import pytest
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.features.product import parse_product
from loanwright.lending.reading import bundled_lenders

runner = CliRunner()


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_demos_lenders_are_listed():
    result = runner.invoke(app, ["lender", "list"])
    assert result.exit_code == 0
    for file in bundled_lenders().glob("*/lender.toml"):
        assert f"{file.parent.name}-loan" in result.stdout


def test_the_product_file_is_printed_as_it_is_served():
    directory = bundled_lenders() / "cityline"
    result = runner.invoke(app, ["lender", "product", str(directory)])
    assert result.exit_code == 0
    product = parse_product(result.stdout)
    assert (product.name, product.base) == ("cityline-loan", "instalment-loan")
    other = runner.invoke(app, ["lender", "product", str(directory), "--base", "credit-card"])
    assert other.exit_code == 1


@pytest.mark.parametrize("name", ["northbank", "cityline"])
def test_a_good_directory_is_said_to_be_good(name):
    result = runner.invoke(app, ["lender", "check", str(bundled_lenders() / name)])
    assert result.exit_code == 0, result.output
    assert f"{name}-loan" in result.stdout


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("lender.toml", 'base = "instalment-loan"', 'base = "mortgage"', "mortgage"),
        ("loan-policy.toml", "age = 17", "age = 19", "expected decline, got"),
        ("loan-policy.toml", 'rules = ["rule.large_amount"]', "rules = []", "has no example"),
    ],
)
def test_a_bad_directory_is_refused_by_name(tmp_path, name, before, after, said):
    directory = shutil.copytree(bundled_lenders() / "northbank", tmp_path / "northbank")
    text = (directory / name).read_text()
    assert before in text
    (directory / name).write_text(text.replace(before, after, 1))
    result = runner.invoke(app, ["lender", "check", str(directory)])
    assert result.exit_code == 1
    assert said in result.output
