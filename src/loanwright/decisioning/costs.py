"""What a credit costs in money: its interest, its fees, and every payment on its day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from loanwright.decisioning.money import divide
from loanwright.decisioning.months import add_months
from loanwright.decisioning.schedule import (
    BASIS_POINTS,
    LARGEST_AMOUNT,
    Credit,
    Instalment,
    Repayment,
    schedule,
)
from loanwright.errors import Rejected


class FeesRefused(Rejected):
    """Fees are whole minor units and basis points, never negative, and less than the amount."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fees:
    """What a lender takes beside interest.

    Parameters
    ----------
    upfront
        Paid on the day of disbursement, in minor units.
    upfront_bp
        The same as a share of the amount, in basis points; both may be taken.
    monthly
        Paid with every instalment, in minor units.
    """

    upfront: int = 0
    upfront_bp: int = 0
    monthly: int = 0

    def __post_init__(self) -> None:
        """Refuse what nobody takes."""
        plain = 0 <= self.upfront <= LARGEST_AMOUNT and 0 <= self.monthly <= LARGEST_AMOUNT
        if not plain or not 0 <= self.upfront_bp < BASIS_POINTS:
            raise FeesRefused

    def first(self, amount: int) -> int:
        """Return what is paid when an amount is disbursed.

        Examples
        --------
        >>> Fees(upfront=500, upfront_bp=100).first(100_000)
        1500
        """
        return self.upfront + divide(amount * self.upfront_bp, BASIS_POINTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Money that moves on one day: positive to the borrower, negative to the lender.

    `month` counts months since the disbursement.
    """

    on: date
    month: int
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What is paid in all, in minor units; `total` is what the credit costs beside its amount."""

    interest: int
    fees: int
    paid: int

    @property
    def total(self) -> int:
        """Return interest and fees together."""
        return self.interest + self.fees


NO_FEES = Fees()


def repaid(credit: Credit) -> tuple[Instalment, ...]:
    """Return the schedule of a credit; a revolving one as if drawn whole and repaid in its term."""
    if credit.repayment is Repayment.REVOLVING:
        return schedule(replace(credit, repayment=Repayment.ANNUITY))
    return schedule(credit)


def flows(credit: Credit, fees: Fees = NO_FEES) -> tuple[Flow, ...]:
    """Return every movement of money, the disbursement first; fees are paid beside instalments.

    Examples
    --------
    >>> credit = Credit(
    ...     repayment=Repayment.BULLET,
    ...     amount=100_000,
    ...     annual_rate_bp=1_200,
    ...     term_months=2,
    ...     disbursed_on=date(2026, 1, 31),
    ... )
    >>> for one in flows(credit, Fees(upfront_bp=200, monthly=50)):
    ...     print(one.on, one.amount)
    2026-01-31 98000
    2026-02-28 -1050
    2026-03-31 -101050
    """
    return tuple(_flows(credit, fees))


def _flows(credit: Credit, fees: Fees) -> Iterator[Flow]:
    first = fees.first(credit.amount)
    if first >= credit.amount:
        raise FeesRefused
    yield Flow(on=credit.disbursed_on, month=0, amount=credit.amount - first)
    for one in repaid(credit):
        day = add_months(credit.disbursed_on, one.number)
        yield Flow(on=day, month=one.number, amount=-one.due - fees.monthly)


def cost(credit: Credit, fees: Fees = NO_FEES) -> Cost:
    """Return what a credit costs in money.

    Examples
    --------
    >>> credit = Credit(
    ...     repayment=Repayment.DIFFERENTIATED,
    ...     amount=120_000,
    ...     annual_rate_bp=1_200,
    ...     term_months=12,
    ...     disbursed_on=date(2026, 1, 31),
    ... )
    >>> cost(credit, Fees(upfront=1_000))
    Cost(interest=7800, fees=1000, paid=128800)
    """
    instalments = repaid(credit)
    interest = sum(one.interest for one in instalments)
    taken = fees.first(credit.amount) + fees.monthly * len(instalments)
    return Cost(interest=interest, fees=taken, paid=credit.amount + interest + taken)
