"""A simulation counts what the same engine would decide, application by application."""

import csv
import io
import json

import numpy as np
import polars as pl
import pytest
from tests.unit.batch.made import SMALL, small_package
from tests.unit.simulation.made import SEGMENT, policy, table

from loanwright.batch.frames import Frame, score_frame
from loanwright.decisioning.schedule import Repayment
from loanwright.simulation.applications import Version
from loanwright.simulation.asked_columns import CreditColumns
from loanwright.simulation.errors import GroupTooFine, GroupUnknown, NothingToSimulate, VersionTwice
from loanwright.simulation.files import TableSource
from loanwright.simulation.prices import Prices
from loanwright.simulation.result import summarise
from loanwright.simulation.running import Simulator
from loanwright.simulation.solving import Demands
from loanwright.simulation.writing import as_csv, as_json

PRICES = Prices(loss_given_default_bp=6000, cost_of_funds_bp=800, repayment=Repayment.BULLET)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return small_package(tmp_path_factory.mktemp("package"))


def version(package, tried, **packages):
    return Version(
        name=tried.name, policy=tried, packages=packages or {SEGMENT: package}, product=SMALL
    )


def source(rows, *, block_rows=100, **wishes):
    reader = Frame(table=rows, block_rows=block_rows)
    return TableSource(reader=reader, segment=SEGMENT, dictionaries=[SMALL], **wishes)


def simulated(package, rows, tried=None, *, threads=1, against=None, prices=None, **wishes):
    demands = wishes.pop("demands", Demands())
    block_rows = wishes.pop("block_rows", 100)
    simulator = Simulator(
        versions=[version(package, tried or policy())],
        against=against,
        by=wishes.get("by", ()),
        prices=prices,
        currency=SMALL.currency,
    )
    counts = simulator.count(source(rows, block_rows=block_rows, **wishes), threads=threads)
    compared = "then" if "decided" in wishes else None
    name = compared if against is None else against.name
    return summarise(counts, simulator, demands=demands, against=name)


@pytest.fixture(scope="module")
def rows():
    return table()


@pytest.fixture(scope="module")
def scored(package, rows):
    answers, rejected = score_frame(rows.with_row_index("row"), package, policy=policy(), id="row")
    assert not rejected
    return pl.concat([rows, answers.drop("row")], how="horizontal")


def test_outcomes_are_those_of_the_scored_file(package, rows, scored):
    (found,) = simulated(package, rows).versions
    counted = dict(scored.group_by("outcome").len().iter_rows())
    assert {name: count for name, count in found.figures.outcomes.items() if count} == counted
    approved = scored.filter(pl.col("outcome") == "approve")
    expected = found.figures.bad_rates.expected
    assert expected.value == pytest.approx(approved["probability_of_default"].mean())
    assert expected.lower < expected.value < expected.upper


def test_observed_rates_count_known_outcomes_alone(package, rows, scored):
    (found,) = simulated(package, rows, label="bad").versions
    approved = scored.filter(pl.col("outcome") == "approve", pl.col("bad") != "")
    rates = found.figures.bad_rates
    assert rates.known == len(approved)
    assert rates.observed.value == pytest.approx((approved["bad"] == "1").mean())
    assert rates.range.unknown == found.figures.outcomes["approve"] - len(approved)
    assert rates.range.least <= rates.range.lower <= rates.range.upper <= rates.range.most


def test_groups_add_up_to_all_applications(package, rows, scored):
    (found,) = simulated(package, rows, by=("region", "grade", "segment"), label="bad").versions
    for column in ("region", "grade", "segment"):
        groups = [one.figures for one in found.groups if one.column == column]
        assert sum(one.applications for one in groups) == len(rows)
    (north,) = (one.figures for one in found.groups if one.value == "north")
    wanted = scored.filter(pl.col("region") == "north", pl.col("outcome") == "approve")
    assert north.outcomes["approve"] == len(wanted)


def test_swap_sets_compare_with_what_was_decided_then(package, rows, scored):
    (found,) = simulated(package, rows, decided="then", label="bad").versions
    was, now = scored["then"] == "approve", scored["outcome"] == "approve"
    sets = found.swap_sets
    assert sets["swapped_in"].applications == (~was & now).sum()
    assert sets["swapped_out"].applications == (was & ~now).sum()
    assert sum(one.applications for one in sets.values()) == len(rows)
    swapped = scored.filter(~was & now)["probability_of_default"]
    assert sets["swapped_in"].bad_rates.expected.value == pytest.approx(swapped.mean())


def test_swap_sets_compare_with_another_version(package, rows):
    stricter = version(package, policy(560, name="stricter"))
    (found,) = simulated(package, rows, against=stricter).versions
    (other,) = simulated(package, rows, policy(560)).versions
    assert found.swap_sets["swapped_out"].applications == 0
    gained = found.figures.outcomes["approve"] - other.figures.outcomes["approve"]
    assert found.swap_sets["swapped_in"].applications == gained > 0


def test_threads_and_blocks_change_no_bit(package, rows):
    wishes = {"label": "bad", "by": ("region",), "decided": "then"}
    alone = as_json(simulated(package, rows, **wishes))
    assert as_json(simulated(package, rows, threads=3, **wishes)) == alone
    other = json.loads(as_json(simulated(package, rows, block_rows=37, **wishes)))
    assert other["versions"][0]["outcomes"] == json.loads(alone)["versions"][0]["outcomes"]


def test_a_file_that_was_scored_needs_no_model(package, rows, scored):
    tried = policy()
    bare = Version(name="bare", policy=tried, product=SMALL)
    simulator = Simulator(versions=[bare], currency=SMALL.currency)
    counts = simulator.count(source(scored, scored=True, label="bad"))
    (found,) = summarise(counts, simulator, demands=Demands(), against=None).versions
    (same,) = simulated(package, rows, label="bad").versions
    assert found.figures == same.figures


def test_money_adds_up_in_whole_units(package, rows, scored):
    credit = CreditColumns(amount="sum", annual_rate=0.2, term=12)
    (found,) = simulated(package, rows, prices=PRICES, credit=credit).versions
    approved = scored.filter(pl.col("outcome") == "approve")
    amounts = approved["sum"].to_numpy() * 100
    risk = approved["probability_of_default"].to_numpy()
    money = found.figures.money
    assert money.lent == amounts.sum() == money.balance
    assert money.cost_of_risk == np.rint(risk * amounts * 0.6).sum()
    assert money.net_interest_income == (
        np.rint((1 - risk) * (amounts * 2000 / 10000)).sum() - np.rint(amounts * 800 / 10000).sum()
    )
    assert money.profit == money.net_interest_income - money.cost_of_risk


def test_the_curve_goes_through_the_policy_itself(package, rows):
    (found,) = simulated(package, rows, label="bad").versions
    (curve,) = found.curves
    points = {point["approve_from"]: point for point in curve.points()}
    at = min(cut for cut in points if cut >= 520)
    assert points[at]["approved"] == found.figures.outcomes["approve"]
    assert points[at]["decline_rate"] == pytest.approx(
        found.figures.outcomes["decline"] / len(rows), abs=1e-6
    )
    assert points[at]["expected_bad_rate"] == pytest.approx(
        found.figures.bad_rates.expected.value, abs=1e-6
    )
    assert points[max(points)]["approved"] == 0


def test_everything_is_written_as_json_and_as_csv(package, rows):
    demands = Demands(approve_at_least=0.1)
    found = simulated(package, rows, by=("region",), label="bad", demands=demands)
    document = json.loads(as_json(found))
    assert document["versions"][0]["solution"]["feasible"]
    lines = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert [line["value"] for line in lines] == ["", "north", "south"]
    assert int(lines[0]["applications"]) == len(rows)


def test_bad_rows_are_counted_apart(package, rows):
    spoilt = rows.with_columns(
        pl.when(pl.int_range(len(rows)) < 5).then(-7).otherwise("age").alias("age")
    )
    found = simulated(package, spoilt)
    assert (found.applications, found.rejected) == (len(rows) - 5, 5)


def test_what_cannot_be_simulated_is_said(package, rows):
    with pytest.raises(GroupUnknown):
        simulated(package, rows, by=("shoe_size",))
    many = rows.with_columns(pl.int_range(len(rows)).alias("number"))
    with pytest.raises(GroupTooFine):
        simulated(package, many, by=("number",))
    with pytest.raises(NothingToSimulate):
        simulated(package, rows.head(0))
    tried = version(package, policy())
    with pytest.raises(VersionTwice):
        Simulator(versions=[tried, tried])
