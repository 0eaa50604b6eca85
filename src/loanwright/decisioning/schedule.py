"""What is due when: schedules to the minor unit, whose parts add up exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final

from loanwright.decisioning.money import divide
from loanwright.decisioning.months import MONTHS, add_months
from loanwright.errors import Rejected

BASIS_POINTS: Final = 10_000
LONGEST_TERM: Final = 600
LARGEST_AMOUNT: Final = 10**15
HIGHEST_RATE: Final = 100 * BASIS_POINTS


class CreditRefused(Rejected):
    """A credit has 1 to 10^15 minor units, 1 to 600 months and 0 to 1,000,000 basis points."""


class Repayment(StrEnum):
    """How a credit is repaid; a revolving one has no schedule."""

    ANNUITY = "annuity"
    DIFFERENTIATED = "differentiated"
    BULLET = "bullet"
    REVOLVING = "revolving"


@dataclass(frozen=True, kw_only=True, slots=True)
class Credit:
    """A sum lent, at a rate, for a term.

    Parameters
    ----------
    amount
        What is lent, in minor units.
    annual_rate_bp
        Interest of a year in basis points; each month bears a twelfth of it.
    term_months
        How many instalments there are.
    disbursed_on
        The day on which it was, or would be, paid out.
    """

    repayment: Repayment
    amount: int
    annual_rate_bp: int
    term_months: int
    disbursed_on: date

    def __post_init__(self) -> None:
        """Refuse what nobody lends."""
        plain = 1 <= self.amount <= LARGEST_AMOUNT and 1 <= self.term_months <= LONGEST_TERM
        if not plain or not 0 <= self.annual_rate_bp <= HIGHEST_RATE:
            raise CreditRefused


@dataclass(frozen=True, kw_only=True, slots=True)
class Instalment:
    """What is due on one day; `balance` is what is owed after it."""

    number: int
    due_on: date
    principal: int
    interest: int
    balance: int

    @property
    def due(self) -> int:
        """Return what is to be paid."""
        return self.principal + self.interest


def schedule(credit: Credit) -> tuple[Instalment, ...]:
    """Return the instalments of a credit; empty for a revolving one.

    Interest is what the rate asks on the balance, rounded to the minor unit, halves up. The parts
    of principal add up to the amount exactly: the last instalment takes the rest.

    Examples
    --------
    >>> credit = Credit(
    ...     repayment=Repayment.ANNUITY,
    ...     amount=100_000,
    ...     annual_rate_bp=1_200,
    ...     term_months=3,
    ...     disbursed_on=date(2024, 1, 31),
    ... )
    >>> for one in schedule(credit):
    ...     print(one.due_on, one.principal, one.interest, one.due, one.balance)
    2024-02-29 33002 1000 34002 66998
    2024-03-31 33332 670 34002 33666
    2024-04-30 33666 337 34003 0
    """
    if credit.repayment is Repayment.REVOLVING:
        return ()
    return tuple(_instalments(credit))


def monthly_payment(credit: Credit) -> int:
    """Return the first regular payment in minor units: interest and principal of one month.

    Of a revolving credit it is the level payment that would repay it within its term.

    Examples
    --------
    >>> credit = Credit(
    ...     repayment=Repayment.ANNUITY,
    ...     amount=100_000,
    ...     annual_rate_bp=0,
    ...     term_months=7,
    ...     disbursed_on=date(2024, 1, 31),
    ... )
    >>> monthly_payment(credit)
    14286
    """
    if credit.repayment in (Repayment.ANNUITY, Repayment.REVOLVING):
        return _level_payment(credit)
    return schedule(credit)[0].due


def _instalments(credit: Credit) -> Iterator[Instalment]:
    balance = credit.amount
    for number, part in enumerate(_principals(credit), 1):
        interest = _interest(credit, balance)
        last = number == credit.term_months
        principal = balance if last else max(0, min(balance, part(interest)))
        balance -= principal
        yield Instalment(
            number=number,
            due_on=add_months(credit.disbursed_on, number),
            principal=principal,
            interest=interest,
            balance=balance,
        )


class _Level:
    """The principal that is left of a level payment after its interest."""

    def __init__(self, payment: int) -> None:
        self._payment = payment

    def __call__(self, interest: int) -> int:
        return self._payment - interest


class _Fixed:
    """A principal that does not look at the interest."""

    def __init__(self, principal: int) -> None:
        self._principal = principal

    def __call__(self, _interest: int) -> int:
        return self._principal


def _principals(credit: Credit) -> Iterator[_Level | _Fixed]:
    months = credit.term_months
    if credit.repayment is Repayment.ANNUITY:
        yield from [_Level(_level_payment(credit))] * months
    elif credit.repayment is Repayment.BULLET:
        yield from [_Fixed(0)] * months
    else:
        repaid = [divide(credit.amount * number, months) for number in range(months + 1)]
        yield from (_Fixed(after - before) for before, after in pairwise(repaid))


def _interest(credit: Credit, balance: int) -> int:
    return divide(balance * credit.annual_rate_bp, BASIS_POINTS * MONTHS)


def _level_payment(credit: Credit) -> int:
    """Return amount · r / (1 − (1 + r)^−n), computed in whole numbers."""
    if credit.annual_rate_bp == 0:
        return divide(credit.amount, credit.term_months)
    share = _level_share(credit.annual_rate_bp, credit.term_months)
    return divide(credit.amount * share.numerator, share.denominator)


@lru_cache(maxsize=4_096)
def _level_share(annual_rate_bp: int, months: int) -> Fraction:
    """Return r / (1 − (1 + r)^−n): a level payment as a share of the amount."""
    rate = Fraction(annual_rate_bp, BASIS_POINTS * MONTHS)
    growth = (1 + rate) ** months
    return rate * growth / (growth - 1)
