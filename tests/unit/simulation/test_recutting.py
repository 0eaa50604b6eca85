"""Another cut-off gives the figures that a simulation of it gives, number for number."""

import pytest
from tests.unit.batch.made import SMALL, small_package
from tests.unit.simulation.made import SEGMENT, policy, table
from tests.unit.simulation.test_running import PRICES, source, version

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.simulation.asked_columns import CreditColumns
from loanwright.simulation.errors import SegmentNotCounted
from loanwright.simulation.recutting import Recut
from loanwright.simulation.result import summarise
from loanwright.simulation.running import Simulator
from loanwright.simulation.solving import Demands

CREDIT = CreditColumns(amount="sum", annual_rate=0.2, term=12)
WISHES = {"by": ("grade", "region"), "label": "bad", "credit": CREDIT}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return small_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def rows():
    return table()


def counted(package, rows, tried):
    simulator = Simulator(
        versions=[version(package, tried)],
        against=version(package, policy(530, name="as it is")),
        by=WISHES["by"],
        prices=PRICES,
        currency=SMALL.currency,
    )
    return simulator, simulator.count(source(rows, **WISHES))


def told(result):
    found = result.to_mapping()
    found.pop("policy_hash")
    return found


@pytest.mark.parametrize("approve_from", [0, 480, 505, 521, 560, 900])
def test_a_moved_cutoff_is_what_simulating_it_says(package, rows, approve_from):
    simulator, counts = counted(package, rows, policy())
    points = Cutoffs(approve_from=approve_from, refer_from=min(500, approve_from))
    moved = Recut(counts=counts, simulator=simulator, against="as it is").at({SEGMENT: points})

    again, anew = counted(package, rows, policy(approve_from))
    whole = summarise(anew, again, demands=Demands(), against="as it is")
    assert told(moved) == told(whole.versions[0])


def test_what_is_not_moved_stays(package, rows):
    simulator, counts = counted(package, rows, policy())
    whole = summarise(counts, simulator, demands=Demands(), against="as it is")
    recut = Recut(counts=counts, simulator=simulator, against="as it is")

    assert recut.at({}).to_mapping() == whole.versions[0].to_mapping()
    assert [list(one.points()) for one in recut.curves()] == [
        list(one.points()) for one in whole.versions[0].curves
    ]


def test_a_segment_that_nobody_counted_is_refused(package, rows):
    simulator, counts = counted(package, rows, policy())
    recut = Recut(counts=counts, simulator=simulator)

    with pytest.raises(SegmentNotCounted):
        recut.at({"unheard-of": Cutoffs(approve_from=1, refer_from=0)})
