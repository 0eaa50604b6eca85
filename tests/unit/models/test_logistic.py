"""Tests of loanwright.models.logistic."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from loanwright.models.logistic import fit_non_negative


def sample(rows=1500, seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, 3))
    return X, random.random(rows) < 1 / (1 + np.exp(1 - X @ [1.0, 0.5, 0.2]))


def test_without_the_constraint_biting_it_is_an_l2_logistic_regression():
    X, default = sample()
    fit = fit_non_negative(X, default, penalty=2.0)
    other = LogisticRegression(C=1 / 2.0, tol=1e-10, max_iter=1000).fit(X, default)
    assert fit.coefficients == pytest.approx(other.coef_[0], abs=1e-5)
    assert fit.intercept == pytest.approx(other.intercept_[0], abs=1e-5)
    assert fit.dropped == ()


def test_the_constrained_fit_is_where_a_bounded_optimiser_ends():
    X, default = sample()
    X = np.column_stack([X, -X[:, 0] + 0.3 * X[:, 1]])
    fit = fit_non_negative(X, default, penalty=1.0)

    def loss(beta):
        linear = beta[0] + X @ beta[1:]
        return np.sum(np.logaddexp(0, linear) - default * linear) + np.sum(beta[1:] ** 2) / 2

    best = minimize(loss, np.zeros(5), bounds=[(None, None)] + [(0, None)] * 4, tol=1e-14)
    assert loss(np.array([fit.intercept, *fit.coefficients])) <= best.fun + 1e-6
    assert fit.dropped == (3,)


def test_separated_classes_are_held_finite_by_the_penalty():
    x = np.linspace(-1, 1, 100)[:, None]
    fit = fit_non_negative(x, x[:, 0] > 0, penalty=1.0)
    assert np.isfinite(fit.coefficients).all()


def test_columns_of_zeros_get_zero():
    X, default = sample()
    X[:, 1] = 0
    assert fit_non_negative(X, default, penalty=1.0).coefficients[1] == 0


def test_no_column_at_all_leaves_the_rate():
    default = np.arange(100) < 20
    fit = fit_non_negative(np.zeros((100, 0)), default, penalty=1.0)
    assert fit.intercept == pytest.approx(np.log(20 / 80))
