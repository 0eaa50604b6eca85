"""The best cut-offs are the best of all, and what is impossible is said with the distance."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.simulation.curve import Curve
from loanwright.simulation.errors import DemandRefused, SegmentsTooMany
from loanwright.simulation.solving import Demands, solve


def curve(approved, bads, profit=None, segment="new", more=0):
    """Return a curve whose cut-offs add these people one after another."""
    rows, bad = np.cumsum([0, *approved]), np.cumsum([0.0, *bads])
    return Curve(
        segment=segment,
        applications=int(rows[-1]) + more,
        cutoffs=np.arange(700, 700 - len(rows), -1),
        approved=rows,
        declined=rows[-1] - rows,
        expected=bad,
        known=rows,
        bads=np.rint(bad).astype(np.int64),
        worst=bad * 2,
        profit=None if profit is None else np.cumsum([0, *profit]),
    )


@st.composite
def curves(draw, segment):
    count = draw(st.integers(1, 6))
    approved = draw(st.lists(st.integers(1, 30), min_size=count, max_size=count))
    shares = draw(st.lists(st.floats(0, 1), min_size=count, max_size=count))
    profit = draw(st.lists(st.integers(-50, 50), min_size=count, max_size=count))
    bads = [rows * share for rows, share in zip(approved, shares, strict=True)]
    return curve(approved, bads, profit, segment, more=draw(st.integers(0, 20)))


def all_choices(parts):
    total = sum(one.applications for one in parts)
    for places in product(*(range(len(one.cutoffs)) for one in parts)):
        pairs = list(zip(parts, places, strict=True))
        approved = sum(int(one.approved[at]) for one, at in pairs)
        bads = float(np.sum([one.expected[at] for one, at in pairs]))
        profit = sum(int(one.profit[at]) for one, at in pairs)
        yield approved / total, bads / approved if approved else 0.0, profit


@settings(max_examples=150, deadline=None)
@given(curves("new"), curves("existing"), st.floats(0, 1), st.floats(0, 1))
def test_no_combination_is_better(one, other, approve, bad):
    found = solve([one, other], Demands(approve_at_least=approve, bad_rate_at_most=bad))
    every = list(all_choices([one, other]))
    fits = [each for each in every if each[0] >= approve and each[1] <= bad]
    assert found.feasible == bool(fits)
    if fits:
        assert found.best.profit == max(each[2] for each in fits)
        assert found.best.approval_rate >= approve
        assert found.best.bad_rate <= bad
        return
    enough = [each[1] for each in every if each[0] >= approve]
    assert found.least_bad is None if not enough else found.least_bad.bad_rate == min(enough)
    low = [each[0] for each in every if each[1] <= bad]
    assert found.most_approved.approval_rate == max(low)


def test_without_prices_most_are_approved():
    found = solve([curve([60, 20, 20], [0.6, 2.0, 6.0])], Demands(bad_rate_at_most=0.04))
    assert found.best.approve_from == {"new": 698}
    assert found.best.approval_rate == 0.8


def test_what_is_impossible_is_said_with_how_much_is_missing():
    demands = Demands(approve_at_least=0.6, bad_rate_at_most=0.01)
    told = solve([curve([50, 50], [0.5, 6.0])], demands).to_mapping()
    assert not told["feasible"]
    assert told["best"] is None
    assert told["bad_rate_above_by"] == pytest.approx(0.055)
    assert told["approval_below_by"] == pytest.approx(0.1)


def test_unknown_outcomes_prove_nothing():
    blind = curve([50, 50], [0.5, 6.0])
    object.__setattr__(blind, "known", np.zeros(3, dtype=np.int64))
    found = solve([blind], Demands(bad_rate_at_most=0.5, judged_by="observed"))
    assert found.best.approval_rate == 0.0


def test_the_worst_rate_is_stricter_than_the_expected_one():
    one = curve([50, 50], [1.0, 3.0])
    assert solve([one], Demands(bad_rate_at_most=0.04)).best.approval_rate == 1.0
    worst = Demands(bad_rate_at_most=0.04, judged_by="worst")
    assert solve([one], worst).best.approval_rate == 0.5


def test_demands_are_shares_and_combinations_are_bounded():
    with pytest.raises(DemandRefused):
        Demands(approve_at_least=60)
    long = curve([1] * 300, [0.1] * 300)
    with pytest.raises(SegmentsTooMany):
        solve([long] * 3, Demands(approve_at_least=0.5))
