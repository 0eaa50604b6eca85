"""Tests of loanwright.validation.imbalance: what the tempting treatments do to probabilities."""

import json

import numpy as np
import pytest

from loanwright.features.columns import ColumnSpec
from loanwright.scaling import logistic
from loanwright.validation import imbalance
from loanwright.validation.imbalance import imbalance_study

KINDS = ("numeric", "numeric", "category", "numeric")
COLUMNS = tuple(
    ColumnSpec(name=f"x{i}", kind=kind, direction=0, special=(), categories=3 * (kind[0] == "c"))
    for i, kind in enumerate(KINDS)
)


def drawn(rows=6000, seed=0):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(rows, 4))
    matrix[:, 2] = random.integers(3, size=rows)
    default = random.random(rows) < logistic(matrix[:, 0] + 0.7 * matrix[:, 1] - 3)
    matrix[random.random(rows) < 0.1, 3] = np.nan
    return matrix, default.astype(np.int8)


@pytest.fixture(scope="module", params=["lightgbm", "scorecard"])
def study(request):
    matrix, default = drawn()
    judged = np.arange(4000, 6000)
    found = imbalance_study(matrix, default, columns=COLUMNS, judged=judged, family=request.param)
    return {one.treatment: one for one in found}


def test_the_model_as_it_is_states_what_happens(study):
    none = study["none"]
    assert none.mean_probability == pytest.approx(none.default_rate, abs=0.02)
    assert none.calibration_error < 0.03


@pytest.mark.parametrize("treatment", ["class weights", "SMOTE", "under-sampling"])
def test_every_balancing_overstates_the_risk_and_ranks_no_better(study, treatment):
    none, treated = study["none"], study[treatment]
    assert treated.mean_probability > 2 * none.mean_probability
    assert treated.in_the_large.upper < -0.5
    assert treated.calibration_error > 4 * none.calibration_error
    assert treated.log_loss.value > none.log_loss.value
    assert treated.auc.value < none.auc.value + 0.02


def test_the_table_is_plain_values(study):
    found = [one.to_mapping() for one in study.values()]
    assert json.loads(json.dumps(found)) == found
    assert [one["treatment"] for one in found] == list(imbalance.TREATMENTS)


def test_invented_rows_lie_between_two_defaults_and_keep_a_parents_category():
    matrix, default = drawn(600)
    fit = imbalance._Fit(
        matrix=matrix, bad=default == 1, columns=COLUMNS, random=np.random.default_rng(0)
    )
    treated, label = imbalance._invented(fit)
    assert label.sum() == (~label).sum()
    made, bad = treated[600:], matrix[default == 1]
    assert set(np.unique(made[:, 2])) <= {0.0, 1.0, 2.0}
    for column in (0, 1):
        assert made[:, column].min() >= bad[:, column].min()
        assert made[:, column].max() <= bad[:, column].max()


def test_neighbours_are_the_nearest_and_never_oneself():
    points = np.array([[0.0], [0.1], [0.3], [5.0], [5.1], [9.0], [9.5]])
    nearest = imbalance._neighbours(points)
    assert nearest[0, :2].tolist() == [1, 2]
    assert nearest[3, 0] == 4
    assert not (nearest == np.arange(7)[:, None]).any()


def test_weights_and_thinning_make_the_classes_equal():
    matrix, default = drawn(2000)
    fit = imbalance._Fit(
        matrix=matrix, bad=default == 1, columns=COLUMNS, random=np.random.default_rng(0)
    )
    weighted, thinned = imbalance._weighted(fit)[1], imbalance._thinned(fit)[1]
    assert weighted.mean() == pytest.approx(0.5, abs=0.05)
    assert thinned.mean() == 0.5
    assert len(thinned) == 2 * default.sum()
