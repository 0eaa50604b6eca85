"""The reasons of real packages are proved, and a planted liar is found out."""

import dataclasses
import json

import numpy as np
import pytest
from tests.trained import CARD, part_of_the_cards
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.features.columns import columns_from_table, matrix_from_columns
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.proving import prove_package


class Liar:
    """A runtime whose contributions stand under the names of other features."""

    def __init__(self, honest):
        self._honest = honest

    def __getattr__(self, name):
        return getattr(self._honest, name)

    def explain(self, matrix):
        log_odds, contributions = self._honest.explain(matrix)
        return log_odds, np.random.default_rng(1).permuted(contributions, axis=1)


@pytest.fixture(scope="module", params=["lightgbm", "scorecard"])
def package(request, trained):
    return ModelPackage.load(trained["existing", request.param].path)


@pytest.fixture(scope="module")
def matrix():
    columns = columns_from_table(CARD, part_of_the_cards())
    return matrix_from_columns(CARD, "existing", columns)


def test_the_reasons_of_a_real_package_are_proved(package, matrix):
    proof = prove_package(package, matrix)
    assert proof.faithful
    assert proof.share.lower > 0.9


def test_shuffled_contributions_are_not(package, matrix):
    lying = dataclasses.replace(package.assessor, runtime=Liar(package.assessor.runtime))
    liar = dataclasses.replace(package, assessor=lying, known_sample=None)
    proof = prove_package(liar, matrix)
    assert not proof.faithful
    assert proof.share.value < 0.6


def test_the_command_shows_and_writes_the_proof(package, tmp_path):
    table, written = tmp_path / "sample.parquet", tmp_path / "proof.json"
    part_of_the_cards(600).write_parquet(table)
    arguments = ["reasons", "prove", str(package.path), str(table), "--json", str(written)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "The named features are those that moved the score." in done.output
    assert json.loads(written.read_text())["faithful"] is True
    assert CliRunner().invoke(app, arguments).exit_code == 1


def test_a_cut_off_that_everybody_reaches_is_told(package, tmp_path):
    table = tmp_path / "sample.parquet"
    part_of_the_cards(300).write_parquet(table)
    arguments = ["reasons", "prove", str(package.path), str(table), "--cutoff", "-900"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "nobody is below the cut-off" in done.output
