"""Known answers of the methods, and p-values that are right about chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.drift.chance import drawn_samples, drawn_shares, proportions_p_value
from loanwright.drift.counting import Counter
from loanwright.drift.errors import MethodUnknown
from loanwright.drift.grid import Grid, grid_of_values
from loanwright.drift.method import (
    METHODS,
    find_method,
    jensen_shannon,
    ks,
    missing,
    new_categories,
    psi,
    wasserstein,
)
from loanwright.drift.tally import Tally
from loanwright.metrics.stability import psi_of_counts

COUNTS = st.lists(st.integers(0, 500), min_size=3, max_size=3)


def tally(grid, values):
    counter = Counter([grid])
    counter.add({grid.name: np.asarray(values, dtype=np.float64)})
    return Tally.all_of(counter, {grid.name: grid})[grid.name]


def of_counts(*counts):
    grid = Grid(name="x", edges=tuple(float(one) for one in range(len(counts) - 2)))
    return Tally.of(grid, np.array(counts))


@given(before=COUNTS, after=COUNTS)
def test_the_index_is_that_of_the_metrics(before, after):
    if not sum(before) or not sum(after):
        return
    found = psi(of_counts(*before), of_counts(*after))
    assert found.value == pytest.approx(psi_of_counts(before, after).psi.value)


def test_the_critical_value_is_that_of_the_metrics_where_no_bin_is_rare():
    before, after = [4000, 3000, 3000], [410, 300, 290]
    found = psi(of_counts(*before), of_counts(*after))
    assert not found.simulated
    assert found.critical == pytest.approx(psi_of_counts(before, after).critical)


def test_two_hundred_rows_of_one_population_reach_an_index_of_0_17():
    bins = of_counts(*[20] * 10, 0)
    assert psi(bins, bins).critical == pytest.approx(0.17, abs=0.01)


@given(before=COUNTS, after=COUNTS)
def test_the_divergence_lies_between_0_and_1(before, after):
    if not sum(before) or not sum(after):
        return
    assert 0 <= jensen_shannon(of_counts(*before), of_counts(*after)).value <= 1 + 1e-12


def test_samples_with_nothing_in_common_diverge_by_one_bit():
    found = jensen_shannon(of_counts(100, 0, 0), of_counts(0, 100, 0))
    assert found.value == pytest.approx(1.0)
    assert found.p_value < 1e-6


def test_the_distance_of_kolmogorov_and_smirnov_is_the_largest_at_an_edge():
    found = ks(of_counts(50, 50, 0), of_counts(20, 80, 900))
    assert found.value == pytest.approx(0.3)


def test_values_moved_by_a_deviation_have_moved_by_one():
    values = np.random.default_rng(1).normal(size=50_000)
    grid = grid_of_values("x", values)
    found = wasserstein(tally(grid, values), tally(grid, values + 1.0))
    assert found.value == pytest.approx(1.0, abs=0.1)
    assert found.p_value < 1e-6


def test_missing_values_are_two_proportions():
    found = missing(of_counts(900, 100), of_counts(80, 20))
    assert found.value == pytest.approx(0.1)
    assert found.p_value == pytest.approx(0.0117, abs=0.0001)


@given(hits=st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_a_test_of_proportions_knows_no_order_and_no_side(hits):
    rows = (100, 100)
    found = proportions_p_value(hits, rows)
    assert found == pytest.approx(proportions_p_value(hits[::-1], rows))
    other = (rows[0] - hits[0], rows[1] - hits[1])
    assert found == pytest.approx(proportions_p_value(other, rows))
    assert 0 <= found <= 1


def test_a_code_that_nobody_knows_is_found_where_the_reference_had_none():
    grid = Grid(name="c", kind="category", codes=("a", "b"))
    known = Tally.of(grid, np.array([500, 500, 0, 0]))
    assert new_categories(known, Tally.of(grid, np.array([500, 490, 10, 0]))).p_value < 0.002
    assert new_categories(known, Tally.of(grid, np.array([500, 499, 1, 0]))).p_value > 0.3
    often = Tally.of(grid, np.array([500, 490, 10, 0]))
    assert new_categories(often, often).p_value > 0.3


def test_numbers_have_no_new_categories_and_categories_no_distance():
    number, category = of_counts(5, 5, 0), Tally.of(Grid(name="c", kind="category"), np.ones(2))
    assert new_categories(number, number) is None
    assert ks(category, category) is None
    assert wasserstein(category, category) is None


def test_an_unknown_method_is_told_with_those_there_are():
    with pytest.raises(MethodUnknown, match="psi, ks"):
        find_method("chi")


SHARES = {
    "large": (5_000, 3_000, np.full(10, 0.1)),
    "rare bins": (2_000, 400, np.array([0.6, 0.3, 0.08, 0.01, 0.005, 0.004, 0.001])),
    "few rows": (200, 50, np.full(8, 0.125)),
}


@pytest.mark.parametrize("case", SHARES)
@pytest.mark.parametrize("name", ["psi", "jensen_shannon", "ks", "wasserstein"])
def test_chance_alone_is_called_drift_once_in_twenty_or_less(name, case):
    n, m, shares = SHARES[case]
    random = np.random.default_rng(11)
    grid = Grid(name="x", edges=tuple(np.arange(1.0, len(shares))))
    alarms = 0
    for _ in range(300):
        pair = [np.append(random.multinomial(size, shares), 0) for size in (n, m)]
        tallies = [
            Tally(grid=grid, counts=one, moments=np.array([1.0, 0.0, 4.0, 0.0, 1.0, 9.0, 9.0]))
            for one in pair
        ]
        alarms += METHODS[name](*tallies).p_value < 0.05
    # Three standard errors of 300 draws above one in twenty.
    assert alarms / 300 <= 0.05 + 0.038


@pytest.mark.parametrize("gap", [0, 3, 10])
def test_chance_alone_is_called_missing_once_in_twenty_or_less(gap):
    random = np.random.default_rng(13)
    share = gap / 1_000
    hits = random.binomial([[4_000, 500]] * 2_000, share)
    found = [proportions_p_value((int(a), int(b)), (4_000, 500)) for a, b in hits]
    assert np.mean(np.array(found) < 0.05) <= 0.06


def test_large_samples_are_drawn_by_their_limit_with_the_same_spread():
    before, after = np.array([600.0, 300.0, 100.0]) * 10, np.array([6.0, 3.0, 1.0]) * 100
    first, second = drawn_samples(before, after)(np.random.default_rng(1), 20_000)
    exact = second / second.sum(axis=1, keepdims=True) - first / first.sum(axis=1, keepdims=True)
    one, other = drawn_shares(before, after)(np.random.default_rng(2), 20_000)
    assert (other - one).std(axis=0) == pytest.approx(exact.std(axis=0), rel=0.03)
