"""Tests of loanwright.validation.rejects: the truth is known, and the range must hold it."""

from functools import cache
from itertools import product as pairs

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from loanwright.datasets.synthetic import make_portfolio
from loanwright.datasets.synthetic_people import true_log_odds
from loanwright.metrics.samples import OneClassOnly, ParameterOutOfRange, SampleTooSmall
from loanwright.scaling import logistic
from loanwright.validation.rejects import reject_range


@cache
def studied(seed, accept_rate=0.7):
    """Return what a lender sees, and what is true, of a portfolio with a fair model."""
    portfolio = make_portfolio(
        applicants=5000, seed=seed, random_accepts=0.15, accept_rate=accept_rate
    )
    # The lot stands for those whom the score declined, not for those whom an officer did.
    table = portfolio.applications.filter(pl.col("override_reason").is_null())
    people = {name: table[name].to_numpy() for name in table.columns}
    # A good model of the columns; the unseen part of the truth is left to chance.
    stated = logistic(true_log_odds(people | {"unseen": np.zeros(table.height)}) + 0.1)
    accepted = people["outcome"] == "approve"
    found = reject_range(
        stated[accepted],
        table.filter(pl.col("outcome") == "approve")["default"].to_numpy(),
        stated[~accepted],
        randomised=people["accepted_at_random"][accepted],
    )
    truth = people["true_default"]
    return found, float(truth.mean()), float(roc_auc_score(truth, stated))


@pytest.mark.parametrize("seed", range(3))
def test_the_range_holds_the_truth(seed):
    found, rate, area = studied(seed)
    assert found.bad_rate[0] <= rate <= found.bad_rate[1]
    assert found.auc[0] <= area <= found.auc[1]


@pytest.mark.parametrize("seed", range(3))
def test_leaving_the_declined_out_is_biased_in_both_figures(seed):
    found, rate, area = studied(seed)
    none = found.estimates[0]
    assert none.method == "none"
    assert none.bad_rate.upper < rate
    assert none.auc.value < area


def test_the_assumption_that_the_declined_are_no_worse_is_biased_here_and_the_lot_is_not():
    gaps = {"parcelling": [], "randomised": []}
    for seed in range(3):
        found, rate, _ = studied(seed)
        for one in found.estimates:
            if one.method in gaps and one.factor in (None, 1.0):
                gaps[one.method].append(one.bad_rate.value - rate)
    assert np.mean(gaps["parcelling"]) < -0.01
    assert abs(np.mean(gaps["randomised"])) < 0.017


def test_bounds_hold_every_estimate():
    found, rate, area = studied(0)
    for one in found.estimates[1:]:
        assert found.bad_rate_bounds[0] <= one.bad_rate.value <= found.bad_rate_bounds[1]
        assert found.auc_bounds[0] <= one.auc.value <= found.auc_bounds[1]
    assert found.bad_rate_bounds[0] < rate < found.bad_rate_bounds[1]
    assert found.auc_bounds[0] < area < found.auc_bounds[1]


def test_the_more_are_declined_the_wider_is_what_can_be_believed():
    few, many = (studied(1, accept_rate=rate)[0] for rate in (0.9, 0.5))
    assert few.share_rejected < many.share_rejected
    assert np.ptp(few.bad_rate) < np.ptp(many.bad_rate)
    assert np.ptp(few.auc_bounds) < np.ptp(many.auc_bounds)


def test_bounds_are_what_trying_every_labelling_finds():
    stated = np.tile([0.1, 0.2, 0.3, 0.4], 8)
    bad = np.tile([0, 1, 0, 1, 0, 0, 0, 1], 4)
    declined = np.array([0.25, 0.35, 0.5, 0.15])
    areas = [
        roc_auc_score([*bad, *labels], [*stated, *declined]) for labels in pairs((0, 1), repeat=4)
    ]
    found = reject_range(stated, bad, declined)
    assert found.auc_bounds == pytest.approx((min(areas), max(areas)))
    assert found.bad_rate_bounds == (12 / 36, 16 / 36)


def test_the_grid_of_factors_is_stated_in_the_answer():
    found = studied(0)[0]
    parcelled = [one.factor for one in found.estimates if one.method == "parcelling"]
    assert parcelled == [1.0, 1.25, 1.5, 2.0]
    rates = [one.bad_rate.value for one in found.estimates if one.method == "parcelling"]
    assert rates == sorted(rates)
    assert found.to_mapping()["estimates"][-1]["method"] == "randomised"


def test_too_few_accepted_by_lot_estimate_nothing():
    stated = np.linspace(0.02, 0.4, 300)
    bad = np.arange(300) % 6 == 0
    found = reject_range(stated, bad, stated[200:], randomised=np.arange(300) < 5)
    assert "randomised" not in {one.method for one in found.estimates}


def test_equal_input_gives_equal_output():
    stated = np.linspace(0.02, 0.4, 300)
    bad = np.arange(300) % 6 == 0
    one, two = (reject_range(stated, bad, stated[200:]) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    ("bad", "declined", "factors", "error"),
    [
        ([0, 1, 0] * 20, [], (1.0,), ParameterOutOfRange),
        ([0, 1, 0] * 20, [1.0], (1.0,), ParameterOutOfRange),
        ([0, 1, 0] * 20, [0.5], (0.0,), ParameterOutOfRange),
        ([0, 0, 0] * 20, [0.5], (1.0,), OneClassOnly),
        ([0, 1, 0], [0.5], (1.0,), SampleTooSmall),
    ],
)
def test_what_cannot_be_inferred_is_refused(bad, declined, factors, error):
    with pytest.raises(error):
        reject_range(np.linspace(0.1, 0.3, len(bad)), bad, declined, factors=factors)
