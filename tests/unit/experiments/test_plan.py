import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower, TTestIndPower
from statsmodels.stats.proportion import power_proportions_2indep

from loanwright.experiments.errors import PlanRefused
from loanwright.experiments.plan import sizes_for_means, sizes_for_rates

RATES = [
    (0.05, 0.01, 0.05, 0.8, 1.0),
    (0.05, -0.01, 0.05, 0.9, 1.0),
    (0.60, 0.03, 0.01, 0.8, 0.25),
    (0.20, -0.04, 0.10, 0.95, 3.0),
]


def power_by_statsmodels(base, effect, size, error, ratio):
    found = power_proportions_2indep(effect, base, size, ratio=ratio, alpha=error)
    return float(found.power)


@pytest.mark.parametrize(("base", "effect", "error", "power", "ratio"), RATES)
def test_sizes_for_rates_have_the_power_that_statsmodels_computes(
    base, effect, error, power, ratio
):
    size = sizes_for_rates(base, effect, error=error, power=power, ratio=ratio)
    there = power_by_statsmodels(base + effect, -effect, size.base, error, ratio)
    fewer = power_by_statsmodels(base + effect, -effect, size.base * 0.99, error, ratio)
    assert there == pytest.approx(power, abs=1e-3)
    assert fewer < power


@pytest.mark.parametrize(("error", "power", "ratio"), [(0.05, 0.8, 1.0), (0.01, 0.9, 0.5)])
def test_sizes_for_means_are_those_of_statsmodels(error, power, ratio):
    size = sizes_for_means(400.0, 20.0, error=error, power=power, ratio=ratio)
    asked = {"effect_size": 0.05, "alpha": error, "power": power, "ratio": ratio}
    assert size.base == int(np.ceil(NormalIndPower().solve_power(**asked)))
    # By Student's t it is a row or two more.
    assert 0 <= TTestIndPower().solve_power(**asked) - size.base < 3


def z_of(first, second):
    """Return the pooled z of rates, row by row of counts of size n each."""
    n = first[1]
    pooled = (first[0] + second[0]) / (2 * n)
    return (second[0] - first[0]) / n / np.sqrt(pooled * (1 - pooled) * 2 / n)


@pytest.mark.parametrize(("effect", "found"), [(0.0, 0.05), (0.02, 0.8)])
def test_error_and_power_hold_when_simulated(effect, found):
    random, runs = np.random.default_rng(5), 20_000
    size = sizes_for_rates(0.10, 0.02).base
    first = random.binomial(size, 0.10, runs), size
    second = random.binomial(size, 0.10 + effect, runs), size
    share = (np.abs(z_of(first, second)) > 1.959964).mean()
    assert share == pytest.approx(found, abs=4 * np.sqrt(found * (1 - found) / runs) + 0.002)


@pytest.mark.parametrize(("effect", "found"), [(0.0, 0.05), (20.0, 0.8)])
def test_error_and_power_of_means_hold_when_profits_are_skewed(effect, found):
    random, runs = np.random.default_rng(6), 1_000
    size = sizes_for_means(100.0, 20.0).base
    # One in ten loses much, as profits do; deviation 100.
    draw = np.where(random.random((2, runs, size)) < 0.1, -300.0, 100 / 3)
    first, second = draw[0], draw[1] + effect
    spread = np.sqrt((first.var(1, ddof=1) + second.var(1, ddof=1)) / size)
    share = (np.abs(second.mean(1) - first.mean(1)) / spread > 1.959964).mean()
    assert share == pytest.approx(found, abs=4 * np.sqrt(found * (1 - found) / runs))


@pytest.mark.parametrize(
    ("base", "effect", "changes"),
    [
        (0.0, 0.1, {}),
        (0.95, 0.05, {}),
        (0.1, 0.0, {}),
        (0.1, float("nan"), {}),
        (0.1, 0.1, {"error": 0.5}),
        (0.1, 0.1, {"power": 0.05}),
        (0.1, 0.1, {"ratio": 0.0}),
        (0.5, 1e-9, {}),
    ],
)
def test_what_no_sample_can_show_is_refused(base, effect, changes):
    with pytest.raises(PlanRefused):
        sizes_for_rates(base, effect, **changes)


def test_means_without_a_spread_are_refused():
    with pytest.raises(PlanRefused):
        sizes_for_means(0.0, 1.0)
