"""Logistic regression with coefficients at zero or above, deterministic to the bit."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected

_STEPS = 100
_SETTLED = 1e-10


class RegressionNotSettled(Rejected):
    """The logistic regression did not settle within {steps} steps."""


class NonNegativeFit(NamedTuple):
    """A fitted regression and the columns that had to be held at zero."""

    intercept: float
    coefficients: NDArray[np.float64]
    dropped: tuple[int, ...]


def fit_non_negative(
    X: NDArray[np.float64], default: NDArray[np.bool_], *, penalty: float
) -> NonNegativeFit:
    """Return the penalised maximum likelihood fit with every coefficient at zero or above.

    Parameters
    ----------
    X
        (n, p) finite columns, each expected to raise the log-odds of default.
    default
        (n,) labels, both classes present.
    penalty
        L2 penalty on the coefficients, not on the intercept; > 0 keeps separated classes finite.

    Notes
    -----
    Newton's method over the active columns. The column with the most negative coefficient is
    held at zero and the rest fitted anew, until none is negative.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.repeat([-1.0, 1.0], 50)
    >>> happened = np.concatenate([np.arange(50) < 10, np.arange(50) < 40])
    >>> fit = fit_non_negative(np.column_stack([x, -x]), happened, penalty=1e-6)
    >>> fit.coefficients.round(3).tolist(), fit.dropped
    ([1.386, 0.0], (1,))
    """
    label = default.astype(np.float64)
    active = [index for index in range(X.shape[1]) if X[:, index].any()]
    dropped: list[int] = []
    while True:
        beta = _newton(X[:, active], label, penalty)
        slopes = beta[1:]
        worst = int(slopes.argmin()) if len(slopes) else 0
        if not len(slopes) or slopes[worst] >= 0:
            break
        dropped.append(active.pop(worst))
    coefficients = np.zeros(X.shape[1])
    coefficients[active] = slopes
    return NonNegativeFit(float(beta[0]), coefficients, tuple(sorted(dropped)))


def _newton(X: NDArray[np.float64], label: NDArray[np.float64], penalty: float) -> np.ndarray:
    design = np.column_stack([np.ones(len(label)), X])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0
    rate = float(label.mean())
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(rate / (1 - rate))
    loss = _loss(design, label, ridge, beta)
    for _ in range(_STEPS):
        step = _step(design, label, ridge, beta)
        length = 1.0
        while (after := _loss(design, label, ridge, beta - length * step)) > loss + 1e-9:
            length /= 2
        beta, loss = beta - length * step, after
        if float(np.abs(step).max()) < _SETTLED:
            return beta
    raise RegressionNotSettled(steps=_STEPS)


def _linear(design: NDArray[np.float64], beta: NDArray[np.float64]) -> NDArray[np.float64]:
    # einsum without BLAS: the sum has one order, whatever the machine's threads.
    return np.einsum("ij,j->i", design, beta)


def _loss(
    design: NDArray[np.float64],
    label: NDArray[np.float64],
    ridge: NDArray[np.float64],
    beta: NDArray[np.float64],
) -> float:
    linear = _linear(design, beta)
    likelihood = np.logaddexp(0.0, linear) - label * linear
    return float(likelihood.sum() + (ridge * beta**2).sum() / 2)


def _step(
    design: NDArray[np.float64],
    label: NDArray[np.float64],
    ridge: NDArray[np.float64],
    beta: NDArray[np.float64],
) -> NDArray[np.float64]:
    fitted = 1 / (1 + np.exp(-np.clip(_linear(design, beta), -700, 700)))
    gradient = np.einsum("ij,i->j", design, fitted - label) + ridge * beta
    weighted = design * (fitted * (1 - fitted))[:, None]
    hessian = np.einsum("ij,ik->jk", weighted, design) + np.diag(ridge)
    return np.asarray(np.linalg.solve(hessian, gradient), dtype=np.float64)
