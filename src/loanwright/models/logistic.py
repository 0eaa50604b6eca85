"""Logistic regression, some of whose coefficients may not be negative; always the same answer."""

from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected

_STEPS = 100
_SETTLED = 1e-10


class RegressionNotSettled(Rejected):
    """The logistic regression did not settle within {steps} steps."""


class ConstrainedFit(NamedTuple):
    """A fitted regression and the columns that had to be held at zero."""

    intercept: float
    coefficients: NDArray[np.float64]
    dropped: tuple[int, ...]


def fit_non_negative(
    X: NDArray[np.float64], default: NDArray[np.bool_], *, penalty: float
) -> ConstrainedFit:
    """Return the penalised maximum likelihood fit with every coefficient at zero or above.

    As `fit_constrained` with every column bound.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.repeat([-1.0, 1.0], 50)
    >>> happened = np.concatenate([np.arange(50) < 10, np.arange(50) < 40])
    >>> fit = fit_non_negative(np.column_stack([x, -x]), happened, penalty=1e-6)
    >>> fit.coefficients.round(3).tolist(), fit.dropped
    ([1.386, 0.0], (1,))
    """
    return fit_constrained(X, default, penalty=penalty, bound=np.ones(X.shape[1], np.bool_))


def fit_constrained(
    X: NDArray[np.float64],
    default: NDArray[np.bool_],
    *,
    penalty: float,
    bound: NDArray[np.bool_],
) -> ConstrainedFit:
    """Return the penalised maximum likelihood fit with bound coefficients at zero or above.

    Parameters
    ----------
    X
        (n, p) finite columns.
    default
        (n,) labels, both classes present.
    penalty
        L2 penalty on the coefficients, not on the intercept; > 0 keeps separated classes finite.
    bound
        (p,) whether a column is expected to raise the log-odds of default.

    Raises
    ------
    RegressionNotSettled
        If Newton's method does not come to rest.

    Notes
    -----
    Newton's method over the active columns. The bound column with the most negative coefficient
    is held at zero and the rest fitted anew from where they were, until none is negative.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.repeat([-1.0, 1.0], 50)
    >>> happened = np.concatenate([np.arange(50) < 10, np.arange(50) < 40])
    >>> free = np.array([False])
    >>> fit = fit_constrained(-x[:, None], happened, penalty=1e-6, bound=free)
    >>> fit.coefficients.round(3).tolist(), fit.dropped
    ([-1.386], ())
    """
    # Steps are short: threads would wait for each other longer than they work, and sum in
    # another order on another machine.
    with _one_thread():
        return _fit(X, default.astype(np.float64), penalty, bound)


def _one_thread() -> AbstractContextManager[Any]:
    # A box that only serves may lack it: threads bend the way to the optimum, not the optimum.
    if find_spec("threadpoolctl") is None:
        return nullcontext()
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    return threadpool_limits(1, user_api="blas")


def _fit(
    X: NDArray[np.float64],
    label: NDArray[np.float64],
    penalty: float,
    bound: NDArray[np.bool_],
) -> ConstrainedFit:
    active = [index for index in range(X.shape[1]) if X[:, index].any()]
    dropped: list[int] = []
    start: NDArray[np.float64] | None = None
    while True:
        beta = _newton(X[:, active], label, penalty, start)
        slopes = np.where(bound[active], beta[1:], 0.0)
        worst = int(slopes.argmin()) if len(slopes) else 0
        if not len(slopes) or slopes[worst] >= 0:
            break
        dropped.append(active.pop(worst))
        start = np.delete(beta, worst + 1)
    coefficients = np.zeros(X.shape[1])
    coefficients[active] = beta[1:]
    return ConstrainedFit(float(beta[0]), coefficients, tuple(sorted(dropped)))


def _newton(
    X: NDArray[np.float64],
    label: NDArray[np.float64],
    penalty: float,
    start: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    design = np.column_stack([np.ones(len(label)), X])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0
    beta = _beginning(label, design.shape[1]) if start is None else start
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


def _beginning(label: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    rate = float(label.mean())
    beta = np.zeros(size)
    beta[0] = np.log(rate / (1 - rate))
    return beta


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
    # BLAS may sum in any order here: it bends the way to the optimum, not the optimum, which is
    # where the gradient vanishes.
    hessian = weighted.T @ design + np.diag(ridge)
    return np.asarray(np.linalg.solve(hessian, gradient), dtype=np.float64)
