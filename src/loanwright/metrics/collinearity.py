"""How much features repeat each other, and whether each adds to the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from loanwright.errors import Rejected
from loanwright.metrics.distributions import normal_interval
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import (
    Floats,
    ParameterOutOfRange,
    SampleTooSmall,
    ShapesDiffer,
    ValuesNotFinite,
    check_level,
    labels,
)


class RegressionNotFound(Rejected):
    """No finite logistic regression fits: {reason}."""


def correlations(matrix: ArrayLike, *, ranks: bool = False) -> Floats:
    """Return the correlations of columns.

    Parameters
    ----------
    matrix
        (n, features) numbers without NaN; WoE values are the usual choice.
    ranks
        Whether to correlate ranks (Spearman) instead of values (Pearson).

    Returns
    -------
    ndarray
        (features, features) from −1 to 1, 1 on the diagonal. A constant column correlates with
        nothing: 0.

    Examples
    --------
    >>> correlations([[1, 2], [2, 4], [3, 7]]).round(4).tolist()
    [[1.0, 0.9934], [0.9934, 1.0]]
    """
    values = _matrix(matrix)
    if ranks:
        from scipy.stats import rankdata

        values = rankdata(values, axis=0)
    centred = values - values.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    # A column whose spread is rounding alone is constant.
    constant = length <= 1e-12 * np.sqrt((values**2).sum(axis=0))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=~constant)
    found = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def vif(matrix: ArrayLike) -> Floats:
    """Return the variance inflation factor of each column.

    Parameters
    ----------
    matrix
        (n, features) numbers without NaN, more rows than features. No constant column is added
        or needed.

    Returns
    -------
    ndarray
        (features,) 1 / (1 − R²) of each column regressed on the others and a constant: 1 repeats
        nothing, 5 is worth a look, 10 is much. ∞ where other columns make a column exactly; 1 for
        a constant column.

    Notes
    -----
    The diagonal of the inverse of the correlation matrix, which contains the constant of the
    regressions. ``statsmodels`` ``variance_inflation_factor`` gives the same only where the
    caller has put a constant into the matrix; without it, it silently measures something else.

    Examples
    --------
    >>> vif([[1, 2.0], [2, 4.5], [3, 5.5], [4, 8.5]]).round(2).tolist()
    [32.13, 32.13]
    """
    values = _matrix(matrix)
    rows, columns = values.shape
    if rows <= columns:
        raise SampleTooSmall(rows=rows, least=columns + 1)
    factors = np.ones(columns)
    varies = np.ptp(values, axis=0) > 0
    if not varies.any():
        return factors
    together = correlations(values[:, varies])
    size, axes = np.linalg.eigh(together)
    # Directions without spread are exact combinations; columns in them are infinitely inflated.
    exact = size <= 1e-10 * size.max()
    inverse = (axes[:, ~exact] ** 2 / size[~exact]).sum(axis=1)
    caught = (axes[:, exact] ** 2).sum(axis=1) > 1e-6
    factors[varies] = np.where(caught, np.inf, np.maximum(inverse, 1.0))
    return factors


@dataclass(frozen=True, kw_only=True, slots=True)
class Coefficient:
    """One feature's place in a logistic regression.

    Attributes
    ----------
    name
        Of the feature, or ``intercept``.
    coefficient
        On the log-odds of default, per unit of the feature, with its Wald interval.
    z, p_value
        Wald's statistic and its two-sided p-value. They hold for a regression on features that
        were chosen beforehand; after choosing by p-values, or on WoE values fitted on the same
        rows, they flatter.
    """

    name: str
    coefficient: Estimate
    z: float
    p_value: float


def logistic_coefficients(
    default: ArrayLike, matrix: ArrayLike, *, names: Sequence[str], level: float = 0.95
) -> tuple[Coefficient, ...]:
    """Return the coefficients of a plain logistic regression with their p-values.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    matrix
        (n, features) numbers without NaN.
    names
        (features,) of the columns.
    level
        Of the intervals.

    Returns
    -------
    tuple
        The intercept first, then the features in their order.

    Raises
    ------
    RegressionNotFound
        Where columns repeat each other exactly or separate the classes.

    Notes
    -----
    Maximum likelihood by statsmodels' ``Logit``.

    Examples
    --------
    >>> default = [0, 0, 1, 0, 1, 1, 0, 1]
    >>> found = logistic_coefficients(default, [[v] for v in range(8)], names=["age"])
    >>> found[1].name, round(found[1].coefficient.value, 4), round(found[1].p_value, 4)
    ('age', 0.4332, 0.2478)
    """
    values, label = _matrix(matrix), labels(default)
    if len(label) != len(values) or values.shape[1] != len(names):
        raise ShapesDiffer(
            left="matrix",
            left_shape=values.shape,
            right="labels and names",
            right_shape=(len(label), len(names)),
        )
    check_level(level)
    fitted = _fit(label.astype(np.float64), values)
    return tuple(
        Coefficient(
            name=name,
            coefficient=normal_interval(
                value, error, level=level, bounds=(-np.inf, np.inf), method="Wald"
            ),
            z=value / error,
            p_value=p_value,
        )
        for name, value, error, p_value in zip(("intercept", *names), *fitted, strict=True)
    )


def _fit(label: Floats, values: Floats) -> tuple[list[float], list[float], list[float]]:
    import warnings

    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.tools.sm_exceptions import (
        ConvergenceWarning,
        PerfectSeparationError,
        PerfectSeparationWarning,
    )

    design = np.column_stack([np.ones(len(values)), values])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise RegressionNotFound(reason="columns repeat each other")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("error", RuntimeWarning)
        try:
            found = Logit(label, design).fit(disp=0, method="newton", maxiter=100)
        except (ConvergenceWarning, PerfectSeparationWarning, PerfectSeparationError) as error:
            raise RegressionNotFound(reason="the features separate the classes") from error
        except (RuntimeWarning, np.linalg.LinAlgError) as error:
            raise RegressionNotFound(reason="the information matrix is singular") from error
    return found.params.tolist(), found.bse.tolist(), found.pvalues.tolist()


def _matrix(matrix: ArrayLike) -> Floats:
    values = np.asarray(matrix, dtype=np.float64)
    if values.ndim != 2:
        raise ShapesDiffer(
            left="matrix", left_shape=values.shape, right="a table", right_shape="(n, features)"
        )
    wrong = values.size - int(np.count_nonzero(np.isfinite(values)))
    if wrong:
        raise ValuesNotFinite(name="matrix", count=wrong)
    if len(values) < 2:
        raise SampleTooSmall(rows=len(values), least=2)
    if not values.shape[1]:
        raise ParameterOutOfRange(name="matrix", value=values.shape, demand="a column is needed")
    return values
