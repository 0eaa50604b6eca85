"""Debt burden: which share of a month's income goes into debts, before a credit and after it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from loanwright.decisioning.money import minor_units
from loanwright.decisioning.schedule import (
    BASIS_POINTS,
    Credit,
    Repayment,
    monthly_payment,
)
from loanwright.errors import Rejected

#: Above half of the income a lender warns (Russia: 353-FZ art. 5.1, from 1 January 2024).
WARNING_ABOVE_BP: Final = 5_000
#: No burden is called higher, and that of whoever must pay without any income is this: 100,000 %.
HIGHEST_BURDEN: Final = 1_000.0
FACTS: Final = (
    "debt_burden_before",
    "debt_burden_after",
    "monthly_payment",
    "amount",
    "term_months",
)


class MeansRefused(Rejected):
    """Income and payments are whole minor units of a month, never negative."""


class CapRefused(Rejected):
    """The cap on the debt burden is 1 to 10,000 basis points of the income."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What comes in and what goes out each month already.

    Parameters
    ----------
    income
        Income of a month in minor units.
    payments
        What is paid each month on debts that there are, in minor units; None where it is not
        known.
    """

    income: int
    payments: int | None = 0

    def __post_init__(self) -> None:
        """Refuse amounts that nobody has."""
        if self.income < 0 or (self.payments or 0) < 0:
            raise MeansRefused

    def burden(self, payment: int = 0) -> float | None:
        """Return the share of the income that goes into debts with one more payment.

        Returns
        -------
        float or None
            0.35 for 35 %, 1000.0 at most. Without income any payment is `HIGHEST_BURDEN`, and
            nothing to pay is None: there is nothing to measure by. None as well where payments
            are not known, unless there is no income to make them from.

        Examples
        --------
        >>> means = Means(income=100_000, payments=20_000)
        >>> means.burden(), means.burden(15_000), Means(income=0).burden()
        (0.2, 0.35, None)
        >>> Means(income=0, payments=1).burden(), Means(income=100, payments=None).burden(60)
        (1000.0, None)
        """
        due = (self.payments or 0) + payment
        if not self.income:
            return HIGHEST_BURDEN if due else None
        return None if self.payments is None else min(due / self.income, HIGHEST_BURDEN)

    def bears(self, payment: int, *, cap_bp: int) -> bool:
        """Tell, in whole numbers, whether the burden with one more payment is within a cap.

        Of payments that are not known it is told whether the new one alone is within it: what is
        too much for somebody without debts is too much with them.
        """
        return ((self.payments or 0) + payment) * BASIS_POINTS <= self.income * cap_bp


def warns(burden: float | None) -> bool:
    """Tell whether a debt burden calls for a warning: above half of the income, or unknown.

    Examples
    --------
    >>> warns(0.5), warns(0.5001), warns(None)
    (False, True, True)
    """
    return burden is None or burden * BASIS_POINTS > WARNING_ABOVE_BP


def burdening_payment(credit: Credit) -> int:
    """Return what a credit takes of a month's income, in minor units.

    It is the first regular payment; of a bullet credit, whose first payments are interest alone,
    the level payment that would repay it within its term, so that the last one is not forgotten.

    Examples
    --------
    >>> from datetime import date
    >>> credit = Credit(
    ...     repayment=Repayment.BULLET,
    ...     amount=120_000,
    ...     annual_rate_bp=0,
    ...     term_months=12,
    ...     disbursed_on=date(2026, 1, 31),
    ... )
    >>> burdening_payment(credit), monthly_payment(credit)
    (10000, 0)
    """
    if credit.repayment is Repayment.BULLET:
        return monthly_payment(replace(credit, repayment=Repayment.ANNUITY))
    return monthly_payment(credit)


def highest_amount(credit: Credit, means: Means, *, cap_bp: int = WARNING_ABOVE_BP) -> int:
    """Return the highest amount that keeps the debt burden at or below a cap.

    Parameters
    ----------
    credit
        Whose repayment, rate and term are asked for; its amount is the most that is wanted.
    means
        Income and payments of a month.
    cap_bp
        The cap, in basis points of the income.

    Returns
    -------
    int
        Minor units, from 0 to `credit.amount`; exact: one more would break the cap, or is more
        than is wanted.

    Examples
    --------
    >>> from datetime import date
    >>> wanted = Credit(
    ...     repayment=Repayment.ANNUITY,
    ...     amount=100_000_000,
    ...     annual_rate_bp=1_800,
    ...     term_months=24,
    ...     disbursed_on=date(2026, 1, 31),
    ... )
    >>> means = Means(income=9_000_000, payments=1_000_000)
    >>> most = highest_amount(wanted, means)
    >>> most, burdening_payment(replace(wanted, amount=most))
    (70106428, 3500000)
    >>> means.burden(burdening_payment(replace(wanted, amount=most + 1)))
    0.5000001111111111
    """
    if not 1 <= cap_bp <= BASIS_POINTS:
        raise CapRefused
    fits, breaks = 0, credit.amount + 1
    while breaks - fits > 1:
        middle = (fits + breaks) // 2
        payment = burdening_payment(replace(credit, amount=middle))
        fits, breaks = (middle, breaks) if means.bears(payment, cap_bp=cap_bp) else (fits, middle)
    return fits


def affordability_facts(
    credit: Credit | None, means: Means | None, *, currency: str
) -> Mapping[str, float | None]:
    """Return the facts that a policy may ask for: burden before and after, payment, amount, term.

    Parameters
    ----------
    credit
        What would be lent; None where nothing is laid down for it.
    means
        Income and payments, or None where they are not known.
    currency
        Amounts are given in its units, as features are, not in minor units.

    Examples
    --------
    >>> from datetime import date
    >>> credit = Credit(
    ...     repayment=Repayment.ANNUITY,
    ...     amount=1_200_000,
    ...     annual_rate_bp=0,
    ...     term_months=12,
    ...     disbursed_on=date(2026, 1, 31),
    ... )
    >>> found = affordability_facts(credit, Means(income=400_000), currency="EUR")
    >>> found["debt_burden_before"], found["debt_burden_after"], found["monthly_payment"]
    (0.0, 0.25, 1000.0)
    """
    units = minor_units(currency)
    payment = None if credit is None else burdening_payment(credit)
    known = means is not None and payment is not None
    return {
        "debt_burden_before": None if means is None else means.burden(),
        "debt_burden_after": means.burden(payment or 0) if known and means is not None else None,
        "monthly_payment": None if payment is None else payment / units,
        "amount": None if credit is None else credit.amount / units,
        "term_months": None if credit is None else float(credit.term_months),
    }
