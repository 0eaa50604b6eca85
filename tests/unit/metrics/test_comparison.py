"""Tests of loanwright.metrics.comparison and loanwright.metrics.significance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from loanwright.metrics.comparison import (
    auc_against_development,
    compare_auc,
    compare_losses,
    holm,
)
from loanwright.metrics.samples import (
    OneClassOnly,
    ParameterOutOfRange,
    SampleTooSmall,
    ShapesDiffer,
    ValuesNotFinite,
)
from loanwright.metrics.significance import normal_p_value, tail_p_value


@st.composite
def two_models(draw):
    rows = draw(st.integers(6, 40))
    default = np.array(
        [
            True,
            True,
            False,
            False,
            *draw(st.lists(st.booleans(), min_size=rows - 4, max_size=rows - 4)),
        ]
    )
    risks = st.lists(st.integers(-5, 5), min_size=rows, max_size=rows)
    return default, np.array(draw(risks), float), np.array(draw(risks), float)


def delong_by_pairs(default, risk_a, risk_b):
    """Return z from the covariance matrix of placements over all pairs, as in the paper."""
    kernels = []
    for risk in (risk_a, risk_b):
        bad, good = risk[default][:, None], risk[~default][None, :]
        kernels.append((bad > good) + (bad == good) / 2)
    over_bad = np.cov([k.mean(axis=1) for k in kernels])
    over_good = np.cov([k.mean(axis=0) for k in kernels])
    covariance = over_bad / default.sum() + over_good / (~default).sum()
    contrast = np.array([1, -1])
    gap = contrast @ [k.mean() for k in kernels]
    return gap, contrast @ covariance @ contrast


@given(two_models())
@settings(max_examples=100, deadline=None)
def test_the_paired_test_is_delongs_over_all_pairs(sample):
    gap, variance = delong_by_pairs(*sample)
    found = compare_auc(*sample)
    assert found.difference.value == pytest.approx(gap, abs=1e-12)
    if variance > 1e-12:
        assert found.statistic == pytest.approx(gap / np.sqrt(variance), rel=1e-9, abs=1e-9)
        expected = 2 * stats.norm.sf(abs(gap) / np.sqrt(variance))
        assert found.p_value == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(two_models())
@settings(max_examples=50, deadline=None)
def test_exchanging_the_models_turns_the_sign_and_nothing_else(sample):
    default, a, b = sample
    one, other = compare_auc(default, a, b), compare_auc(default, b, a)
    assert one.difference.value == pytest.approx(-other.difference.value, abs=1e-12)
    assert one.difference.lower == pytest.approx(-other.difference.upper, abs=1e-12)
    assert one.p_value == pytest.approx(other.p_value, abs=1e-12)


@given(two_models())
@settings(max_examples=50, deadline=None)
def test_rising_maps_of_either_risk_change_nothing(sample):
    default, a, b = sample
    assert compare_auc(default, np.exp(a), 3 * b - 7) == compare_auc(default, a, b)


def test_a_model_does_not_differ_from_itself():
    default, risk = np.arange(30) % 3 == 0, np.arange(30.0) % 7
    found = compare_auc(default, risk, risk)
    assert (found.difference.value, found.statistic, found.p_value) == (0, 0, 1)


def test_a_difference_without_any_spread_is_certain():
    # Both rank every pair, one rightly and the other wrongly.
    found = compare_auc([0, 0, 1, 1], [1, 2, 3, 4], [4, 3, 2, 1])
    assert (found.difference.value, found.p_value) == (1.0, 0.0)


def test_one_default_has_no_variance_and_says_so():
    with pytest.raises(SampleTooSmall):
        compare_auc([0, 0, 1], [1, 2, 3], [2, 1, 3])


@pytest.mark.parametrize(
    ("default", "a", "b", "error"),
    [
        ([0, 0, 0], [1, 2, 3], [1, 2, 3], OneClassOnly),
        ([0, 1, 0, 1], [1, 2, 3, 4], [1, np.nan, 3, 4], ValuesNotFinite),
        ([0, 1, 0, 1], [1, 2, 3, 4], [1, 2, 3], ShapesDiffer),
    ],
)
def test_samples_that_cannot_be_compared_are_refused(default, a, b, error):
    with pytest.raises(error):
        compare_auc(default, a, b)


def test_paired_losses_are_compared_as_a_t_statistic():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 200))
    found = compare_losses(a, b)
    assert found.statistic == pytest.approx(stats.ttest_rel(a, b).statistic)
    assert found.difference.value == pytest.approx(a.mean() - b.mean())
    assert compare_losses(a, a).p_value == 1
    with pytest.raises(ShapesDiffer):
        compare_losses(a, b[:-1])


def test_the_test_against_development_worked_out_by_hand():
    # DeLong's variance of this AUC of 0.75 is 1/8 / 2 twice; (0.9 − 0.75) / √0.125.
    found = auc_against_development([0, 0, 1, 1], [1, 3, 2, 4], development_auc=0.9)
    assert found.statistic == pytest.approx(0.15 / np.sqrt(0.125))
    assert found.p_value == pytest.approx(stats.norm.sf(0.15 / np.sqrt(0.125)))


def test_the_error_of_the_development_auc_makes_the_test_more_careful():
    sample = [0, 0, 1, 1], [1, 3, 2, 4]
    plain = auc_against_development(*sample, development_auc=0.9)
    careful = auc_against_development(*sample, development_auc=0.9, development_error=0.1)
    assert 0.5 > careful.p_value > plain.p_value


def test_a_perfect_ranking_is_no_worse_than_development():
    found = auc_against_development([0, 0, 1, 1], [1, 2, 3, 4], development_auc=0.9)
    assert found.p_value == 1
    with pytest.raises(ParameterOutOfRange):
        auc_against_development([0, 0, 1, 1], [1, 2, 3, 4], development_auc=90)


P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


# Few cases: statsmodels collects garbage at every call, which takes long in a large process.
@pytest.mark.parametrize(
    "p_values",
    [[0.3], [0.01, 0.04, 0.03, 0.005], [0.0, 1.0, 0.5, 0.5], [0.02] * 6, [0.9, 0.001, 0.2, 0.04]],
)
def test_holm_is_that_of_statsmodels(p_values):
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected, abs=1e-12)


@given(P_VALUES)
@settings(max_examples=50, deadline=None)
def test_holm_keeps_the_order_and_never_lowers_a_p_value(p_values):
    corrected = holm(p_values)
    assert (corrected >= np.array(p_values) - 1e-15).all()
    assert (np.diff(corrected[np.argsort(p_values, kind="stable")]) >= 0).all()
    assert (corrected <= 1).all()


def test_holm_of_nothing_is_nothing_and_of_nonsense_is_refused():
    assert holm([]).tolist() == []
    with pytest.raises(ValuesNotFinite):
        holm([0.1, np.nan])
    with pytest.raises(ParameterOutOfRange):
        holm([0.1, 1.2])


@given(st.floats(-30, 30))
@settings(max_examples=100, deadline=None)
def test_normal_tails_are_those_of_scipy_far_out_too(z):
    assert normal_p_value(z, "greater") == pytest.approx(stats.norm.sf(z), rel=1e-9)
    assert normal_p_value(z, "less") == pytest.approx(stats.norm.cdf(z), rel=1e-9)
    assert normal_p_value(z) == pytest.approx(min(1, 2 * stats.norm.sf(abs(z))), rel=1e-9)


def test_an_unknown_side_is_refused():
    with pytest.raises(ParameterOutOfRange, match="alternative"):
        tail_p_value(0.1, 0.9, "bigger")
