import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import norm

from loanwright.experiments.errors import EvidenceRefused, PlanRefused
from loanwright.experiments.evidence import Counts, difference, log_evidence, possible
from loanwright.experiments.guardrail import Guardrail, Watched

NOTHING = Counts(hits=0, misses=0)
counts = st.builds(Counts, hits=st.integers(0, 3_000), misses=st.integers(0, 3_000))


def averaged(hits, misses):
    return (
        gammaln(hits + 0.5) + gammaln(misses + 0.5) - gammaln(hits + misses + 1) - math.log(math.pi)
    )


def likelihood(counts, rate):
    return counts.hits * np.log(rate) + counts.misses * np.log1p(-rate)


def test_known_answers_by_hand():
    # One hit in each arm: (B(3/2, 1/2) / B(1/2, 1/2))^2 = 1/4, over a likelihood of 1.
    one = Counts(hits=1, misses=0)
    assert log_evidence(one, one, lowest=0, highest=0) == pytest.approx(math.log(1 / 4))
    # A hit against a miss: 1/4 over the largest p(1 - p) = 1/4.
    miss = Counts(hits=0, misses=1)
    assert log_evidence(one, miss, lowest=0, highest=0) == pytest.approx(0, abs=1e-12)
    assert log_evidence(NOTHING, NOTHING, lowest=0, highest=0) == 0


@given(counts, counts, st.floats(-0.9, 0.9))
def test_the_largest_likelihood_is_found(base, other, bound):
    if not base.number or not other.number:
        return
    seen = difference(base, other)
    lowest, highest = min(bound, 0.0), max(bound, 0.0)
    found = averaged(base.hits, base.misses) + averaged(other.hits, other.misses)
    found -= log_evidence(base, other, lowest=lowest, highest=highest)
    edge = min(max(seen, lowest), highest)
    low, high = max(0.0, -edge) + 1e-9, min(1.0, 1.0 - edge) - 1e-9
    best = minimize_scalar(
        lambda rate: -likelihood(base, rate) - likelihood(other, rate + edge),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert found >= -best.fun - 1e-6
    grid = np.linspace(low, high, 400)
    assert found >= (likelihood(base, grid) + likelihood(other, grid + edge)).max() - 1e-6


@given(counts, counts)
def test_what_was_seen_is_possible_and_wider_bounds_are_doubted_less(base, other):
    seen = difference(base, other)
    found = possible(base, other)
    if seen is None:
        assert (found.lower, found.upper) == (-1, 1)
    else:
        assert found.lower <= seen <= found.upper
    narrow = log_evidence(base, other, lowest=-0.01, highest=0.01)
    assert log_evidence(base, other, lowest=-0.05, highest=0.05) <= narrow + 1e-9


def evidence_of_pooled(hits, number):
    """Return the evidence against equal rates, for arrays of counts: the best rate is known."""
    marginal = sum(averaged(h, n - h) for h, n in zip(hits, number, strict=True))
    together, n = sum(hits), sum(number)
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.nan_to_num(together * np.log(together / n))
        best += np.nan_to_num((n - together) * np.log1p(-together / n))
    return marginal - best


@pytest.mark.parametrize("rate", [0.02, 0.6])
def test_looking_after_every_row_keeps_the_stated_error(rate):
    random, runs, rows = np.random.default_rng(9), 1_000, 1_500
    draws = [(random.random((runs, rows)) < rate).cumsum(axis=1) for _ in range(2)]
    number = np.arange(1, rows + 1)
    evidence = evidence_of_pooled(draws, [number, number])
    stopped = (evidence >= math.log(1 / 0.05)).any(axis=1).mean()
    assert stopped <= 0.05
    # The usual test, looked at as often, is wrong far more often than it says.
    share = (draws[1] - draws[0]) / number
    pooled = (draws[0] + draws[1]) / (2 * number)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.nan_to_num(np.abs(share) / np.sqrt(pooled * (1 - pooled) * 2 / number))
    assert (z[:, 100:] > norm.ppf(0.975)).any(axis=1).mean() > 0.2


def test_a_guardrail_at_its_bound_stops_no_oftener_than_it_says():
    random, stopped, runs = np.random.default_rng(10), 0, 600
    for _ in range(runs):
        base = (random.random(1_500) < 0.05).cumsum()
        other = (random.random(1_500) < 0.07).cumsum()
        stopped += any(
            log_evidence(
                Counts(hits=int(base[n]), misses=n + 1 - int(base[n])),
                Counts(hits=int(other[n]), misses=n + 1 - int(other[n])),
                lowest=-1,
                highest=0.02,
            )
            >= math.log(1 / 0.1)
            for n in range(49, 1_500, 50)
        )
    assert stopped / runs <= 0.1


def test_a_guardrail_stops_what_does_harm():
    rail = Guardrail(watched=Watched.EARLY_ARREARS, lowest=-1, highest=0.01, error=0.05)
    random, stopped = np.random.default_rng(11), 0
    for _ in range(200):
        base, other = int(random.binomial(2_000, 0.04)), int(random.binomial(2_000, 0.12))
        look = rail.look(
            Counts(hits=base, misses=2_000 - base), Counts(hits=other, misses=2_000 - other)
        )
        stopped += look.broken
    assert stopped / 200 > 0.95


def test_the_range_of_a_look_and_its_word_agree():
    rail = Guardrail(watched=Watched.APPROVAL_RATE, lowest=-0.05, highest=1, error=0.05)
    for fallen in range(100, 700, 20):
        look = rail.look(
            Counts(hits=600, misses=400), Counts(hits=700 - fallen, misses=300 + fallen)
        )
        assert look.broken == (look.possible.upper <= -0.05 + 1e-12)


@pytest.mark.parametrize("bounds", [(-2, 0), (0.1, -0.1), (0, 1.1)])
def test_impossible_bounds_are_refused(bounds):
    with pytest.raises(EvidenceRefused):
        log_evidence(NOTHING, NOTHING, lowest=bounds[0], highest=bounds[1])


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_certainty_is_refused(level):
    with pytest.raises(EvidenceRefused):
        possible(NOTHING, NOTHING, level=level)


@pytest.mark.parametrize("changes", [{"lowest": 0.01}, {"highest": -0.01}, {"error": 0.5}])
def test_a_guardrail_that_stops_equals_is_refused(changes):
    told = {"watched": Watched.APPROVAL_RATE, "lowest": -0.1, "highest": 0.1, "error": 0.01}
    with pytest.raises(PlanRefused):
        Guardrail(**{**told, **changes})
