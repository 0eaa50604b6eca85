"""Tests of loanwright.metrics.rank."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from loanwright.metrics.discrimination import auc
from loanwright.metrics.rank import auc_bootstrap, cap, somers_d
from loanwright.metrics.samples import OneClassOnly, ParameterOutOfRange


@st.composite
def samples(draw):
    rows = draw(st.integers(3, 40))
    default = draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    default[0], default[1] = True, False
    risk = draw(st.lists(st.integers(-5, 5), min_size=rows, max_size=rows))
    return np.array(default), np.array(risk, dtype=float)


@given(samples())
@settings(max_examples=60, deadline=None)
def test_somers_d_with_ties_is_that_of_scipy(sample):
    default, risk = sample
    assume(len(set(risk)) > 1)
    expected = stats.somersd(default.astype(int), risk).statistic
    assert somers_d(default, risk).value == pytest.approx(expected, abs=1e-12)


@given(samples())
@settings(max_examples=60, deadline=None)
def test_the_area_of_the_cap_curve_is_the_gini(sample):
    default, risk = sample
    curve = cap(default, risk, points=len(default) + 1)
    width = 1 / len(default)
    captured = np.trapezoid(curve.captured, dx=width) - 0.5
    # The perfect curve bends between two points of the grid only if a default is a part of a row.
    perfect = np.trapezoid(curve.perfect, dx=width) - 0.5
    assert captured / perfect == pytest.approx(curve.ratio.value, abs=1e-9)
    assert (np.diff(curve.captured) >= -1e-12).all()
    assert (curve.captured <= curve.perfect + 1e-12).all()


def test_a_useless_ranking_runs_along_the_diagonal():
    curve = cap([0, 1, 0, 1], [7, 7, 7, 7], points=5)
    assert curve.captured == pytest.approx(curve.share)
    assert curve.ratio.value == 0


def test_bootstrap_and_delong_agree():
    random = np.random.default_rng(0)
    default = random.random(1500) < 0.2
    risk = random.normal(size=1500) + default
    drawn, formula = auc_bootstrap(default, risk), auc(default, risk)
    assert drawn.value == pytest.approx(formula.value, abs=1e-12)
    width = formula.upper - formula.lower
    assert drawn.lower == pytest.approx(formula.lower, abs=0.15 * width)
    assert drawn.upper == pytest.approx(formula.upper, abs=0.15 * width)


def test_curves_of_one_class_or_one_point_are_refused():
    with pytest.raises(OneClassOnly):
        cap([0, 0], [1, 2])
    with pytest.raises(ParameterOutOfRange):
        cap([0, 1], [1, 2], points=1)
