"""Every path that is shown approves when a new application with it is decided."""

import json

import numpy as np
import pytest
from tests.trained import PAIRS, part_of_the_cards
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.explanation.paths import PathLimits
from loanwright.features.columns import columns_from_table, facts
from loanwright.features.product import bundled_product
from loanwright.features.records import validate_record
from loanwright.packaging.choosing import records_of
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.paths import paths_to_approval
from loanwright.training import train

LOAN = bundled_product("instalment-loan")
#: Time must not decide a test: a slow machine finds what a quick one finds.
PATIENT = PathLimits(count=5, seconds=30.0)


@pytest.fixture(scope="module")
def loan_package(tmp_path_factory):
    models = tmp_path_factory.mktemp("loan")
    table = load_dataset("instalment-loan")
    (trained,) = train(LOAN, table, models_dir=models, only=[("new", "scorecard")])
    return ModelPackage.load(trained.path)


def check_all(package, table, every):
    product, segment = package.product, package.segment
    policy = Policy.from_mapping(product.policy)
    rows = list(range(0, table.height, every))
    found = {"approved": 0, "found": 0, "proved_none": 0, "none_found": 0}
    for record in records_of(product, segment, columns_from_table(product, table), rows):
        answer = paths_to_approval(package, policy, record, limits=PATIENT)
        found[answer.status] += 1
        assert bool(answer.paths) == (answer.status == "found")
        for path in answer.paths:
            sent = {name: value for name, value in path.record.items() if value is not None}
            again = validate_record(product, segment, sent)
            assessment = package.assess([again])[0]
            known = facts(product, segment, again, policy.names())
            decision = decide(assessment, policy, segment=segment, facts=known)
            assert decision.outcome == "approve"
            for step in path.steps:
                assert step.feature.source == "questionnaire"
                assert not step.feature.protected
                assert step.before == record[step.feature.name] != step.after
    return found


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_paths_of_the_card_approve(trained, pair):
    package = ModelPackage.load(trained[pair].path)
    found = check_all(package, part_of_the_cards(), 25)
    assert sum(found.values()) == 100
    assert found["none_found"] == 0
    assert found["found"] >= 5


def test_paths_of_the_loan_approve_and_are_the_cheapest(loan_package):
    found = check_all(loan_package, load_dataset("instalment-loan"), 5)
    assert found["none_found"] == 0
    assert found["found"] > 50


def test_a_smaller_amount_or_another_term_is_found_where_only_they_may_change(loan_package):
    policy = Policy.from_mapping(LOAN.policy)
    columns = columns_from_table(LOAN, load_dataset("instalment-loan"))
    wish = PathLimits(seconds=30.0, only=("amount", "duration_months"))
    answers = [
        paths_to_approval(loan_package, policy, record, limits=wish)
        for record in records_of(LOAN, "new", columns, list(range(0, 1000, 20)))
    ]
    changed = {step.feature.name for a in answers for path in a.paths for step in path.steps}
    assert changed == {"amount", "duration_months"}


def test_the_amount_that_is_offered_is_plausible_for_the_sample(loan_package):
    known = {one.name: one for one in loan_package.known_sample.inputs}
    record = {
        "amount": 24_000.0, "duration_months": 60, "purpose": "new_car",
        "employment_since": "below_1_year", "housing": "rent", "other_plans": "bank",
        "other_debtors": "none", "age": 30,
    }  # fmt: skip
    policy = Policy.from_mapping(LOAN.policy)
    answer = paths_to_approval(loan_package, policy, record, limits=PATIENT)
    assert answer.status == "found"
    for path in answer.paths:
        assert path.record["amount"] >= known["amount"].lowest
        assert np.isclose(path.record["amount"] % 100, 0)


APPLICATION = {
    "amount": 9_000, "duration_months": 48, "purpose": "new_car",
    "employment_since": "below_1_year", "housing": "rent", "other_plans": "bank",
    "other_debtors": "none", "age": 30,
}  # fmt: skip


def path_of(package, tmp_path, *options, features=None):
    file = tmp_path / "application.json"
    file.write_text(json.dumps([features or APPLICATION]))
    arguments = ["path", str(file), "--package", str(package.path), *options]
    return CliRunner().invoke(app, arguments)


def test_the_command_tells_the_paths_of_a_file(loan_package, tmp_path):
    done = path_of(loan_package, tmp_path)
    assert done.exit_code == 0, done.output
    assert "1. " in done.output
    assert "No smaller change than the first leads to approval." in done.output
    russian = path_of(loan_package, tmp_path, "--language", "ru")
    assert "вместо" in russian.output


def test_the_command_refuses_what_cannot_be_changed_and_names_what_can(loan_package, tmp_path):
    done = path_of(loan_package, tmp_path, "--only", "age")
    assert done.exit_code == 1
    assert "cannot change age" in done.output
    assert "amount" in done.output


def test_the_command_changes_only_what_it_may(loan_package, tmp_path):
    done = path_of(loan_package, tmp_path, "--only", "amount", "--json")
    paths = json.loads(done.stdout)["paths"]
    assert all([one["feature"] for one in p["steps"]] == ["amount"] for p in paths)


def test_the_command_says_when_there_is_none(loan_package, tmp_path):
    done = path_of(loan_package, tmp_path, features=APPLICATION | {"age": 17})
    assert done.exit_code == 1
    assert "under 18" in done.output


def test_the_command_reads_another_policy(loan_package, tmp_path):
    strict = tmp_path / "strict.json"
    document = json.loads(json.dumps(LOAN.policy))
    document["cutoffs"]["new"] = {"approve_from": 999, "refer_from": 500}
    strict.write_text(json.dumps(document))
    done = path_of(loan_package, tmp_path, "--policy", str(strict))
    assert done.exit_code == 1
    assert "Nothing that an applicant can change" in done.output
