"""`loanwright simulate` on files and on what was decided here."""

import json

import polars as pl
import pytest
from tests.unit.batch.made import SMALL, small_package
from tests.unit.simulation.made import policy, table
from typer.testing import CliRunner

from loanwright.batch.frames import score_frame
from loanwright.cli.main import app
from loanwright.cli.simulated import column_or, share
from loanwright.rulebook.files import write_policy_file

MONEY = ("--amount", "sum", "--rate", "20%", "--term", "12", "--lgd", "60%")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a directory with a package, two policies, and applications with some outcomes."""
    monkeypatch.chdir(tmp_path)
    package = small_package(tmp_path / "models")
    write_policy_file(policy(520), tmp_path / "loose.toml")
    write_policy_file(policy(560, name="strict"), tmp_path / "strict.json")
    rows = table(300)
    rows.write_csv(tmp_path / "people.csv")
    scored, _ = score_frame(rows.with_row_index("row"), package, policy=policy(), id="row")
    pl.concat([rows, scored.drop("row")], how="horizontal").write_parquet("scored.parquet")
    (tmp_path / "product.toml").write_text(SMALL.text, encoding="utf-8")
    return tmp_path, package.path


def run(*arguments):
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def test_policies_are_compared_on_a_file(place):
    directory, package = place
    found = run(
        "people.csv", "--model", package, "--policy", "loose.toml", "--policy", "strict.json",
        "--against", "strict.json", "--default", "bad", "--by", "region,grade",
        *MONEY, "--cost-of-funds", "8%", "--out", "result.json", "--approve-at-least", "10%",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    for shown in ("300 applications, money in EUR.", "swapped in", "region: north", "to approve"):
        assert shown in found.output
    written = json.loads((directory / "result.json").read_text())
    assert [one["name"] for one in written["versions"]] == ["loose.toml", "strict.json"]
    assert written["versions"][0]["money"]["lent"] > 0


def test_a_scored_file_needs_no_model(place):
    _, package = place
    tried = ("--policy", "loose.toml", "--default", "bad", "--json")
    own = ("--product", "product.toml", "--segment", "new")
    both = [run("people.csv", "--model", package, *tried), run("scored.parquet", *own, *tried)]
    assert [one.exit_code for one in both] == [0, 0], both[1].output
    first, second = (json.loads(one.stdout)["versions"][0] for one in both)
    assert first.pop("model_hashes")
    assert not second.pop("model_hashes")
    assert first == second


def test_what_is_impossible_is_said_with_how_much_is_missing(place):
    _, package = place
    found = run(
        "people.csv", "--model", package, "--policy", "loose.toml",
        "--approve-at-least", "90%", "--bad-rate-at-most", "0.1%",
    )  # fmt: skip
    assert found.exit_code == 1
    assert "no cut-offs approve at least 90.0%" in found.output
    assert "points too many" in found.output
    assert "points too few" in found.output


def test_wrong_options_are_said_in_a_sentence(place):
    _, package = place
    files = ("people.csv", "--model", package, "--policy", "loose.toml")
    assert run().exit_code == 2
    assert run("people.csv", "--history").exit_code == 2
    for options, said in (
        (("--out", "result.txt"), "ends in neither"),
        (("--lgd", "60%"), "both --lgd and --cost-of-funds"),
        (("--approve-at-least", "much"), "is no share"),
        (("--by", "shoe_size"), "no column shoe_size"),
    ):
        found = run(*files, *options)
        assert (found.exit_code, said in found.output) == (1, True), found.output


def test_shares_and_columns_are_told_apart():
    assert (share("60%"), share("0.5"), share(None)) == (0.6, 0.5, None)
    assert column_or("limit", float) == "limit"
    assert column_or("19.9%", share) == pytest.approx(0.199)
