"""Tests of loanwright.metrics.cutoffs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.metrics.cutoffs import (
    Bounds,
    NoCutoffFits,
    best_cutoff,
    choose_cutoff,
    cutoff_table,
    judge_cutoff,
    swap_set,
)
from loanwright.metrics.profit import Terms
from loanwright.metrics.samples import ParameterOutOfRange

TERMS = Terms(gain=1, loss=3)


@st.composite
def samples(draw):
    rows = draw(st.integers(3, 30))
    default = draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    default[0], default[1] = True, False
    risk = draw(st.lists(st.integers(-5, 5), min_size=rows, max_size=rows))
    return np.array(default), np.array(risk, dtype=float)


@given(samples(), st.sampled_from([None, 0.0, 0.2, 0.5]), st.sampled_from([None, 0.0, 0.3]))
@settings(max_examples=150, deadline=None)
def test_no_other_cutoff_within_the_bounds_earns_more(sample, bad_rate, approval_rate):
    default, risk = sample
    bounds = Bounds(maximum_bad_rate=bad_rate, minimum_approval_rate=approval_rate)
    profits = {}
    for cutoff in [-np.inf, *np.unique(risk)]:
        found = judge_cutoff(default, risk, cutoff=cutoff, terms=TERMS)
        low = bad_rate is None or found.defaults <= bad_rate * found.approved
        many = approval_rate is None or found.approved >= approval_rate * len(risk)
        if low and many:
            profits[cutoff] = found.profit.value
    if not profits:
        with pytest.raises(NoCutoffFits):
            choose_cutoff(default, risk, terms=TERMS, bounds=bounds)
        return
    chosen = choose_cutoff(default, risk, terms=TERMS, bounds=bounds)
    assert profits[chosen] == pytest.approx(max(profits.values()))


def test_costs_of_errors_and_profits_choose_alike():
    random = np.random.default_rng(0)
    default = random.random(400) < 0.3
    risk = random.normal(size=400) + default
    chosen = choose_cutoff(default, risk, terms=TERMS)
    costs = {
        cutoff: 1 * np.sum((risk > cutoff) & ~default) + 3 * np.sum((risk <= cutoff) & default)
        for cutoff in risk
    }
    assert costs[chosen] == min(costs.values())


def test_where_every_loan_loses_nobody_is_approved():
    assert choose_cutoff([1, 1, 0], [1, 2, 3], terms=Terms(gain=1, loss=9)) == -np.inf
    found = judge_cutoff([1, 1, 0], [1, 2, 3], cutoff=-np.inf, terms=TERMS)
    assert (found.approved, found.bad_rate, found.profit.value) == (0, None, 0)


def test_amounts_of_each_row_count():
    terms = Terms(gain=[1, 1, 1, 1], loss=[2, 2, 2, 2])
    rich = Terms(gain=[1, 1, 1, 50], loss=[2, 2, 2, 2])
    sample = [0, 0, 1, 0], [1, 2, 3, 4]
    assert choose_cutoff(*sample, terms=terms) == 2
    assert choose_cutoff(*sample, terms=rich) == 4


def test_a_cutoff_looks_better_where_it_was_chosen():
    random = np.random.default_rng(1)
    optimism = []
    for _ in range(60):
        default = random.random(200) < 0.3
        risk = random.normal(size=200) + 0.3 * default
        first, second = ((default[h], risk[h], TERMS) for h in (slice(0, 100), slice(100, 200)))
        optimism.append(best_cutoff(first, second).optimism)
    assert np.mean(optimism) > 2 * np.std(optimism) / np.sqrt(60)


def test_the_chosen_cutoff_lies_in_its_interval_and_is_judged_elsewhere():
    random = np.random.default_rng(5)
    default = random.random(2000) < 0.2
    risk = random.normal(size=2000) + default
    first, second = ((default[h], risk[h], TERMS) for h in (slice(0, 1000), slice(1000, 2000)))
    best = best_cutoff(first, second)
    assert best.cutoff.lower <= best.cutoff.value <= best.cutoff.upper
    expected = judge_cutoff(second[0], second[1], cutoff=best.cutoff.value, terms=TERMS)
    assert best.judged_on == expected
    # With normal risks one unit apart, bads at a fifth and losses of three gains: the log-odds
    # ln(0.25) + x − ½ reach −ln 3 at this risk.
    assert best.cutoff.lower <= -np.log(3) - np.log(0.25) + 0.5 <= best.cutoff.upper


def test_a_choice_keeps_to_its_bounds_when_judged_on_itself():
    bounds = Bounds(maximum_bad_rate=0.2, minimum_approval_rate=0.5)
    sample = ([0, 0, 0, 0, 0, 1, 1, 1], range(8), TERMS)
    assert best_cutoff(sample, sample, bounds=bounds).cutoff.value == 4


def test_bounds_that_nothing_meets_are_said():
    with pytest.raises(NoCutoffFits, match="at most"):
        choose_cutoff(
            [1, 0],
            [1, 2],
            terms=TERMS,
            bounds=Bounds(maximum_bad_rate=0.1, minimum_approval_rate=0.9),
        )


def test_a_table_of_cutoffs_rises_in_approvals():
    random = np.random.default_rng(3)
    default, risk = random.random(500) < 0.2, random.normal(size=500).round(1)
    table = cutoff_table(default, risk, terms=TERMS, approval_rates=[0.2, 0.5, 1])
    assert [
        row.approval_rate.value >= share for row, share in zip(table, [0.2, 0.5, 1], strict=True)
    ]
    assert table[-1].approved == 500
    with pytest.raises(ParameterOutOfRange):
        cutoff_table(default, risk, terms=TERMS, approval_rates=[0])


def test_equal_models_swap_nobody():
    swap = swap_set([0, 1, 0, 1], [1, 2, 3, 4], [10, 20, 30, 40], approval_rate=0.5)
    assert (swap.swapped_in, swap.swapped_out, swap.bad_rate_in) == (0, 0, None)
    with pytest.raises(ParameterOutOfRange):
        swap_set([0, 1], [1, 2], [2, 1], approval_rate=0)


def test_a_cutoff_that_is_no_number_is_refused():
    with pytest.raises(ParameterOutOfRange):
        judge_cutoff([0, 1], [1, 2], cutoff=np.nan, terms=TERMS)
