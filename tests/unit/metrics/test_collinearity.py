"""Tests of loanwright.metrics.collinearity."""

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from statsmodels.stats.outliers_influence import variance_inflation_factor

from loanwright.metrics.collinearity import (
    RegressionNotFound,
    correlations,
    logistic_coefficients,
    vif,
)
from loanwright.metrics.samples import (
    ParameterOutOfRange,
    SampleTooSmall,
    ShapesDiffer,
    ValuesNotFinite,
)


def drawn(rows=500, seed=0):
    random = np.random.default_rng(seed)
    matrix = random.normal([5, -3, 100, 0], [1, 2, 30, 0.01], (rows, 4))
    matrix[:, 3] += 0.01 * matrix[:, 0]
    default = random.random(rows) < 1 / (1 + np.exp(6 - matrix[:, 0]))
    return default, matrix


def test_inflation_is_that_of_statsmodels_with_its_constant():
    _, matrix = drawn()
    design = np.column_stack([np.ones(len(matrix)), matrix])
    expected = [variance_inflation_factor(design, i) for i in range(1, 5)]
    assert vif(matrix) == pytest.approx(expected)


def test_features_that_repeat_nothing_have_no_inflation():
    assert vif([[1, 1], [1, -1], [-1, 1], [-1, -1]]).tolist() == [1, 1]
    assert vif(np.random.default_rng(0).normal(size=(50, 1))).tolist() == [1]


def test_an_exact_repetition_is_infinite_and_leaves_the_others_alone():
    random = np.random.default_rng(0)
    a, b, c = random.normal(size=(3, 200))
    factors = vif(np.column_stack([a, b, a + b, c, np.full(200, 7.0)]))
    assert np.isinf(factors[:3]).all()
    assert factors[3] == pytest.approx(1, abs=0.05)
    assert factors[4] == 1


def test_correlations_are_those_of_numpy_and_scipy():
    _, matrix = drawn()
    assert correlations(matrix) == pytest.approx(np.corrcoef(matrix, rowvar=False))
    assert correlations(matrix, ranks=True) == pytest.approx(stats.spearmanr(matrix).statistic)


def test_a_constant_correlates_with_nothing():
    assert correlations([[1, 0.1], [2, 0.1], [4, 0.1]]).tolist() == [[1, 0], [0, 1]]


def test_coefficients_are_those_of_a_plain_logistic_regression():
    default, matrix = drawn()
    found = logistic_coefficients(default, matrix[:, :3], names=["a", "b", "c"])
    other = LogisticRegression(C=np.inf, tol=1e-10, max_iter=5000, solver="newton-cholesky")
    other.fit(matrix[:, :3], default)
    values = [one.coefficient.value for one in found]
    assert values == pytest.approx([other.intercept_[0], *other.coef_[0]], rel=1e-4, abs=1e-5)
    assert [one.name for one in found] == ["intercept", "a", "b", "c"]
    assert found[1].p_value < 0.001 < found[3].p_value
    for one in found:
        assert one.p_value == pytest.approx(2 * stats.norm.sf(abs(one.z)))


@pytest.mark.parametrize(
    ("default", "matrix", "why"),
    [
        ([0, 1, 0, 1], [[1, 2], [2, 4], [3, 6], [5, 10]], "repeat"),
        ([0, 0, 0, 1, 1, 1], [[1], [2], [3], [4], [5], [6]], "separate"),
        ([0, 0, 0, 0], [[1], [2], [3], [4]], "separate|singular"),
    ],
)
def test_regressions_that_do_not_exist_say_why(default, matrix, why):
    with pytest.raises(RegressionNotFound, match=why):
        logistic_coefficients(default, matrix, names=[str(i) for i in range(len(matrix[0]))])


def test_tables_that_cannot_be_read_are_refused():
    for measure in (vif, correlations):
        with pytest.raises(ValuesNotFinite):
            measure([[1, np.nan], [2, 3], [3, 4]])
        with pytest.raises(ShapesDiffer):
            measure([1, 2, 3])
        with pytest.raises(ParameterOutOfRange):
            measure(np.ones((3, 0)))
    with pytest.raises(SampleTooSmall):
        vif([[1, 2], [2, 1]])
    with pytest.raises(ShapesDiffer):
        logistic_coefficients([0, 1], [[1], [2], [3]], names=["a"])
