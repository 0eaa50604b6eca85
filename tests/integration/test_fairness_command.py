"""`loanwright fairness` on a lender who treats one group unfairly, and on one who does not."""

import json

import pytest
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.datasets.synthetic import make_portfolio
from loanwright.features.product import parse_product
from loanwright.training import train


def lender(directory, *defects):
    portfolio = make_portfolio(applicants=7000, seed=0, defects=defects)
    product = parse_product(portfolio.product_text)
    model = train(product, portfolio.sample, models_dir=directory, only=[("new", "scorecard")])[0]
    table = directory / "sample.parquet"
    portfolio.sample.write_parquet(table)
    return str(model.path), str(table)


@pytest.fixture(scope="module")
def unfair(tmp_path_factory):
    return lender(tmp_path_factory.mktemp("unfair"), "biased_group")


def run(*arguments):
    done = CliRunner().invoke(app, ["fairness", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_unfair_lender_is_told_of_the_group_and_of_what_the_screen_is_worth(unfair):
    output = run(*unfair, "--jurisdiction", "us-federal")
    assert "Attention: Group B, score difference" in output
    assert "no rule states it" in output
    assert "counsel" in output


def test_the_fair_lender_is_not_accused(tmp_path):
    output = run(*lender(tmp_path), "--jurisdiction", "us-federal")
    assert "adverse impact ratio" in output
    assert "Attention" not in output


def test_without_a_jurisdiction_nothing_is_measured(unfair):
    output = run(*unfair)
    assert "Nothing is measured by group" in output
    assert "Group B" not in output


def test_the_search_prints_a_frontier_and_writes_it(unfair, tmp_path):
    written = tmp_path / "fairness.json"
    output = run(*unfair, "--jurisdiction", "eu", "--alternatives", "--json", str(written))
    assert "the model as it is" in output
    found = json.loads(written.read_text())
    frontier = found["alternatives"]["group"]["frontier"]
    assert frontier[-1]["ratio"]["value"] > frontier[0]["ratio"]["value"]
    assert found["groups"]["group"]["groups"][1]["title"]["en"] == "Group B"


def test_a_file_that_is_there_is_not_overwritten(unfair, tmp_path):
    there = tmp_path / "there.json"
    there.write_text("mine")
    done = CliRunner().invoke(app, ["fairness", *unfair, "--json", str(there)])
    assert done.exit_code == 1
    assert there.read_text() == "mine"
