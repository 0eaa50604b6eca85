"""A person's own table: draft, train, serve, decide, replay; nothing in between."""

import json

import polars as pl
import pytest
from tests.integration.cli.conftest import QUICK

PERSON = {
    "amount": 9000,
    "monthly_income": 2400,
    "months_employed": 30,
    "late_payments": 2,
    "home": "rent",
}


@pytest.fixture(scope="module")
def served(lender):
    with lender.serving("serve", "--product", "loan.toml", "--port", 0) as served:
        served.read_token()
        yield served


def packages(lender, family="scorecard"):
    return sorted((lender.place / "var" / "models").glob(f"loan-new-{family}-*"))


def test_a_draft_warns_about_leaks_identifiers_and_constants(lender):
    warnings = lender.drafted.stderr
    assert "collection_fee: left out, a leak suspect" in warnings
    assert "contract: left out, an identifier" in warnings
    assert "country: left out, constant" in warnings


def test_a_draft_is_not_written_over_a_file(lender):
    result = lender.run("product", "draft", "loans.csv", "--target", "bad", "-o", "loan.toml")
    assert (result.returncode, "is there already" in result.stderr) == (1, True)


def test_training_says_how_far_it_is_without_touching_the_result(lender):
    assert "Training loan" in lender.trained.stderr
    assert "Training loan" not in lender.trained.stdout
    assert "scorecard" in lender.trained.stdout


def test_the_same_seed_trains_the_same_bytes(lender, tmp_path):
    lender.succeed("train", "loan.toml", "loans.csv", "--models", tmp_path, *QUICK)
    again = {path.name for path in tmp_path.iterdir()}
    assert again == {path.name for path in (lender.place / "var" / "models").iterdir()}


def test_a_report_prints_figures_with_their_intervals(lender):
    printed = lender.succeed("report", packages(lender)[0])
    assert "verified" in printed
    assert "calibration slope" in printed


def test_a_report_can_be_kept_as_one_page(lender, tmp_path):
    page = tmp_path / "report.html"
    lender.succeed("report", packages(lender)[0], "--html", page)
    assert page.read_text().lstrip().lower().startswith("<!doctype html>")


def test_a_trained_product_is_served_without_further_ceremony(served):
    status, answer = served.send({"product": "loan", "features": PERSON})
    assert status == 201
    assert answer["decision"]["outcome"] in {"approve", "refer", "decline"}
    assert 1 <= len(answer["decision"]["reasons"]) <= 4


def test_the_next_start_prints_no_key_again(lender, served):
    with lender.serving("serve", "--product", "loan.toml", "--port", 0) as again:
        status, _ = again.call("/health/ready")
        assert status == 200
        assert not any("lw_" in line for line in again.said)
    assert again.process.returncode == 0


def test_a_file_is_decided_and_its_second_sending_gives_the_same_decisions(lender, served):
    rows = [PERSON, {**PERSON, "late_payments": 0, "amount": 2000}]
    file = lender.place / "rows.json"
    file.write_text(json.dumps(rows))
    first = lender.succeed("decide", "rows.json", "--product", "loan.toml", "--jsonl")
    again = lender.succeed("decide", "rows.json", "--product", "loan.toml", "--jsonl")
    assert first == again
    assert len({json.loads(line)["decision"] for line in first.splitlines()}) == 2


def test_a_package_decides_a_file_and_records_nothing(lender, tmp_path):
    printed = lender.succeed("decide", "loans.csv", "--package", packages(lender)[0])
    lines = printed.splitlines()
    assert lines[0].split()[:3] == ["row", "outcome", "PD"]
    assert len(lines) == 1_501


def test_a_row_that_cannot_be_decided_is_named_and_the_others_are_decided(lender):
    file = lender.place / "mixed.csv"
    head = "amount,monthly_income,months_employed,late_payments,home"
    file.write_text(f"{head}\n5000,3000,,0,own\nmuch,3000,,0,own\n")
    result = lender.run("decide", "mixed.csv", "--package", packages(lender)[0], "--jsonl")
    good, wrong = map(json.loads, result.stdout.splitlines())
    assert result.returncode == 1
    assert good["row"] == 1
    assert "amount" in wrong["error"]


def test_every_decision_replays(lender, served):
    served.send({"product": "loan", "features": PERSON})
    assert "every bit equal" in lender.succeed("replay", "--all")


def test_an_installation_that_serves_is_in_order(lender, served):
    result = lender.run("doctor")
    assert result.returncode == 0, result.stdout
    assert "WRONG" not in result.stdout


def test_what_is_not_trained_is_not_served(shell, lender):
    text = (lender.place / "loan.toml").read_text()
    (shell.place / "loan.toml").write_text(text)
    result = shell.run("serve", "--product", "loan.toml", "--port", 0)
    assert result.returncode == 1
    assert "Train it first" in result.stderr


def test_the_decisions_are_a_table_that_validation_reads(lender, served, tmp_path):
    for amount in range(3000, 9000, 500):
        body = {"product": "loan", "features": {**PERSON, "amount": amount}}
        assert served.send(body)[0] == 201
    file = tmp_path / "log.parquet"
    assert "decisions" in lender.run("log", file, "--product", "loan.toml").stderr
    table = pl.read_parquet(file)
    assert len(table) >= 12
    assert {"recommended", "outcome", "amount", "monthly_income"} <= set(table.columns)
    assert set(table["outcome"]) <= {"approve", "refer", "decline"}

    report = tmp_path / "report.json"
    package = packages(lender)[-1]
    lender.run("validate", package, "loans.csv", "--decisions", file, "--json", report)
    overrides = json.loads(report.read_text())["chapters"][13]
    assert overrides["number"] == 14
    rate = next(one for one in overrides["figures"] if one["name"] == "override_rate")
    assert rate["value"] in (0.0, None)


def test_nothing_decided_is_a_sentence(shell):
    result = shell.run("log", "log.csv", "--product", "credit-card")
    assert (result.returncode, "Nothing was decided yet" in result.stderr) == (1, True)
