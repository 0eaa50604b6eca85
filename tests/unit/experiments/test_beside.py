import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from loanwright.decisioning.outcome import Outcome
from loanwright.experiments.beside import FEWEST_LABELS, Pair, compare

outcomes = st.sampled_from(list(Outcome))
chances = st.floats(0.001, 0.999)
pairs = st.builds(
    Pair,
    decided=outcomes,
    would=outcomes,
    probability=chances,
    other_probability=chances,
    default=st.sampled_from([None, 0, 1]),
)


def pair(probability, other, *, default=None, decided="approve", would="approve"):
    return Pair(
        decided=Outcome(decided),
        would=Outcome(would),
        probability=probability,
        other_probability=other,
        default=default,
    )


@given(st.lists(pairs, max_size=60))
def test_every_application_is_counted_once(listed):
    found = compare(listed)
    assert sum(found.changed.values()) == found.number == len(listed)
    yes = Outcome.APPROVE
    moved = sum((one.decided is yes) != (one.would is yes) for one in listed)
    assert found.swapped_in.number + found.swapped_out.number == moved


def test_nothing_compares_as_nothing():
    found = compare([])
    assert (found.agreement, found.rank_agreement, found.labels) == (None, None, None)


def test_ranks_are_compared_as_scipy_does():
    random = np.random.default_rng(4)
    mine = random.uniform(0.01, 0.5, 80)
    theirs = mine + random.normal(0, 0.05, 80)
    found = compare([pair(one, other) for one, other in zip(mine, theirs, strict=True)])
    assert found.rank_agreement == pytest.approx(spearmanr(mine, theirs).statistic)
    assert found.mean_difference == pytest.approx((theirs - mine).mean())
    assert found.largest_difference == pytest.approx(np.abs(theirs - mine).max())


def test_a_model_that_ranks_nothing_agrees_with_nobody():
    assert compare([pair(0.1, 0.2), pair(0.3, 0.2)]).rank_agreement is None


def test_labels_are_used_once_there_are_enough():
    known = [pair(0.1 + n / 100, 0.1, default=n % 2) for n in range(2 * FEWEST_LABELS)]
    assert compare(known[:-1]).labels is None
    found = compare(known).labels
    assert found.first == 0.5
    assert found.second > 0.5


def test_swap_sets_say_how_their_accounts_turned_out():
    found = compare(
        [
            pair(0.30, 0.02, decided="decline", would="approve"),
            pair(0.02, 0.30, would="refer", default=1),
            pair(0.04, 0.20, would="decline", default=0),
            pair(0.04, 0.20, would="decline"),
        ]
    )
    assert (found.swapped_in.number, found.swapped_in.known) == (1, 0)
    out = found.swapped_out
    assert (out.number, out.known, out.bad) == (3, 2, 1)
    assert out.other_probability == pytest.approx(0.7 / 3)
    assert found.agreement == 0
