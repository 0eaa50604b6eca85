"""What a scorecard makes of weights of evidence: its coefficients, and what each bin adds."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.models.logistic import ConstrainedFit, fit_non_negative

MANY_ROWS: Final = 5000
#: Digits after the point of coefficients and contributions: a card is made to be read.
DIGITS: Final = 6
PENALTY: Final = 1.0
PENALTY_OF_FEW: Final = 10.0


def fit_weights(
    woe: NDArray[np.float64], default: NDArray[np.bool_], *, penalty: float | None = None
) -> ConstrainedFit:
    """Return intercept and coefficients of a card, rounded so that it can be read.

    Parameters
    ----------
    woe
        (n, p) weights of evidence of every row.
    default
        (n,) labels, both classes present.
    penalty
        L2 penalty on the coefficients; None takes 10 below 5,000 rows and 1 from there on.

    Examples
    --------
    >>> woe = np.repeat([[0.9], [-0.9]], 50, axis=0)
    >>> happened = np.concatenate([np.arange(50) < 10, np.arange(50) < 25])
    >>> fit_weights(woe, happened, penalty=1e-6).coefficients.round(2).tolist()
    [0.77]
    """
    chosen = penalty
    if chosen is None:
        chosen = PENALTY if len(woe) >= MANY_ROWS else PENALTY_OF_FEW
    fitted = fit_non_negative(-woe, default, penalty=chosen)
    return ConstrainedFit(
        round(fitted.intercept, DIGITS), fitted.coefficients.round(DIGITS), fitted.dropped
    )


def bin_log_odds(coefficient: float, woe: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each bin adds to the raw log-odds of default.

    Examples
    --------
    >>> bin_log_odds(0.5, np.array([0.7, -1.2])).tolist()
    [-0.35, 0.6]
    """
    return (-coefficient * woe).round(DIGITS) + 0.0
