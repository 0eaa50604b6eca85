"""What an approved application is expected to earn and to lose, in whole minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.schedule import (
    BASIS_POINTS,
    HIGHEST_RATE,
    LARGEST_AMOUNT,
    LONGEST_TERM,
    Credit,
    Repayment,
    schedule,
)
from loanwright.simulation.errors import PricesRefused

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

MONTHS: Final = 12
#: A sum large enough that rounding to the minor unit does not show in its average balance.
_LENT: Final = 10**12
_ANY_DAY: Final = date(2024, 1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """What lending costs and how it is repaid; nothing of it is guessed.

    Parameters
    ----------
    loss_given_default_bp
        Share of the amount lent that a default loses, in basis points: 10,000 is all of it.
    cost_of_funds_bp
        What the lender pays for money, a year, in basis points.
    repayment
        How a credit is repaid, which gives its average balance.
    drawn_bp
        Average balance of a revolving credit as a share of its limit, in basis points.
    cost_per_account
        What opening and keeping one account costs, in minor units.

    Raises
    ------
    PricesRefused
        When a share is outside 0 to 10,000, or a revolving credit has no ``drawn_bp``.
    """

    loss_given_default_bp: int
    cost_of_funds_bp: int
    repayment: Repayment = Repayment.ANNUITY
    drawn_bp: int | None = None
    cost_per_account: int = 0

    def __post_init__(self) -> None:
        """Refuse prices of no credit."""
        if not 0 <= self.loss_given_default_bp <= BASIS_POINTS:
            raise PricesRefused(problem="the loss given default is a share from 0 to 100 %")
        if not 0 <= self.cost_of_funds_bp <= HIGHEST_RATE or self.cost_per_account < 0:
            raise PricesRefused(problem="costs are not below zero")
        revolving = self.repayment is Repayment.REVOLVING
        if revolving and (self.drawn_bp is None or not 0 < self.drawn_bp <= BASIS_POINTS):
            raise PricesRefused(problem="a revolving credit needs the share that is drawn")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lending:
    """What n applications would be lent: minor units, basis points a year, months."""

    amounts: Whole
    rates_bp: Whole
    terms: Whole

    def __post_init__(self) -> None:
        """Refuse what nobody lends."""
        if not len(self.amounts):
            return
        if self.amounts.min() < 1 or self.amounts.max() > LARGEST_AMOUNT:
            raise PricesRefused(problem="an amount is below one minor unit, or above 10^15")
        if self.rates_bp.min() < 0 or self.rates_bp.max() > HIGHEST_RATE:
            raise PricesRefused(problem="a rate is below 0 or above 10,000 % a year")
        if self.terms.min() < 1 or self.terms.max() > LONGEST_TERM:
            raise PricesRefused(problem="a term is below one month, or above 600")


def money(lending: Lending, prices: Prices, probabilities: Real) -> Whole:
    """Return what each application would bring if it were approved.

    Parameters
    ----------
    lending
        Amounts, rates and terms, (n,) each.
    prices
        What lending costs.
    probabilities
        (n,) calibrated probabilities of default.

    Returns
    -------
    ndarray
        (n, 6) int64 in minor units, each rounded half to even: the amount lent; its average
        balance times years; interest expected (a defaulted credit pays none); cost of funds;
        expected loss; cost of the account.

    Examples
    --------
    >>> lending = Lending(
    ...     amounts=np.array([1_000_000]), rates_bp=np.array([2_000]), terms=np.array([12])
    ... )
    >>> prices = Prices(
    ...     loss_given_default_bp=6_000, cost_of_funds_bp=800, repayment=Repayment.BULLET
    ... )
    >>> money(lending, prices, np.array([0.05])).tolist()
    [[1000000, 1000000, 190000, 80000, 30000, 0]]
    """
    amounts = lending.amounts.astype(np.float64)
    balance = amounts * _shares(lending, prices) * lending.terms / MONTHS
    interest = balance * lending.rates_bp / BASIS_POINTS
    parts = (
        amounts,
        balance,
        (1.0 - probabilities) * interest,
        balance * prices.cost_of_funds_bp / BASIS_POINTS,
        probabilities * amounts * prices.loss_given_default_bp / BASIS_POINTS,
        np.full(len(amounts), float(prices.cost_per_account)),
    )
    return np.rint(np.stack(parts, axis=1)).astype(np.int64)


def _shares(lending: Lending, prices: Prices) -> Real:
    """Return the average balance of each credit as a share of its amount."""
    pairs = lending.rates_bp * (LONGEST_TERM + 1) + lending.terms
    distinct, places = np.unique(pairs, return_inverse=True)
    shares = [
        average_balance(int(pair) // (LONGEST_TERM + 1), int(pair) % (LONGEST_TERM + 1), prices)
        for pair in distinct
    ]
    return np.array(shares, dtype=np.float64)[places]


@lru_cache(maxsize=16_384)
def average_balance(rate_bp: int, term: int, prices: Prices) -> float:
    """Return the average balance over the term as a share of the amount lent.

    Examples
    --------
    >>> bullet = Prices(
    ...     loss_given_default_bp=0, cost_of_funds_bp=0, repayment=Repayment.BULLET
    ... )
    >>> average_balance(1_200, 12, bullet)
    1.0
    """
    if prices.repayment is Repayment.REVOLVING:
        return (prices.drawn_bp or 0) / BASIS_POINTS
    credit = Credit(
        repayment=prices.repayment,
        amount=_LENT,
        annual_rate_bp=rate_bp,
        term_months=term,
        disbursed_on=_ANY_DAY,
    )
    owed = sum(one.balance + one.principal for one in schedule(credit))
    return owed / (_LENT * term)
