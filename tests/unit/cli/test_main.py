import errno

import pytest
import typer
from typer.testing import CliRunner

from loanwright.cli.failures import PlainFailures, fail
from loanwright.cli.main import app
from loanwright.errors import Unavailable

runner = CliRunner()


class DatabaseUnavailable(Unavailable):
    """The database does not answer now: {why}."""


def run_raising(problem):
    broken = typer.Typer(cls=PlainFailures)

    @broken.callback()
    def main() -> None:
        """Give the group its commands."""

    @broken.command()
    def work() -> None:
        raise problem

    return runner.invoke(broken, ["work"])


def test_without_arguments_it_shows_what_one_can_do():
    result = runner.invoke(app, [])
    for command in ("product", "train", "report", "serve", "decide", "replay", "db", "doctor"):
        assert command in result.output


def test_it_says_its_version():
    assert runner.invoke(app, ["--version"]).output.startswith("loanwright ")


def test_an_unknown_command_is_a_wrong_use():
    assert runner.invoke(app, ["fly"]).exit_code == 2


def test_a_missing_file_is_a_wrong_use():
    result = runner.invoke(app, ["product", "check", "missing.toml"])
    assert result.exit_code == 2
    assert "missing.toml" in result.stderr


def test_a_replay_wants_one_decision_or_all():
    assert runner.invoke(app, ["replay"]).exit_code == 2
    assert runner.invoke(app, ["replay", "dec_1", "--all"]).exit_code == 2


def test_a_decision_of_a_file_wants_a_product_or_a_package(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text("limit\n1\n")
    assert runner.invoke(app, ["decide", str(file)]).exit_code == 2


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (fail("It is so."), "Error: It is so."),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.txt"), "Error: a.txt: No such file."),
        (ModuleNotFoundError("No module", name="lightgbm"), "loanwright[train]"),
        (ModuleNotFoundError("No module", name="fastapi.routing"), "loanwright[service]"),
    ],
)
def test_foreseeable_trouble_is_a_sentence_and_exit_code_one(problem, sentence):
    result = run_raising(problem)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_a_known_error_comes_with_its_remedy():
    result = run_raising(DatabaseUnavailable(why="refused"))
    assert result.stderr.splitlines() == [
        "Error: The database does not answer now: refused.",
        "See what is wrong with: loanwright doctor",
    ]


def test_what_nobody_foresaw_is_not_hidden():
    assert isinstance(run_raising(ZeroDivisionError()).exception, ZeroDivisionError)


def test_a_product_file_can_be_checked(tmp_path):
    from loanwright.features.product import bundled_product

    file = tmp_path / "card.toml"
    file.write_text(bundled_product("credit-card").text, encoding="utf-8")
    result = runner.invoke(app, ["product", "check", str(file)])
    assert result.exit_code == 0
    assert "the file can be used" in result.output


def test_a_wrong_product_file_is_refused_with_its_problems(tmp_path):
    file = tmp_path / "wrong.toml"
    file.write_text("[product]\n")
    result = runner.invoke(app, ["product", "check", str(file)])
    assert result.exit_code == 1
    assert "product.name: is missing" in result.stderr
