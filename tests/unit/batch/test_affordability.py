"""Files tell policies of incomes and debts what a single application tells them."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.exporting.packages import package_of
from typer.testing import CliRunner

from loanwright.batch.frames import Frame, score_frame
from loanwright.batch.opening import prepare
from loanwright.batch.scoring import score_blocks
from loanwright.cli.main import app
from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.burden import FACTS, HIGHEST_BURDEN
from loanwright.decisioning.policy import Policy, policy_from_toml
from loanwright.features.affordable import affordability_of
from loanwright.features.affordable_columns import Applied, affordability_columns
from loanwright.features.product import bundled_product
from loanwright.features.records import validate_record
from loanwright.lending.reading import bundled_lenders, read_lender
from loanwright.packaging.paths import decided
from loanwright.simulation.applications import Version
from loanwright.simulation.files import TableSource
from loanwright.simulation.running import Simulator

LOAN = bundled_product("instalment-loan")
NORTHBANK = read_lender(
    bundled_lenders() / "northbank",
    {name: bundled_product(name) for name in ("instalment-loan", "credit-card")},
).products[0]
EXAMPLE = Path(__file__).parents[3] / "examples" / "policies" / "instalment-loan.toml"
GRADES = tuple(grade["name"] for grade in LOAN.scale["grades"])
OUTCOMES = ("approve", "refer", "decline")
RULES = ("rule.burden",)


def maybe(numbers):
    return st.none() | st.just(0.0) | numbers


@st.composite
def stated(draw):
    """Return what somebody states of a loan and of their means, known or not."""
    return {
        "amount": draw(maybe(st.floats(0, 30_000))),
        "duration_months": draw(st.none() | st.integers(0, 700)),
        "income": draw(maybe(st.floats(0, 1_000_000))),
        "debt_payments": draw(maybe(st.floats(0, 1_000_000))),
    }


@pytest.mark.parametrize("product", [LOAN, NORTHBANK.product], ids=lambda one: one.name)
@given(people=st.lists(st.tuples(stated(), st.sampled_from(GRADES)), min_size=1, max_size=8))
@settings(deadline=None)
def test_columns_have_the_bits_that_each_record_has_alone(product, people):
    columns = {
        name: np.array([np.nan if one[name] is None else one[name] for one, _ in people])
        for name in people[0][0]
    }
    places = np.array([GRADES.index(grade) for _, grade in people])
    found = affordability_columns(product, Applied(columns=columns, grades=places, names=GRADES))
    assert tuple(found) == FACTS
    for row, (record, grade) in enumerate(people):
        told = affordability_of(product, record, grade)
        in_columns = {name: column.tolist()[row] for name, column in found.items()}
        assert {n: None if v != v else v for n, v in in_columns.items()} == told


def generous(policy):
    """Return a policy by which means decide, and not the score."""
    everybody = {name: {"approve_from": 1, "refer_from": 0} for name in policy.cutoffs}
    return Policy.from_mapping({**policy.to_mapping(), "cutoffs": everybody})


CASES = {
    "base": (LOAN, generous(policy_from_toml(EXAMPLE.read_text(encoding="utf-8")))),
    "lender": (NORTHBANK.product, generous(NORTHBANK.policy)),
}


def applicants(rows=120, seed=5):
    """Return real applications with invented means, some of them not stated."""
    random = np.random.default_rng(seed)
    income = random.choice([0.0, 400.0, 1000.0, 2000.0, 4000.0], rows)
    owed = random.choice([0.0, 0.1, 0.4, 0.6, 2.0], rows) * np.maximum(income, 50.0)
    unstated = random.random((2, rows)) < 0.2
    return (
        load_dataset("instalment-loan")
        .head(rows)
        .with_columns(
            pl.Series("income", np.where(unstated[0], np.nan, income)).fill_nan(None),
            pl.Series("debt_payments", np.where(unstated[1], np.nan, owed)).fill_nan(None),
        )
    )


def one_by_one(package, product, policy, table):
    """Return the decisions that applications get which come alone."""
    wanted = (*LOAN.inputs("new"), *LOAN.readable_inputs("new"))
    found = []
    for row in table.iter_rows(named=True):
        raw = {}
        for one in wanted:
            cell = row.get(one.name, row.get(one.column))
            raw[one.name] = str(cell) if one.type == "category" and cell is not None else cell
        record = validate_record(LOAN, "new", raw)
        found.append(decided(package, policy, record, product=product))
    return found


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("absent", [(), ("income",), ("debt_payments",)], ids=str)
def test_files_single_applications_and_simulations_decide_alike(name, absent):
    package, (product, policy) = package_of("scorecard"), CASES[name]
    table = applicants().drop(absent)
    alone = one_by_one(package, product, policy, table)
    expected = [str(one.outcome) for one in alone]
    reader = Frame(table=table, block_rows=50)
    blocks = list(score_blocks(reader, prepare(reader, package, policy=policy, product=product)))
    assert not any(one.rejected for one in blocks)
    scored = pl.concat([one.frame for one in blocks])
    assert scored["outcome"].to_list() == expected
    assert scored["reason_1"].to_list() == [one.reasons[0].code for one in alone]
    assert simulated(package, product, policy, table) == expected
    burdened = sum(one.reasons[0].code in RULES for one in alone)
    if absent != ("debt_payments",):
        assert bool(burdened) == (not absent)


def simulated(package, product, policy, table):
    version = Version(name="tried", policy=policy, packages={"new": package}, product=product)
    source = TableSource(
        reader=Frame(table=table, block_rows=50), segment="new", dictionaries=[LOAN]
    )
    blocks = [Simulator(versions=[version], product=product).judge(one) for one in source]
    return [OUTCOMES[one] for b in blocks for one in b.decided[0].outcomes.outcomes.tolist()]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a directory with one application of a burden of 60 %, and generous policies."""
    from loanwright.rulebook.files import write_policy_file

    monkeypatch.chdir(tmp_path)
    row = applicants(1).with_columns(
        pl.lit(2000.0).alias("income"), pl.lit(1200.0).alias("debt_payments")
    )
    row.write_csv("one.csv")
    for name, (product, policy) in CASES.items():
        write_policy_file(policy, tmp_path / f"{name}.json")
        (tmp_path / f"{name}.toml").write_text(product.text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("name", "outcome"), [("base", "refer"), ("lender", "decline")])
def test_simulate_counts_a_burden_that_the_file_tells(place, name, outcome):
    package = package_of("scorecard")
    tried = ("--model", str(package.path), "--product", f"{name}.toml", "--policy", f"{name}.json")
    run = CliRunner().invoke(app, ["simulate", "one.csv", *tried, "--json"])
    assert run.exit_code == 0, run.output
    (version,) = json.loads(run.stdout)["versions"]
    counts = {one: count for one, count in version["outcomes"].items() if count}
    assert counts == {outcome: 1}


def test_path_knows_the_burden_that_the_file_tells(place):
    package = package_of("scorecard")
    run = CliRunner().invoke(
        app, ["path", "one.csv", "--package", str(package.path), "--policy", "base.json", "--json"]
    )
    assert json.loads(run.stdout)["status"] != "approved"


def test_a_bad_income_is_refused_as_it_is_of_a_single_application():
    table = applicants(3).with_columns(pl.Series("income", [2000.0, -1.0, None]))
    scored, rejected = score_frame(table, package_of("scorecard"))
    assert len(scored) == 2
    assert [(one.line, one.field, one.code) for one in rejected] == [(2, "income", "out_of_range")]


def test_a_burden_without_income_is_the_highest_and_no_gap():
    record = {"income": 0.0, "debt_payments": 300.0}
    assert affordability_of(LOAN, record, "A")["debt_burden_before"] == HIGHEST_BURDEN
    unstated = {"income": 2000.0, "debt_payments": None}
    assert affordability_of(LOAN, unstated, "A")["debt_burden_before"] is None
