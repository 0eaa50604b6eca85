"""Bins that were written by `loanwright bins` and are trained with again."""

import pytest
import typer
from typer.testing import CliRunner

from loanwright.binning.document import read_bins
from loanwright.cli.bins import bins
from loanwright.cli.failures import PlainFailures
from loanwright.cli.train import train as train_command
from loanwright.datasets.synthetic import make_portfolio
from loanwright.features.columns import column_specs
from loanwright.features.product import parse_product
from loanwright.training import train


def run(command, *arguments):
    app = typer.Typer(cls=PlainFailures, pretty_exceptions_enable=False)
    app.command()(command)
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def lender(tmp_path_factory):
    """Return a folder with a product, a table of some 1,300 rows, a scorecard and its bins."""
    place = tmp_path_factory.mktemp("lender")
    portfolio = make_portfolio(applicants=2000, seed=1)
    (place / "e.toml").write_text(portfolio.product_text, encoding="utf-8")
    portfolio.sample.write_csv(place / "table.csv")
    product = parse_product(portfolio.product_text)
    only = [("new", "scorecard")]
    models = train(product, portfolio.sample, models_dir=place / "first", only=only)
    assert run(bins, models[0].path, "-o", place / "bins.toml").exit_code == 0
    return place


def retrain(place, file, *, families="scorecard"):
    return run(
        train_command,
        *(place / "e.toml", place / "table.csv", "--no-search", "--families", families),
        *("--bins", file, "--models", place / "second"),
    )


def read(place, name):
    product = parse_product((place / "e.toml").read_text(encoding="utf-8"))
    features = product.features.items()
    codes = {name: feature.codes for name, feature in features if feature.type == "category"}
    given = read_bins(
        (place / name).read_text(encoding="utf-8"), column_specs(product, "new"), codes=codes
    )
    return {name: (one.binning.bins, one.woe) for name, one in given.items()}


def test_bins_that_nobody_edited_train_again_on_every_fold(lender, monkeypatch):
    monkeypatch.chdir(lender)
    result = retrain(lender, lender / "bins.toml")
    assert result.exit_code == 0, str(result.exception)
    (package,) = (lender / "second").iterdir()
    again = run(bins, package, "-o", lender / "again.toml")
    assert again.exit_code == 0, str(again.exception)
    first, second = (read(lender, name) for name in ("bins.toml", "again.toml"))
    assert first == second


def test_weights_set_by_hand_against_the_dictionary_are_refused_before_training(lender):
    text = (lender / "bins.toml").read_text(encoding="utf-8")
    head, income = text.split("[features.income]")
    edges = next(line for line in income.splitlines() if line.startswith("edges"))
    autos = "woe = [" + ", ".join(['"auto"'] * (edges.count(",") + 2)) + "]"
    assert autos in income
    wrong = income.replace(autos, autos.replace('"auto"', "0.5", 1)[:-7] + "-0.5]", 1)
    (lender / "wrong.toml").write_text(f"{head}[features.income]{wrong}", encoding="utf-8")
    result = retrain(lender, lender / "wrong.toml")
    assert result.exit_code == 1
    assert "feature income, woe (line" in str(result.exception)
    assert "more is safer" in str(result.exception)
    assert "comparing" not in result.output


def test_bins_without_a_scorecard_are_refused(lender):
    result = retrain(lender, lender / "bins.toml", families="lightgbm,logistic")
    assert result.exit_code == 1
    assert "names only lightgbm, logistic; add scorecard" in str(result.exception)
