"""The annual percentage rate of charge, by the equation of the European Union.

Directive 2008/48/EC, Annex I, taken over by Directive (EU) 2023/2225 (consumer credit), Annex III:
the rate X at which all drawdowns and all payments, charges among them, are worth the same,
Σ C_k (1 + X)^(-t_k) = Σ D_l (1 + X)^(-s_l), with times in years from the first drawdown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from loanwright.decisioning.costs import Fees, Flow, flows
from loanwright.decisioning.months import MONTHS, add_months, months_between
from loanwright.decisioning.schedule import Credit
from loanwright.pricing.roots import find_rate, refuse_one_way, stated

YEAR: Final = 365
LEAP_YEAR: Final = 366


@dataclass(frozen=True, slots=True)
class Timed:
    """Money that moves some years after the first drawdown.

    Parameters
    ----------
    years
        From the first drawdown on; 0.25 is three equal months.
    amount
        Minor units: positive to the borrower, negative to the lender.
    """

    years: float
    amount: int


def annual_percentage_rate(moved: Iterable[Timed]) -> float:
    """Return the rate of a year at which all movements together are worth nothing.

    Parameters
    ----------
    moved
        Drawdowns (positive) and payments with charges (negative), in any order.

    Returns
    -------
    float
        0.1307 for 13.07 %; negative where less is paid back than was drawn.

    Raises
    ------
    NoRate
        If money moves one way only.

    Examples
    --------
    >>> loan = [Timed(0, 100_000), Timed(1, -60_000), Timed(2, -60_000)]
    >>> stated(annual_percentage_rate(loan), 2)
    13.07
    """
    known = list(moved)
    refuse_one_way([one.amount for one in known])

    def worth(rate: float) -> float:
        return sum(one.amount * (1 + rate) ** -one.years for one in known)

    return find_rate(worth, lowest=_lowest(known))


def _lowest(moved: Sequence[Timed]) -> float:
    """Return a rate so low that nothing lower is looked for, and that nothing overflows."""
    longest = max(one.years for one in moved)
    return float(max(-0.999_999, 10 ** (-200 / max(longest, 1.0)) - 1))


def by_months(moved: Iterable[Flow]) -> list[Timed]:
    """Return movements at times of equal months, a twelfth of a year each.

    Examples
    --------
    >>> by_months([Flow(on=date(2026, 4, 30), month=3, amount=-272)])
    [Timed(years=0.25, amount=-272)]
    """
    return [Timed(one.month / MONTHS, one.amount) for one in moved]


def by_days(moved: Iterable[Flow]) -> list[Timed]:
    """Return movements at times by the calendar: whole years, and days of 365 (or 366) beyond.

    The remark (c) of the annex; a part of a year that holds a 29 February is of 366 days.

    Examples
    --------
    >>> drawn = Flow(on=date(1994, 1, 1), month=0, amount=1_000)
    >>> paid = Flow(on=date(1995, 7, 1), month=18, amount=-1_200)
    >>> [round(one.years * 365) for one in by_days([drawn, paid])]
    [0, 546]
    """
    known = list(moved)
    start = min(one.on for one in known)
    return [Timed(years_between(start, one.on), one.amount) for one in known]


def years_between(start: date, end: date) -> float:
    """Return the years from one day to another, by the calendar.

    Examples
    --------
    >>> years_between(date(2023, 3, 1), date(2025, 3, 1))
    2.0
    >>> round(years_between(date(2024, 1, 1), date(2024, 7, 1)) * 366)
    182
    """
    whole = months_between(start, end) // MONTHS
    since = add_months(start, whole * MONTHS)
    length = (add_months(start, (whole + 1) * MONTHS) - since).days
    return whole + (end - since).days / (LEAP_YEAR if length == LEAP_YEAR else YEAR)


def apr_of(credit: Credit, fees: Fees | None = None) -> float:
    """Return the APR of a credit in per cent with two decimals, over equal months.

    Examples
    --------
    >>> from loanwright.decisioning.schedule import Repayment
    >>> credit = Credit(
    ...     repayment=Repayment.ANNUITY,
    ...     amount=150_000,
    ...     annual_rate_bp=1_800,
    ...     term_months=48,
    ...     disbursed_on=date(2026, 1, 31),
    ... )
    >>> apr_of(credit), apr_of(credit, Fees(upfront=3_000))
    (19.56, 20.91)
    """
    return stated(annual_percentage_rate(by_months(flows(credit, fees or Fees()))), 2)
