"""What is expected before outcomes: right on average, in its intervals, and honest about doubts."""

import numpy as np
import pytest
from benchmarks import expected_performance as simulator

from loanwright.metrics.discrimination import auc
from loanwright.metrics.samples import SampleTooSmall
from loanwright.performance.correction import Matured, before_anything, correct
from loanwright.performance.expected import expect, ordered_share
from loanwright.performance.realised import realised
from loanwright.performance.trust import Doubt, Early, Evidence, doubts


def drawn(random, rows, shift=0.0):
    log_odds = random.normal(-2.5, 1.0, rows)
    return log_odds, random.random(rows) < 1 / (1 + np.exp(-(log_odds + shift)))


def test_intervals_cover_what_happens_where_there_is_no_concept_drift():
    found = simulator.coverage(600, 4)
    assert found["rate covered"] >= 0.9
    assert found["auc covered"] >= 0.9
    assert found["doubted without need"] <= 0.05


def test_concept_drift_is_reported():
    assert simulator.distrust(600, 2)["reported"] >= 0.9


def test_the_expected_share_of_ordered_pairs_is_the_mean_auc_of_drawn_labels():
    random = np.random.default_rng(3)
    log_odds = np.round(random.normal(-1.0, 1.0, 400), 1)
    probability = 1 / (1 + np.exp(-log_odds))
    observed = [auc(random.random(400) < probability, log_odds).value for _ in range(400)]
    value, derivative = ordered_share(log_odds, probability)
    assert value == pytest.approx(np.mean(observed), abs=0.005)
    spread = np.sqrt(np.sum(probability * (1 - probability) * derivative**2))
    assert spread == pytest.approx(np.std(observed), rel=0.15)


def test_the_derivative_is_that_of_the_share():
    random = np.random.default_rng(4)
    risk, probability = random.normal(size=30), random.uniform(0.1, 0.9, 30)
    value, derivative = ordered_share(risk, probability)
    moved = probability.copy()
    moved[7] += 1e-6
    # The pairs an account makes with itself are left out of both.
    assert (ordered_share(risk, moved)[0] - value) / 1e-6 == pytest.approx(derivative[7], rel=0.2)


def test_a_correction_stays_small_with_few_defaults_and_follows_many():
    random = np.random.default_rng(5)
    small, large = (
        correct([Matured(default=bad, log_odds=log_odds)])
        for log_odds, bad in (drawn(random, 60, 1.0), drawn(random, 20_000, 1.0))
    )
    assert abs(small.shift) < large.shift
    assert large.shift == pytest.approx(1.0, abs=0.1)
    assert large.covariance[0, 0] < small.covariance[0, 0]


def test_chunks_that_differ_widen_the_next_interval():
    random = np.random.default_rng(6)
    alike = [drawn(random, 2_000) for _ in range(6)]
    unlike = [drawn(random, 2_000, shift) for shift in (-0.5, 0.5, -0.4, 0.4, -0.5, 0.5)]
    even, uneven = (
        correct([Matured(default=bad, log_odds=log_odds) for log_odds, bad in chunks])
        for chunks in (alike, unlike)
    )
    assert uneven.between > 0.1 > even.between
    log_odds = alike[0][0]
    widths = [
        one.rate.upper - one.rate.lower
        for one in (expect(log_odds, even), expect(log_odds, uneven))
    ]
    assert widths[1] > 2 * widths[0]


def test_what_cannot_be_ranked_has_no_expected_auc():
    assert expect(np.full(30, -2.0)).auc is None
    with pytest.raises(SampleTooSmall):
        expect([0.1])


def test_every_doubt_is_named():
    random = np.random.default_rng(7)
    chunks = []
    for shift in (0, 0, 0, 1.2):
        log_odds, bad = drawn(random, 1_500, shift)
        chunks.append(Matured(default=bad, log_odds=log_odds))
    now, late = drawn(random, 1_000, 1.0)
    before = Early(late=np.concatenate([one.default for one in chunks[:3]]),
                   log_odds=np.concatenate([one.log_odds for one in chunks[:3]]))  # fmt: skip
    evidence = Evidence(
        matured=chunks,
        early_before=before,
        early=Early(late=late, log_odds=now),
        development=(-3.0, -2.0),
    )
    assert doubts(now, 80.0, evidence) == (
        Doubt.CALIBRATION_DRIFTED,
        Doubt.EARLY_ARREARS_MOVED,
        Doubt.OUTSIDE_DEVELOPMENT,
    )
    assert doubts(now, 80.0, Evidence(matured=chunks[:3])) == ()


def test_nothing_is_concluded_from_too_few():
    assert doubts(np.zeros(10), 4.0, Evidence()) == (Doubt.TOO_FEW, Doubt.NEVER_COMPARED)
    assert before_anything().chunks == 0


def test_realised_figures_keep_silent_with_few_defaults():
    random = np.random.default_rng(8)
    log_odds, bad = drawn(random, 2_000)
    probability = 1 / (1 + np.exp(-log_odds))
    grades = np.where(log_odds < -3, "A", np.where(log_odds < -2, "B", "C"))
    found = realised(bad, probability, grades, replicates=50)
    assert found.auc.lower < 0.76 < found.auc.upper + 0.1
    assert found.line.slope.lower < 1 < found.line.slope.upper
    assert [found.grades[name].rows for name in "ABC"] == [int((grades == n).sum()) for n in "ABC"]
    few = realised(bad[:40], probability[:40], grades[:40])
    assert (few.auc, few.ks, few.line) == (None, None, None)
