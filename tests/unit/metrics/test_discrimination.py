"""Tests of loanwright.metrics.discrimination."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from loanwright.metrics.discrimination import auc, gini, ks, pr_auc, roc_points
from loanwright.metrics.samples import (
    LabelsNotBinary,
    OneClassOnly,
    ParameterOutOfRange,
    SampleTooSmall,
    ShapesDiffer,
    ValuesNotFinite,
)

METRICS = (auc, gini, ks, pr_auc)


def drawn(rows, *, distance=1.0, rate=0.3, seed=0):
    random = np.random.default_rng(seed)
    default = random.random(rows) < rate
    return default, random.normal(size=rows) + distance * default


LARGE_SAMPLE_PRECISION = average_precision_score(*drawn(200_000, seed=99))


@st.composite
def samples(draw):
    rows = draw(st.integers(3, 40))
    default = draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    default[0], default[1] = True, False
    risk = draw(st.lists(st.integers(-5, 5), min_size=rows, max_size=rows))
    return np.array(default), np.array(risk, dtype=float)


@given(samples())
@settings(max_examples=100, deadline=None)
def test_values_with_ties_are_those_of_scikit_learn(sample):
    default, risk = sample
    assert auc(default, risk).value == pytest.approx(roc_auc_score(default, risk), abs=1e-12)
    precision = average_precision_score(default, risk)
    assert pr_auc(default, risk, replicates=50).value == pytest.approx(precision, abs=1e-12)


@given(samples())
@settings(max_examples=50, deadline=None)
def test_the_auc_counts_pairs_and_half_of_the_ties(sample):
    default, risk = sample
    bad, good = risk[default][:, None], risk[~default][None, :]
    assert auc(default, risk).value == pytest.approx(np.mean((bad > good) + (bad == good) / 2))


@given(samples())
@settings(max_examples=50, deadline=None)
def test_a_rising_map_of_the_risk_changes_nothing(sample):
    default, risk = sample
    for metric in (auc, gini):
        assert metric(default, risk) == metric(default, np.exp(risk) * 3 - 7)


@given(samples())
@settings(max_examples=50, deadline=None)
def test_the_opposite_ranking_has_the_opposite_gini(sample):
    default, risk = sample
    assert gini(default, -risk).value == pytest.approx(-gini(default, risk).value, abs=1e-12)


@given(samples())
@settings(max_examples=50, deadline=None)
def test_intervals_hold_the_value_and_keep_within_bounds(sample):
    default, risk = sample
    area = auc(default, risk)
    assert 0 <= area.lower <= area.value <= area.upper <= 1
    distance = ks(default, risk, replicates=50)
    assert 0 <= distance.lower <= distance.upper <= 1


def test_delong_agrees_with_the_variance_worked_out_by_hand():
    # Placements of the bads 2/2, 1/2; of the goods 2/2, 1/2: both variances are 1/8 over 2 rows.
    area = auc([0, 0, 1, 1], [1, 3, 2, 4])
    error = np.sqrt(0.125 / 2 + 0.125 / 2)
    reach = 1.959964 * error / (0.75 * 0.25)
    logit = np.log(3)
    ends = 1 / (1 + np.exp(-np.array([logit - reach, logit + reach])))
    assert area.value == 0.75
    assert (area.lower, area.upper) == pytest.approx(ends, abs=1e-6)


def test_a_perfect_ranking_still_has_an_interval():
    area = auc([0] * 20 + [1] * 5, range(25))
    assert area.value == area.upper == 1
    assert area.lower == pytest.approx(0.025 ** (1 / 5))
    assert auc([1] * 20 + [0] * 5, range(25)).upper == pytest.approx(1 - 0.025 ** (1 / 5))


def test_the_ks_worked_out_by_hand():
    # At risk 2 all of the four goods but one, and one of the four bads, have been passed.
    assert ks([0, 0, 0, 1, 0, 1, 1, 1], [1, 1, 2, 2, 3, 4, 5, 6]).value == 0.75


def test_the_ks_of_equal_risks_is_zero():
    assert ks([0, 1, 0, 1], [1, 1, 1, 1]).value == 0


def test_delong_intervals_cover_the_truth_as_often_as_they_say():
    truth = NormalDist().cdf(1 / np.sqrt(2))
    covered = 0
    for seed in range(600):
        area = auc(*drawn(200, seed=seed))
        covered += area.lower <= truth <= area.upper
    assert 0.93 <= covered / 600 <= 0.97


@pytest.mark.parametrize(
    ("metric", "truth"),
    [(ks, 2 * NormalDist().cdf(0.5) - 1), (pr_auc, LARGE_SAMPLE_PRECISION)],
)
def test_bootstrap_intervals_cover_the_truth_about_as_often_as_they_say(metric, truth):
    covered = 0
    for seed in range(120):
        found = metric(*drawn(700, seed=seed), replicates=200, seed=10_000 + seed)
        covered += found.lower <= truth <= found.upper
    assert covered / 120 >= 0.87


@pytest.mark.parametrize("metric", [ks, pr_auc])
def test_bootstraps_depend_on_the_seed_and_on_nothing_else(metric):
    default, risk = drawn(300)
    assert metric(default, risk, seed=1) == metric(default, risk, seed=1)
    assert metric(default, risk, seed=1) != metric(default, risk, seed=2)


def test_a_wider_level_gives_a_wider_interval():
    default, risk = drawn(300)
    assert auc(default, risk, level=0.99).lower < auc(default, risk, level=0.9).lower


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("default", "risk", "error"),
    [
        ([0, 0, 0], [1, 2, 3], OneClassOnly),
        ([1, 1, 1], [1, 2, 3], OneClassOnly),
        ([0, 1, 0], [1, np.nan, 3], ValuesNotFinite),
        ([0, 1, 0], [1, np.inf, 3], ValuesNotFinite),
        ([0, 1], [1, 2, 3], ShapesDiffer),
        ([[0, 1]], [[1, 2]], ShapesDiffer),
        ([0, 1, 2], [1, 2, 3], LabelsNotBinary),
        ([0, 1, np.nan], [1, 2, 3], LabelsNotBinary),
        ([], [], SampleTooSmall),
        ([1], [1], SampleTooSmall),
    ],
)
def test_samples_that_cannot_be_measured_are_refused_by_name(metric, default, risk, error):
    with pytest.raises(error):
        metric(default, risk)


def test_levels_and_replicates_out_of_range_are_refused():
    with pytest.raises(ParameterOutOfRange, match="level"):
        auc([0, 1, 0], [1, 2, 3], level=1)
    with pytest.raises(ParameterOutOfRange, match="replicates"):
        ks([0, 1, 0], [1, 2, 3], replicates=10)


@given(samples())
@settings(max_examples=50, deadline=None)
def test_the_roc_curve_rises_from_the_corner_to_the_corner(sample):
    goods, bads = roc_points(*sample)
    assert (goods[0], goods[-1], bads[-1]) == (0, 1, 1)
    assert (np.diff(bads) >= -1e-12).all()


def test_the_area_below_the_roc_curve_is_the_auc():
    default, risk = drawn(2000)
    goods, bads = roc_points(default, risk, points=2001)
    assert np.trapezoid(bads, goods) == pytest.approx(auc(default, risk).value, abs=1e-3)
