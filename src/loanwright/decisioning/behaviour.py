"""What payments say of a person's behaviour: one number for each measure.

Months are counted backwards from the newest month in which something fell due: month 1 is that
month, month 2 the one before. All accounts of the person with a product count together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from loanwright.decisioning.money import minor_units
from loanwright.decisioning.months import month_number, months_between
from loanwright.decisioning.payments import Payment, days_past_due
from loanwright.errors import Rejected

DAYS_OF_A_MONTH: Final = 30
MOST_MONTHS_LATE: Final = 9
NOT_USED, PAID_IN_FULL, CARRIED_OVER = -2, -1, 0

Known = float | None


class MeasureRefused(Rejected):
    """The measure {measure} cannot be used: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """One account as its holder's behaviour is read from it; amounts in minor units."""

    amount: int
    disbursed_on: date
    open: bool
    payments: Sequence[Payment]


class Past:
    """All that is known of a person's accounts with one product, on one day."""

    def __init__(self, held: Sequence[Held], *, as_of: date, currency: str) -> None:
        self.as_of = as_of
        self.held = [one for one in held if one.disbursed_on <= as_of]
        self._units = minor_units(currency)

    @cached_property
    def due(self) -> list[Payment]:
        """Return what has fallen due, the newest first."""
        fallen = [one for held in self.held for one in held.payments if one.due_on <= self.as_of]
        return sorted(fallen, key=lambda one: one.due_on, reverse=True)

    @cached_property
    def newest(self) -> int:
        """Return the number of the calendar month that is month 1."""
        return month_number(self.due[0].due_on if self.due else self.as_of)

    def month(self, month: int) -> list[Payment]:
        """Return what fell due in one month."""
        wanted = self.newest - (month - 1)
        return [one for one in self.due if month_number(one.due_on) == wanted]

    def within(self, months: int) -> list[Payment]:
        """Return what fell due in the last months."""
        return [one for one in self.due if month_number(one.due_on) > self.newest - months]

    def days_late(self, payment: Payment) -> int:
        """Return how many days late a payment is by now."""
        return payment.days_late(self.as_of)

    def money(self, minor: int) -> float:
        """Return an amount in units of the currency."""
        return minor / self._units


def delay(past: Past, month: int) -> Known:
    """Return how a month stands: months overdue, or a code.

    The codes are those of card statements: -2 nothing was owed, -1 paid in full, 0 the minimum
    paid and the rest carried over. A month overdue is 30 days or a part of them; at most 9.
    """
    due = past.month(month)
    worst = max((past.days_late(one) for one in due), default=0)
    if worst > 0:
        return float(min(MOST_MONTHS_LATE, -(-worst // DAYS_OF_A_MONTH)))
    owed = sum(one.due if one.balance is None else one.balance for one in due)
    paid = sum(one.paid for one in due)
    if owed <= 0 and paid == 0:
        return float(NOT_USED)
    return float(PAID_IN_FULL if paid >= owed else CARRIED_OVER)


def balance(past: Past, month: int) -> Known:
    """Return what was owed in all when a month fell due."""
    due = past.month(month)
    return past.money(sum(one.due if one.balance is None else one.balance for one in due))


def paid(past: Past, month: int) -> Known:
    """Return what was paid of a month."""
    return past.money(sum(one.paid for one in past.month(month)))


def utilisation(past: Past, month: int) -> Known:
    """Return which part of the amounts granted was owed; None where nothing is granted."""
    granted = sum(one.amount for one in past.held if one.open)
    due = past.month(month)
    owed = sum(one.due if one.balance is None else one.balance for one in due)
    return owed / granted if granted else None


def worst_days_late(past: Past, months: int) -> Known:
    """Return the most days that anything due in the last months was late."""
    return float(max((past.days_late(one) for one in past.within(months)), default=0))


def late_payments(past: Past, months: int) -> Known:
    """Return how many payments of the last months were late by a day or more."""
    return float(sum(past.days_late(one) > 0 for one in past.within(months)))


def paid_share(past: Past, months: int) -> Known:
    """Return which part of what was due in the last months was paid; None where nothing was."""
    due = sum(one.due for one in past.within(months))
    settled = sum(min(one.paid, one.due) for one in past.within(months))
    return settled / due if due else None


def months_on_book(past: Past) -> Known:
    """Return how many full months ago the first account was paid out; None without one."""
    if not past.held:
        return None
    return float(months_between(min(one.disbursed_on for one in past.held), past.as_of))


def months_since_late(past: Past) -> Known:
    """Return how many months ago a payment was last late; 0 is month 1, None is never."""
    late = [one for one in past.due if past.days_late(one) > 0]
    return float(past.newest - month_number(late[0].due_on)) if late else None


def days_overdue(past: Past) -> Known:
    """Return how many days the accounts are in arrears now, the worst of them."""
    return float(max((days_past_due(one.payments, past.as_of) for one in past.held), default=0))


def accounts(past: Past) -> Known:
    """Return how many accounts there are or were."""
    return float(len(past.held))


def open_accounts(past: Past) -> Known:
    """Return how many accounts are open."""
    return float(sum(one.open for one in past.held))


#: Measures of one month, of the last months, and of the whole past.
OF_A_MONTH: Final[Mapping[str, Callable[[Past, int], Known]]] = {
    "delay": delay,
    "balance": balance,
    "paid": paid,
    "utilisation": utilisation,
}
OF_THE_LAST_MONTHS: Final[Mapping[str, Callable[[Past, int], Known]]] = {
    "worst_days_late": worst_days_late,
    "late_payments": late_payments,
    "paid_share": paid_share,
}
OF_THE_WHOLE: Final[Mapping[str, Callable[[Past], Known]]] = {
    "months_on_book": months_on_book,
    "months_since_late": months_since_late,
    "days_overdue": days_overdue,
    "accounts": accounts,
    "open_accounts": open_accounts,
}
MEASURES: Final = (*OF_A_MONTH, *OF_THE_LAST_MONTHS, *OF_THE_WHOLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One feature of behaviour as it follows from payments.

    Parameters
    ----------
    name
        One of `MEASURES`.
    month, months
        Which month, or how many of the last months; what the measure asks for and nothing else.
    steps
        For a category: from which number on each code holds, in rising order; empty for a number.
    """

    name: str
    month: int | None = None
    months: int | None = None
    steps: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        """Refuse a measure that cannot be computed."""
        if self.name not in MEASURES:
            raise MeasureRefused(measure=self.name, problem=f"known are {', '.join(MEASURES)}")
        asked = {"month": self.name in OF_A_MONTH, "months": self.name in OF_THE_LAST_MONTHS}
        for key, needed in asked.items():
            value = getattr(self, key)
            if needed != (value is not None):
                problem = f"{key} is {'needed' if needed else 'not of this measure'}"
                raise MeasureRefused(measure=self.name, problem=problem)
            if value is not None and not 1 <= value <= 600:
                raise MeasureRefused(measure=self.name, problem=f"{key} must be from 1 to 600")
        rising = list((self.steps or {}).values())
        if rising != sorted(set(rising)):
            raise MeasureRefused(measure=self.name, problem="steps must rise")

    def of(self, past: Past) -> float | str | None:
        """Return the number, or the code of the last step that it reaches; None if unknown."""
        found = self._number(past)
        if self.steps is None or found is None:
            return found
        reached = [code for code, start in self.steps.items() if found >= start]
        return reached[-1] if reached else None

    def _number(self, past: Past) -> Known:
        if self.month is not None:
            return OF_A_MONTH[self.name](past, self.month)
        if self.months is not None:
            return OF_THE_LAST_MONTHS[self.name](past, self.months)
        return OF_THE_WHOLE[self.name](past)
