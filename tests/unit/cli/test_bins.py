"""Tests of `loanwright bins`."""

import pytest
import typer
from tests.handmade import handmade_package
from typer.testing import CliRunner

from loanwright.binning.document import read_bins
from loanwright.cli.bins import bins
from loanwright.cli.failures import PlainFailures
from loanwright.features.columns import column_specs
from loanwright.features.product import bundled_product


@pytest.fixture(scope="module")
def packages(trained_models):
    return {
        family: next(trained_models.glob(f"credit-card-existing-{family}-*"))
        for family in ("scorecard", "lightgbm")
    }


def run(*arguments):
    app = typer.Typer(cls=PlainFailures, pretty_exceptions_enable=False)
    app.command()(bins)
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_bins_of_a_package_are_a_file_that_can_be_read_again(packages, tmp_path):
    file = tmp_path / "bins.toml"
    assert run(packages["scorecard"], "-o", file).exit_code == 0
    specs = column_specs(bundled_product("credit-card"), "existing")
    assert list(read_bins(file.read_text(), specs)) == [spec.name for spec in specs]
    assert run(packages["scorecard"]).stdout.strip() == file.read_text().strip()


def test_a_file_that_is_there_is_left_alone(packages, tmp_path):
    file = tmp_path / "bins.toml"
    file.write_text("mine")
    result = run(packages["scorecard"], "-o", file)
    assert result.exit_code == 1
    assert file.read_text() == "mine"


def test_only_a_scorecard_has_bins(packages):
    result = run(packages["lightgbm"])
    assert result.exit_code == 1
    assert "only a scorecard has bins" in str(result.exception)


def test_a_card_written_by_hand_without_counts_is_refused_by_name(tmp_path):
    result = run(handmade_package(tmp_path).path)
    assert result.exit_code == 1
    assert "limit" in str(result.exception)
