"""Tests of loanwright.fairness.alternatives on samples whose unfair feature is known."""

from dataclasses import replace

import numpy as np
import pytest

from loanwright.fairness.alternatives import (
    Applicants,
    NothingToSearch,
    SearchPlan,
    approval_counts,
    approved_shares,
    search_alternatives,
)
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.profit import Terms
from loanwright.scaling import logistic

NAMES = ("burden", "delays", "postcode", "income")
QUICK = SearchPlan(subsets=3, seconds=None)


def columns():
    return tuple(
        ColumnSpec(name=name, kind="numeric", direction=0, special=(), categories=0)
        for name in NAMES
    )


def applicants(rows=3000, seed=0, *, unfair=True):
    """Return applicants whose postcode stands for the group and says little about default."""
    random = np.random.default_rng(seed)
    groups = (random.random(rows) < 0.35).astype(int)
    matrix = random.normal(size=(rows, 4))
    if unfair:
        matrix[:, 2] += 2.0 * groups
    # In the past people of this postcode were asked for payment sooner: a little more default.
    true = -1.7 + matrix[:, 0] + 0.8 * matrix[:, 1] + 0.25 * matrix[:, 2] - 0.5 * matrix[:, 3]
    default = (random.random(rows) < logistic(true)).astype(np.int8)
    return Applicants(matrix=matrix, columns=columns(), default=default, groups=groups)


@pytest.fixture(scope="module")
def found():
    return search_alternatives(applicants(), replace(QUICK, terms=Terms(gain=1, loss=4)))


def test_the_model_as_it_is_comes_first_and_treats_the_group_worse(found):
    first = found.frontier[0]
    assert first.kind == "as it is"
    assert first.difference is None
    assert first.ratio.upper < 1


def test_weakening_the_stand_in_gives_parity_for_little_auc(found):
    best = found.frontier[-1]
    changed = set(best.left_out) | set(best.weights)
    assert "postcode" in changed
    assert best.ratio.value > found.frontier[0].ratio.value + 0.05
    assert found.frontier[0].auc.value - best.auc.value < 0.03


def test_the_frontier_pays_for_parity_with_auc_on_the_folds(found):
    areas = [one.found[0] for one in found.frontier[1:]]
    ratios = [one.found[1] for one in found.frontier[1:]]
    assert areas == sorted(areas, reverse=True)
    assert ratios == sorted(ratios)
    assert ratios[-1] > found.frontier[0].found[1]


def test_profit_is_shown_where_terms_are_known(found):
    assert all(one.profit is not None for one in found.frontier)
    assert found.to_mapping()["frontier"][0]["p_value"] is None


def test_where_nothing_is_unfair_next_to_nothing_is_found():
    found = search_alternatives(applicants(seed=1, unfair=False), QUICK)
    gained = found.frontier[-1].ratio.value - found.frontier[0].ratio.value
    assert found.frontier[0].ratio.lower < 1 < found.frontier[0].ratio.upper + 0.05
    assert gained < 0.12


def test_the_same_plan_gives_the_same_frontier():
    one, two = (search_alternatives(applicants(1500), QUICK).to_mapping() for _ in range(2))
    assert one == two


def test_a_search_out_of_time_says_so_and_still_judges_what_it_has():
    found = search_alternatives(applicants(1500), replace(QUICK, seconds=0.0))
    assert not found.finished
    assert found.tried == 1
    assert [one.kind for one in found.frontier] == ["as it is"]


def test_groups_that_are_not_known_are_decided_and_not_counted():
    counts = approval_counts(np.arange(200.0), np.repeat([1, -1, 0], [80, 60, 60]), 0.5)
    assert counts == [(80, 80), (0, 60)]


def test_ties_do_not_approve_more_than_the_rate():
    counts = approval_counts(np.zeros(100), np.repeat([0, 1], 50), 0.5)
    assert sum(hits for hits, _ in counts) == 50


def test_a_tie_is_divided_among_groups_whatever_the_order_of_rows():
    groups = np.repeat([0, 1], 50)
    assert approval_counts(np.zeros(100), groups, 0.5) == [(25, 50), (25, 50)]
    assert approval_counts(np.zeros(100), groups[::-1], 0.5) == [(25, 50), (25, 50)]


def test_only_the_tie_at_the_cutoff_is_divided():
    log_odds = np.repeat([-1.0, 0.0, 1.0], [20, 60, 20])
    groups = np.arange(100) % 2
    shares = approved_shares(log_odds, 0.5)
    assert shares.tolist() == [1.0] * 20 + [0.5] * 60 + [0.0] * 20
    assert approval_counts(log_odds, groups, 0.5) == [(25, 50), (25, 50)]


@pytest.mark.parametrize("rate", [0.001, 0.29, 0.5, 0.57, 0.999])
def test_without_ties_as_many_are_approved_as_a_sorted_list_has(rate):
    log_odds = np.random.default_rng(4).normal(size=100)
    shares = approved_shares(log_odds, rate)
    assert set(shares.tolist()) <= {0.0, 1.0}
    assert shares.sum() == np.ceil(round(100 * rate, 9))


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_that_divides_nobody_is_refused(rate):
    with pytest.raises(NothingToSearch, match="divides nobody"):
        search_alternatives(applicants(600), replace(QUICK, approval_rate=rate))


def test_one_group_alone_is_refused():
    alone = replace(applicants(600), groups=np.zeros(600, dtype=int))
    with pytest.raises(NothingToSearch, match="two groups"):
        search_alternatives(alone, QUICK)
