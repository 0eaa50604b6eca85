"""The rate at which money that goes out and money that comes back are worth the same."""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from loanwright.errors import Rejected

LOWEST: Final = -0.999_999
HIGHEST: Final = 1e18
TOLERANCE: Final = 1e-14


class NoRate(Rejected):
    """No rate makes what is lent and what is paid worth the same; both must be there."""


def find_rate(worth: Callable[[float], float], *, lowest: float = LOWEST) -> float:
    """Return the rate at which a sum of present values is zero.

    Parameters
    ----------
    worth
        What all movements are worth at a rate: negative where the rate is below the one that is
        looked for, positive above it, as it is when the lender pays first.
    lowest
        Where to begin; above -1.

    Returns
    -------
    float
        0.12 for 12 %.

    Raises
    ------
    NoRate
        If there is none from `lowest` to 10^18.

    Examples
    --------
    >>> round(find_rate(lambda rate: 100 - 112 / (1 + rate)), 12)
    0.12
    """
    from scipy.optimize import brentq

    if worth(lowest) > 0:
        raise NoRate
    highest = 1.0
    while worth(highest) < 0:
        highest *= 4
        if highest > HIGHEST:
            raise NoRate
    return float(brentq(worth, lowest, highest, xtol=TOLERANCE, maxiter=500))


def open_mathematics() -> None:
    """Load what looks for rates now, so that the first offer does not wait for it."""
    import scipy.optimize  # noqa: F401


def refuse_one_way(amounts: Sequence[int]) -> None:
    """Refuse movements that all go the same way: no rate makes them worth nothing."""
    if not amounts or min(amounts) >= 0 or max(amounts) <= 0:
        raise NoRate


def stated(rate: float, digits: int) -> float:
    """Return a rate in per cent with some digits after the point; halves go up.

    Examples
    --------
    >>> stated(0.130_662_3, 2), stated(0.168_52, 1), stated(0.00125, 2)
    (13.07, 16.9, 0.13)
    """
    # Sixteen digits of the double, not all its bits: 0.00125 is meant, though it is stored below.
    exact = Decimal(repr(rate)) * 100
    return float(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))
