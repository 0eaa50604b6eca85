"""Tests of loanwright.metrics.profit, loanwright.metrics.hull and loanwright.metrics.smoothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from loanwright.metrics.bootstrap import Resampling, distinct_counts
from loanwright.metrics.hull import Blocks, concave_hull, least_loss, maximum_profit
from loanwright.metrics.profit import (
    LossModel,
    Terms,
    emp,
    emp_declined,
    h_measure,
    profit_curve,
    severity_prior,
)
from loanwright.metrics.samples import (
    OneClassOnly,
    ParameterOutOfRange,
    ShapesDiffer,
    ValuesNotFinite,
    sample,
)
from loanwright.metrics.smoothing import is_fine, smooth_cells

PUBLISHED = [0, 1] * 4, [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]


@st.composite
def samples(draw):
    rows = draw(st.integers(3, 30))
    default = draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    default[0], default[1] = True, False
    risk = draw(st.lists(st.integers(-5, 5), min_size=rows, max_size=rows))
    return np.array(default), np.array(risk, dtype=float)


def cutoffs(default, risk):
    """Return shares of bads and goods declined at every cutoff, none and all included."""
    for cutoff in [-np.inf, *np.unique(risk)]:
        declined = risk > cutoff
        yield declined & default, declined & ~default
    yield np.zeros(len(risk)), np.zeros(len(risk))


def test_the_emp_is_the_published_value():
    assert emp(*PUBLISHED).value == pytest.approx(0.09747017050000001, abs=1e-15)
    assert emp_declined(*PUBLISHED) == pytest.approx(0.32434500000000005, abs=1e-15)


@given(samples())
@settings(max_examples=40, deadline=None)
def test_the_emp_is_the_integral_of_the_best_cutoff_over_losses(sample):
    default, risk = sample
    rows = [(b.sum() / len(risk), g.sum() / len(risk)) for b, g in cutoffs(default, risk)]
    grid = (np.arange(4000) + 0.5) / 4000
    best = np.max([loss_ * grid - 0.2644 * good for loss_, good in rows], axis=0)
    whole = max(bad - 0.2644 * good for bad, good in rows)
    expected = 0.35 * best.mean() + 0.1 * whole
    assert emp(default, risk, replicates=50).value == pytest.approx(expected, abs=1e-6)


@given(samples())
@settings(max_examples=40, deadline=None)
def test_the_emp_is_never_negative_and_rising_maps_change_nothing(sample):
    default, risk = sample
    found = emp(default, risk, replicates=50)
    assert found.value >= 0
    assert 0 <= found.lower <= found.value <= found.upper
    assert emp(default, np.exp(risk), replicates=50) == found


def test_a_ranking_that_is_wrong_throughout_is_worth_approving_all_or_declining_all():
    # Declining everybody earns λ/2 − 0.2644/2, from λ = 0.2644 upwards.
    expected = 0.35 * quad(lambda x: max(0, x - 0.2644) / 2, 0, 1, points=[0.2644])[0]
    expected += 0.1 * (1 - 0.2644) / 2
    assert emp([0, 1], [2, 1], replicates=50).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "wrong", [{"p0": -0.1}, {"p0": 0.8, "p1": 0.3}, {"roi": -1}, {"roi": np.inf}]
)
def test_losses_that_are_no_distribution_are_refused(wrong):
    with pytest.raises(ParameterOutOfRange):
        LossModel(**wrong)


def test_the_h_measure_is_the_value_published_for_the_r_packages_prior():
    random = np.random.default_rng(66)
    default = random.integers(low=0, high=2, size=10)
    risk = random.random(10)
    prior = severity_prior(default.sum() / (10 - default.sum()))
    found = h_measure(default, risk, prior=prior, replicates=50)
    assert found.value == pytest.approx(0.18889596344769588, abs=1e-14)


def test_the_h_measure_is_the_r_packages_on_a_hull_of_332_rows():
    # The vertices of a hull that the R package hmeasure found, as counts of 223 goods and 109 bads.
    good = np.array([0, 0, 3, 7, 15, 16, 17, 33, 68, 77, 119, 137, 196, 223])
    bad = np.array([0, 1, 18, 40, 59, 61, 62, 75, 98, 100, 107, 108, 109, 109])
    blocks = Blocks(bad=np.diff(bad)[::-1].astype(float), good=np.diff(good)[::-1].astype(float))
    blind = Blocks(bad=np.array([109.0]), good=np.array([223.0]))
    loss = least_loss(blocks, shape=(2, 2))
    assert loss == pytest.approx(0.0778600373259069, abs=1e-12)
    found = 1 - loss / least_loss(blind, shape=(2, 2))
    assert found == pytest.approx(0.42144692438763, abs=1e-12)


@given(samples())
@settings(max_examples=25, deadline=None)
def test_the_h_measure_is_the_integral_of_the_least_loss_over_costs(sample):
    default, risk = sample
    rate = default.mean()
    sides = [(b.sum() / len(risk), g.sum() / len(risk)) for b, g in cutoffs(default, risk)]
    grid = (np.arange(4000) + 0.5) / 4000
    weight = beta.pdf(grid, 1 + rate, 2 - rate) / 4000
    least = np.min([grid * good + (1 - grid) * (rate - bad) for bad, good in sides], axis=0)
    blind = np.minimum(grid * (1 - rate), (1 - grid) * rate)
    expected = 1 - (least @ weight) / (blind @ weight)
    assert h_measure(default, risk, replicates=50).value == pytest.approx(expected, abs=1e-4)


@given(samples())
@settings(max_examples=40, deadline=None)
def test_the_h_measure_lies_between_useless_and_perfect(sample):
    default, risk = sample
    assert 0 <= h_measure(default, risk, replicates=50).value <= 1
    assert h_measure(default, default.astype(float), replicates=50).value == pytest.approx(1)
    assert h_measure(default, np.zeros(len(risk)), replicates=50).value == pytest.approx(
        0, abs=1e-12
    )


def test_priors_that_are_none_are_refused():
    with pytest.raises(ParameterOutOfRange):
        severity_prior(0)
    with pytest.raises(ParameterOutOfRange):
        h_measure(*PUBLISHED, prior=(0, 2))


@given(samples())
@settings(max_examples=60, deadline=None)
def test_the_hull_keeps_everybody_and_its_rates_rise(drawn):
    blocks = concave_hull(distinct_counts(sample(*drawn)))
    assert blocks.bad.sum() == drawn[0].sum()
    assert blocks.good.sum() == (~drawn[0]).sum()
    assert (np.diff(blocks.bad / (blocks.bad + blocks.good)) > 0).all()


def test_blocks_without_bads_are_never_declined():
    profit, declined = maximum_profit(
        Blocks(bad=np.array([0.0, 1.0]), good=np.array([9.0, 0.0])), p0=0, p1=1, roi=0.2
    )
    assert (profit, declined) == (pytest.approx(0.1), pytest.approx(0.1))


@pytest.mark.parametrize("measure", [emp, h_measure])
def test_samples_that_cannot_be_measured_are_refused(measure):
    with pytest.raises(OneClassOnly):
        measure([0, 0], [1, 2])
    with pytest.raises(ValuesNotFinite):
        measure([0, 1], [1, np.nan])


@given(samples())
@settings(max_examples=40, deadline=None)
def test_the_profit_curve_ends_at_nobody_and_at_everybody(drawn):
    default, risk = drawn
    terms = Terms(gain=2, loss=5)
    resampling = Resampling(replicates=50, seed=0, stratified=False)
    curve = profit_curve(default, risk, terms=terms, points=5, resampling=resampling)
    assert curve.profit[0] == 0
    assert curve.profit[-1] == pytest.approx(terms.profit(default).mean())
    assert curve.bad_rate[-1] == pytest.approx(default.mean())
    assert (curve.lower <= curve.profit + 1e-12).all()


def test_profits_may_differ_from_row_to_row():
    terms = Terms(gain=[1, 2, 3], loss=[10, 20, 30])
    assert terms.profit([0, 1, 0]).tolist() == [1, -20, 3]
    with pytest.raises(ShapesDiffer):
        terms.profit([0, 1])
    with pytest.raises(ParameterOutOfRange):
        Terms(gain=-1, loss=2).profit([0, 1])
    with pytest.raises(ValuesNotFinite):
        Terms(gain=np.nan, loss=2).profit([0, 1])


def test_a_curve_needs_two_points():
    with pytest.raises(ParameterOutOfRange):
        profit_curve(*PUBLISHED, terms=Terms(gain=1, loss=1), points=1)


def test_the_smooth_likeness_keeps_the_place_and_spread_of_both_classes():
    random = np.random.default_rng(0)
    bad, good = np.sort(random.normal(1, 1, 200)), np.sort(random.normal(0, 1, 800))
    levels = np.concatenate([bad, good])
    order = np.argsort(levels)
    is_bad = (np.arange(1000) < 200)[order].astype(float)
    cells = smooth_cells(is_bad, 1 - is_bad)
    centres = np.linspace(-6, 6, len(cells.bad))
    pooled = (np.arange(1000) + 0.5) / 1000
    from scipy.stats import norm

    scores = norm.ppf(pooled)
    for share, member in ((cells.bad, is_bad > 0), (cells.good, is_bad == 0)):
        mean = share @ centres
        assert share.sum() == pytest.approx(1)
        assert mean == pytest.approx(scores[member].mean(), abs=0.01)
        spread = np.sqrt(share @ (centres - mean) ** 2)
        assert spread == pytest.approx(scores[member].std(), rel=0.02)


def test_grades_are_not_smoothed_and_one_default_can_be():
    assert not is_fine(9, 10_000)
    cells = smooth_cells(np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0]))
    assert np.isfinite(cells.bad).all()
