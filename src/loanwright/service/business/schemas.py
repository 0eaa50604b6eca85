"""Figures of the business as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.estimate import Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumed:
    """What no record tells: what a default loses, and what the lender pays for money."""

    loss_given_default_bp: int = 6_000
    cost_of_funds_bp: int = 800


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose figures are wanted; None is everybody's."""

    product: str | None = None
    segment: str | None = None
    lender: str | None = None


USUAL: Final = Assumed()
EVERYBODY: Final = Scope()


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionFigures:
    """What was decided on the applications of a month.

    Attributes
    ----------
    approved, referred, declined
        As the policy decided.
    approved_in_the_end
        After what people decided in its place, until today.
    """

    approved: int = 0
    referred: int = 0
    declined: int = 0
    approved_in_the_end: int = 0

    @property
    def decided(self) -> int:
        """Return how many applications were decided."""
        return self.approved + self.referred + self.declined

    @property
    def approval_rate(self) -> Estimate | None:
        """Return the share that the policy approved, with its Jeffreys interval."""
        return jeffreys(self.approved, self.decided) if self.decided else None

    @property
    def final_approval_rate(self) -> Estimate | None:
        """Return the share that is approved after people have decided, with its interval."""
        return jeffreys(self.approved_in_the_end, self.decided) if self.decided else None


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyFigures:
    """What was lent, earned and lost in one month in one currency, in its minor units.

    Attributes
    ----------
    booked, lent
        Accounts that were paid out in the month, and the sum of their amounts.
    open, balance
        Accounts that are open at the end of the month, and what they owe.
    late, late_balance
        Those of them that are 30 days past due or more.
    interest
        A twelfth of the annual rate on the balance of every open account that is not bad.
    funding
        A twelfth of the cost of funds on the balance of every open account.
    newly_bad, cost_of_risk
        Accounts that are bad at the end of the month for the first time or were written off in
        it, and the loss given default on what they owe.
    """

    booked: int = 0
    lent: int = 0
    open: int = 0
    balance: int = 0
    late: int = 0
    late_balance: int = 0
    interest: int = 0
    funding: int = 0
    newly_bad: int = 0
    cost_of_risk: int = 0

    @property
    def average_amount(self) -> int | None:
        """Return the average amount that was lent."""
        return round(self.lent / self.booked) if self.booked else None

    @property
    def net_interest_income(self) -> int:
        """Return interest less funding."""
        return self.interest - self.funding

    @property
    def arrears_rate(self) -> float | None:
        """Return the share of open accounts that are 30 days past due or more."""
        return self.late / self.open if self.open else None

    @property
    def cost_of_risk_rate(self) -> float | None:
        """Return the cost of risk as a share of the balance, of a year."""
        return 12 * self.cost_of_risk / self.balance if self.balance else None

    def __add__(self, other: "MoneyFigures") -> "MoneyFigures":
        """Return the sum of two figures of one currency."""
        names = MoneyFigures.__slots__
        return MoneyFigures(**{one: getattr(self, one) + getattr(other, one) for one in names})


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthFigures:
    """One month: what was decided, and money by currency, which is never summed over."""

    month: str
    decisions: DecisionFigures
    money: Mapping[str, MoneyFigures] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class BusinessFigures:
    """Months, the earliest first; the last one may not be over yet."""

    months: tuple[MonthFigures, ...]
    assumed: Assumed
    counted_at: datetime
