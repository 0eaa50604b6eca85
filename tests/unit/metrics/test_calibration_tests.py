"""Tests of loanwright.metrics.calibration_tests, calibration_error and groups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from loanwright.metrics.calibration_error import calibration_error
from loanwright.metrics.calibration_tests import (
    calibration_line_test,
    hosmer_lemeshow,
    murphy,
    spiegelhalter,
)
from loanwright.metrics.probability import reliability
from loanwright.metrics.samples import (
    LabelsNotBinary,
    OneClassOnly,
    ParameterOutOfRange,
    ProbabilityOutOfRange,
    SampleTooSmall,
    ValuesNotFinite,
)
from loanwright.scaling import logistic

ALL = (spiegelhalter, hosmer_lemeshow, murphy, calibration_error, calibration_line_test)


def calibrated(rows, *, seed=0, slope=1.0, shift=0.0):
    random = np.random.default_rng(seed)
    log_odds = random.normal(-2, 1, rows)
    return random.random(rows) < logistic(slope * log_odds + shift), logistic(log_odds)


@pytest.mark.parametrize("test", ALL)
@pytest.mark.parametrize(
    ("default", "stated", "error"),
    [
        ([0, 1, 0], [0.1, 1.0, 0.2], ProbabilityOutOfRange),
        ([0, 1, 0], [0.1, np.nan, 0.2], ValuesNotFinite),
        ([0, 2, 0], [0.1, 0.3, 0.2], LabelsNotBinary),
        ([1], [0.5], SampleTooSmall),
    ],
)
def test_samples_that_cannot_be_judged_are_refused(test, default, stated, error):
    with pytest.raises(error):
        test(default, stated)


def test_spiegelhalters_z_worked_out_by_hand():
    # (0 − 0.2) · 0.6 + (1 − 0.6) · (−0.2) over √(0.36 · 0.16 + 0.04 · 0.24).
    found = spiegelhalter([0, 1], [0.2, 0.6])
    assert found.statistic == pytest.approx(-0.2 / np.sqrt(0.0672))
    assert found.p_value == pytest.approx(2 * stats.norm.sf(0.2 / np.sqrt(0.0672)))


def test_spiegelhalter_has_nothing_to_say_of_coin_tosses():
    with pytest.raises(ParameterOutOfRange):
        spiegelhalter([0, 1], [0.5, 0.5])


def test_hosmer_lemeshow_worked_out_by_hand():
    # Two groups of five: expected 1 and 3, observed 2 and 3.
    default = [0, 0, 0, 1, 1, 0, 0, 1, 1, 1]
    found = hosmer_lemeshow(default, [0.2] * 5 + [0.6] * 5, groups=2)
    assert found.statistic == pytest.approx(1 / (5 * 0.2 * 0.8))
    assert found.p_value == pytest.approx(stats.chi2.sf(1.25, 2))
    assert (found.degrees, found.groups, found.rows) == (2, 2, 10)
    assert found.gap == 0


def test_hosmer_lemeshow_spends_two_degrees_where_it_was_fitted():
    sample = calibrated(1000)
    free, fitted = hosmer_lemeshow(*sample), hosmer_lemeshow(*sample, fitted=True)
    assert free.statistic == fitted.statistic
    assert (free.degrees, fitted.degrees) == (10, 8)
    assert fitted.p_value < free.p_value


def test_more_rows_reject_the_same_gap_but_do_not_widen_it():
    few, many = (hosmer_lemeshow(*calibrated(rows, shift=0.1)) for rows in (4000, 400_000))
    assert few.p_value > 1e-4 > many.p_value
    assert many.gap == pytest.approx(few.gap, abs=0.015)
    assert many.gap == pytest.approx(0.035, abs=0.01)


def test_a_gap_within_the_tolerance_passes_at_any_size():
    slight = hosmer_lemeshow(*calibrated(400_000, shift=0.03))
    assert slight.p_value < 0.001
    assert slight.p_value_tolerant > 0.5
    assert hosmer_lemeshow(*calibrated(400_000, shift=0.3)).p_value_tolerant < 1e-6


def test_groups_that_cannot_be_are_refused():
    with pytest.raises(ParameterOutOfRange):
        hosmer_lemeshow([0, 1], [0.2, 0.3], groups=1)
    with pytest.raises(ParameterOutOfRange):
        hosmer_lemeshow([0, 1, 0, 1], [0.2, 0.2, 0.3, 0.3], groups=2, fitted=True)
    for measure in (murphy, calibration_error):
        with pytest.raises(ParameterOutOfRange):
            measure([0, 1], [0.2, 0.3], groups=0)


def test_one_group_is_enough_where_everybody_is_alike():
    default = np.arange(1000) % 10 < 2
    found = hosmer_lemeshow(default, np.full(1000, 0.3))
    assert found.degrees == 1
    assert found.statistic == pytest.approx(100**2 / (1000 * 0.3 * 0.7))


@given(st.integers(0, 1000), st.integers(1, 15), st.integers(20, 300))
@settings(max_examples=50, deadline=None)
def test_the_parts_make_the_brier_score(seed, groups, rows):
    default, stated = calibrated(rows, seed=seed)
    parts = murphy(default, stated, groups=groups)
    assert parts.brier == pytest.approx(np.mean((stated - default) ** 2))
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert whole == pytest.approx(parts.brier, abs=1e-12)
    assert parts.reliability >= 0
    assert 0 <= parts.resolution <= parts.uncertainty + 1e-12


def test_parts_of_one_group_each_need_no_part_within():
    default, stated = calibrated(500)
    parts = murphy(default, stated.round(1).clip(0.05, 0.95), groups=500)
    assert parts.within == pytest.approx(0, abs=1e-12)


def test_unbiased_parts_are_right_on_average():
    drawn = [murphy(*calibrated(200, seed=seed)) for seed in range(400)]
    assert np.mean([one.reliability_unbiased for one in drawn]) == pytest.approx(0, abs=3e-4)
    large = murphy(*calibrated(400_000))
    mean = np.mean([one.resolution_unbiased for one in drawn])
    assert mean == pytest.approx(large.resolution, abs=8e-4)
    assert np.mean([one.reliability for one in drawn]) > 0.003


def test_the_calibration_error_is_that_of_the_reliability_table():
    default, stated = calibrated(3000)
    found = calibration_error(default, stated)
    assert found.ece.value == pytest.approx(reliability(default, stated).ece, abs=1e-12)


def test_a_calibrated_model_is_told_that_its_error_is_chance():
    found = calibration_error(*calibrated(2000))
    assert found.ece.value > 0.004
    assert found.ece.lower == 0
    assert found.p_value > 0.05
    assert found.chance == pytest.approx(0.8 * np.sqrt(10 / 2000 * 0.1), rel=0.2)


def test_a_planted_error_is_found_and_lies_in_its_interval():
    default = np.random.default_rng(0).random(20_000) < 0.2
    found = calibration_error(default, np.full(20_000, 0.25))
    assert found.p_value < 0.001
    assert found.ece.lower < 0.05 < found.ece.upper
    assert found.ece.upper - found.ece.lower < 0.02


def test_the_line_test_is_the_likelihood_ratio_of_statsmodels():
    import statsmodels.api as sm

    default, stated = calibrated(2000, slope=0.8, shift=0.3)
    log_odds = np.log(stated / (1 - stated))
    fitted = sm.Logit(default.astype(float), sm.add_constant(log_odds)).fit(disp=0)
    null = np.sum(np.where(default, np.log(stated), np.log1p(-stated)))
    found = calibration_line_test(default, stated)
    assert found.statistic == pytest.approx(2 * (fitted.llf - null), rel=1e-6)
    assert found.p_value == pytest.approx(stats.chi2.sf(found.statistic, 2), rel=1e-6)
    assert found.rejects()


def test_a_line_needs_both_classes():
    with pytest.raises(OneClassOnly):
        calibration_line_test([0, 0, 0], [0.1, 0.2, 0.3])
