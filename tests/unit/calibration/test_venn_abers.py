"""Tests of loanwright.calibration.venn_abers and interval."""

import json

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from loanwright.calibration.interval import IntervalNotUsable, ProbabilityInterval
from loanwright.calibration.venn_abers import _fitted_with, venn_abers
from loanwright.metrics.samples import SampleTooSmall
from loanwright.scaling import logistic


def drawn(rows, seed=0, levels=None):
    random = np.random.default_rng(seed)
    raw = random.normal(-1.5, 1.2, rows) if levels is None else random.choice(levels, rows)
    return raw, random.random(rows) < logistic(raw)


def test_the_bounds_are_the_two_isotonic_fits_of_scikit_learn():
    raw, default = drawn(300)
    interval = venn_abers(raw, default, cells=1000)
    for wanted in np.quantile(raw, [0.05, 0.4, 0.8, 0.99], method="lower"):
        for outcome, bound in zip((0, 1), interval.bounds([wanted]), strict=True):
            model = IsotonicRegression().fit([*raw, wanted], [*default, outcome])
            assert bound[0] == pytest.approx(model.predict([wanted])[0], abs=1e-12)


def test_the_bound_of_the_true_outcome_is_calibrated():
    """Vovk and Petej: of applicants whose own bound is p, a share p defaults."""
    levels = np.linspace(-4, 2, 13)
    stated, seen = [], []
    for seed in range(3000):
        raw, default = drawn(81, seed, levels)
        cell = np.searchsorted(levels, raw[:-1])
        rows = np.bincount(cell, minlength=13).astype(float)
        bad = np.bincount(cell[default[:-1]], minlength=13).astype(float)
        here = int(np.searchsorted(levels, raw[-1]))
        stated.append(_fitted_with(rows, bad, here, outcome=float(default[-1])))
        seen.append(default[-1])
    stated, seen = np.array(stated), np.array(seen, dtype=float)
    for low, high in ((0, 0.15), (0.15, 0.35), (0.35, 0.6), (0.6, 1.01)):
        group = (stated >= low) & (stated < high)
        gap = (seen[group] - stated[group]).mean()
        error = (seen[group] - stated[group]).std() / group.sum() ** 0.5
        assert group.sum() > 150
        assert abs(gap) < 3.5 * error


def test_the_interval_narrows_as_rows_come_in():
    widths = []
    for rows in (200, 2000, 20_000):
        interval = venn_abers(*drawn(rows))
        lower, upper = interval.bounds(np.linspace(-3, 0, 50))
        widths.append((upper - lower).mean())
    assert widths[0] > 2 * widths[1] > 4 * widths[2]
    assert interval.rows == 20_000


def test_the_truth_lies_near_the_interval_of_a_large_sample():
    interval = venn_abers(*drawn(50_000))
    raw = np.linspace(-3, 0.5, 40)
    lower, upper = interval.bounds(raw)
    assert (logistic(raw) > lower - 0.05).all()
    assert (logistic(raw) < upper + 0.05).all()


def test_bounds_rise_and_missing_stays_missing():
    interval = venn_abers(*drawn(500))
    lower, upper = interval.bounds(np.linspace(-9, 9, 400))
    assert (np.diff(lower) >= 0).all()
    assert (np.diff(upper) >= 0).all()
    assert (lower < upper).all()
    assert np.isnan(interval.bounds([np.nan])).all()


def test_every_bit_survives_the_file():
    interval = venn_abers(*drawn(400)).shifted(0.3)
    again = ProbabilityInterval.from_mapping(json.loads(json.dumps(interval.to_mapping())))
    assert again == interval


def test_a_shift_moves_the_log_odds_and_keeps_certainty():
    moved = ProbabilityInterval(edges=(0.0,), lower=(0.0, 0.5), upper=(0.5, 1.0), rows=9)
    moved = moved.shifted(np.log(3))
    assert moved.lower == pytest.approx((0, 0.75))
    assert moved.upper == pytest.approx((0.75, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"edges": ()},
        {"edges": (np.nan,)},
        {"lower": (0.3, 0.2)},
        {"lower": (0.3, 0.6)},
        {"upper": (0.2, 1.2)},
    ],
)
def test_a_damaged_interval_is_refused(wrong):
    sound = {"edges": (0.0,), "lower": (0.1, 0.2), "upper": (0.2, 0.4), "rows": 30}
    with pytest.raises(IntervalNotUsable):
        ProbabilityInterval(**(sound | wrong))


def test_a_few_rows_are_refused():
    with pytest.raises(SampleTooSmall):
        venn_abers([0.0, 1.0, 2.0], [0, 1, 1])
