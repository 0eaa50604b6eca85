"""Figures that decide, against known answers and against the metrics they stand for."""

import numpy as np
import pytest

from loanwright.metrics.comparison import compare_auc
from loanwright.metrics.discrimination import auc, pr_auc
from loanwright.models.criteria import (
    AUC,
    CostsRefused,
    CriterionUnknown,
    Gap,
    LogLoss,
    PrecisionRecall,
    Profit,
    find_criterion,
    fold_gap,
)


def two_models(rows=600, seed=0):
    random = np.random.default_rng(seed)
    truth = random.normal(size=rows)
    default = random.random(rows) < 1 / (1 + np.exp(1 - truth))
    return default, truth + random.normal(0, 0.3, rows), truth + random.normal(0, 1.5, rows)


def test_auc_and_its_gap_are_those_of_the_metrics():
    default, one, other = two_models()
    assert AUC().value(default, one) == pytest.approx(auc(default, one).value)
    gap, paired = AUC().gap(default, one, other), compare_auc(default, one, other)
    assert gap.value == pytest.approx(paired.difference.value)
    assert gap.p_value == pytest.approx(paired.p_value, abs=1e-9)


def test_precision_and_recall_agree_with_the_metric_even_with_ties():
    default, one, _ = two_models()
    for risk in (one, one.round(0)):
        assert PrecisionRecall().value(default, risk) == pytest.approx(pr_auc(default, risk).value)


def test_a_model_is_as_good_as_itself():
    default, one, _ = two_models()
    for criterion in (
        AUC(),
        LogLoss(),
        PrecisionRecall(),
        Profit(false_negative=5, false_positive=1),
    ):
        gap = criterion.gap(default, one, one)
        assert gap.value == 0
        assert gap.p_value == 1


@pytest.mark.parametrize(
    "criterion", [AUC(), LogLoss(), PrecisionRecall(), Profit(false_negative=3, false_positive=1)]
)
def test_the_better_model_has_the_positive_gap(criterion):
    default, one, other = two_models(rows=4000)
    gap = criterion.gap(default, one - 1, other - 1)
    assert gap.value > 2 * gap.error > 0
    assert criterion.gap(default, other - 1, one - 1).value == pytest.approx(-gap.value)


def test_profit_declines_where_the_costs_say_so():
    # Break-even at a PD of 1 / (1 + 4) = 0.2, log-odds ln(1/4) = -1.386.
    by_profit = Profit(false_negative=4.0, false_positive=1.0)
    default, log_odds = np.array([0, 0, 1, 1]), np.array([-1.4, -1.3, -1.4, -1.3])
    assert by_profit.value(default, log_odds) == pytest.approx((1 + 0 - 4 + 0) / 4)


def test_a_gap_of_folds_is_their_mean_and_its_errors_add_as_variances():
    halves = [two_models(seed=seed) for seed in (1, 2)]
    labels, one, other = (tuple(parts) for parts in zip(*halves, strict=True))
    gaps = [AUC().gap(*half) for half in halves]
    whole = fold_gap(AUC(), labels, one, other)
    assert whole.value == pytest.approx((gaps[0].value + gaps[1].value) / 2)
    assert whole.error == pytest.approx(np.hypot(gaps[0].error, gaps[1].error) / 2)


def test_the_paired_test_rejects_equal_models_as_often_as_it_says():
    random = np.random.default_rng(5)
    rejected = 0
    for _ in range(1000):
        truth = random.normal(size=300)
        default = random.random(300) < 1 / (1 + np.exp(-truth))
        one, other = (truth + random.normal(0, 1, 300) for _ in range(2))
        rejected += AUC().gap(default, one, other).p_value < 0.05
    assert 0.035 <= rejected / 1000 <= 0.067


def test_a_gap_without_error_is_certain():
    assert (Gap(value=0.1, error=0.0).p_value, Gap(value=0.0, error=0.0).p_value) == (0.0, 1.0)


def test_an_unknown_metric_and_unusable_costs_are_named():
    with pytest.raises(CriterionUnknown, match=r"gini.*auc, pr_auc, log_loss, profit"):
        find_criterion("gini")
    with pytest.raises(CostsRefused, match="false_negative and false_positive"):
        find_criterion("profit", costs={"false_negative": 1.0})
    with pytest.raises(CostsRefused, match="false_positive must be a number above 0"):
        find_criterion("profit", costs={"false_negative": 1.0, "false_positive": 0.0})
