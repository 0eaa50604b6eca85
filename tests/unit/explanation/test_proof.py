import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.explanation.proof import (
    Explained,
    NothingToProve,
    prove_reasons,
    wilson_interval,
)

WEIGHTS = np.array([2.0, 1.5, 1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05])


def points(rows):
    return 550.0 - 20.0 * (rows @ WEIGHTS)


def explained_of(matrix, contributions, **changes):
    given_facts = {
        "matrix": matrix,
        "contributions": contributions,
        "points": points,
        "nameable": np.ones(matrix.shape[1], dtype=np.bool_),
    }
    return Explained(**given_facts | changes)


def sample_of(seed=0, rows=800):
    matrix = np.random.default_rng(seed).normal(size=(rows, len(WEIGHTS)))
    return matrix, matrix * WEIGHTS


def shuffled(contributions, seed):
    """A planted liar: the right numbers, under the names of other features."""
    return np.random.default_rng(seed).permuted(contributions, axis=1)


def test_the_models_own_contributions_are_proved():
    proof = prove_reasons(explained_of(*sample_of()), cutoff=550)
    assert proof.faithful
    assert proof.share.lower > 0.9
    assert proof.named > 0 > proof.unnamed
    assert proof.rows > 300


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_shuffled_contributions_fail(seed):
    matrix, contributions = sample_of(seed)
    proof = prove_reasons(explained_of(matrix, shuffled(contributions, seed)), cutoff=550)
    assert not (proof.faithful and proof.share.lower > 0.55)


def test_a_liar_is_called_faithful_no_more_often_than_chance_allows():
    called = 0
    for seed in range(60):
        matrix, contributions = sample_of(seed, rows=300)
        lie = explained_of(matrix, shuffled(contributions, seed))
        called += prove_reasons(lie, cutoff=550, seed=seed).faithful
    # One-sided, 2.5 % by each of two figures that must both agree: five of sixty is one in 5,000.
    assert called <= 5


def test_an_explainer_that_names_the_opposite_fails_clearly():
    matrix, contributions = sample_of()
    proof = prove_reasons(explained_of(matrix, -contributions), cutoff=550)
    assert not proof.faithful
    assert proof.share.upper < 0.2


def test_the_same_seed_gives_the_same_figures():
    given_rows = explained_of(*sample_of())
    assert prove_reasons(given_rows, cutoff=550, seed=3) == prove_reasons(
        given_rows, cutoff=550, seed=3
    )


def test_what_may_not_be_named_is_not_counted_as_named():
    nameable = np.ones(len(WEIGHTS), dtype=np.bool_)
    nameable[0] = False
    whole = prove_reasons(explained_of(*sample_of()), cutoff=550)
    without = prove_reasons(explained_of(*sample_of(), nameable=nameable), cutoff=550)
    assert without.named < whole.named


@pytest.mark.parametrize("cutoff", [-1e6, 1e6])
def test_a_sample_on_one_side_proves_nothing(cutoff):
    with pytest.raises(NothingToProve):
        prove_reasons(explained_of(*sample_of()), cutoff=cutoff)


def test_a_model_that_names_everything_it_has_proves_nothing():
    matrix = np.array([[-1.0], [1.0], [-2.0], [2.0]])
    facts = {"points": lambda rows: 550 - rows[:, 0], "nameable": np.ones(1, dtype=np.bool_)}
    with pytest.raises(NothingToProve):
        prove_reasons(explained_of(matrix, matrix, **facts), cutoff=550)


@pytest.mark.parametrize(("hits", "lower", "upper"), [(0, 0.0, 0.2775), (10, 0.7225, 1.0)])
def test_a_share_at_its_end_keeps_an_interval(hits, lower, upper):
    found = wilson_interval(hits, 10)
    assert found.lower == pytest.approx(lower, abs=1e-4)
    assert found.upper == pytest.approx(upper, abs=1e-4)
