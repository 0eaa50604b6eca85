"""How an account turned out: good, bad or indeterminate, by a definition with a date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from loanwright.decisioning.months import add_months
from loanwright.decisioning.payments import Payment
from loanwright.errors import Rejected


class Performance(StrEnum):
    """How an account turned out; the later member is the worse one.

    Examples
    --------
    >>> Performance("indeterminate").severity
    1
    """

    GOOD = "good"
    INDETERMINATE = "indeterminate"
    BAD = "bad"

    @property
    def severity(self) -> int:
        """Return 0 for good, 1 for indeterminate, 2 for bad."""
        return tuple(Performance).index(self)


class Why(StrEnum):
    """Why an account turned out as it did."""

    PAID = "paid"
    CURED = "cured"
    LATE = "late"
    SERIOUSLY_LATE = "seriously_late"
    WRITTEN_OFF = "written_off"
    TOO_YOUNG = "too_young"
    NOTHING_DUE = "nothing_due"


class DefinitionRefused(Rejected):
    """The performance definition {name} cannot be used: {problem}."""


class NoDefinition(Rejected):
    """No performance definition was in force on {day}; the first is valid from {first}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PerformanceDefinition:
    """What counts as good and bad, from a day on.

    Parameters
    ----------
    name
        What people call it.
    valid_from
        The first day on which it is in force; it ends where the next one begins.
    months
        The observation window: what falls due, and what happens, within so many months after
        the account was paid out.
    bad_from
        Days past due from which an account is bad. Bad is never cured.
    indeterminate_from
        Days past due from which it is no longer good.
    cure_payments
        How many payments on time, at the end of the window, make an account good again that was
        late but not bad; None for never.

    Examples
    --------
    >>> PerformanceDefinition(name="mine", valid_from=date(2024, 1, 1), months=0)
    Traceback (most recent call last):
    loanwright.decisioning.performance.DefinitionRefused: The performance definition mine ...
    """

    name: str
    valid_from: date
    months: int = 12
    bad_from: int = 90
    indeterminate_from: int = 30
    cure_payments: int | None = None

    def __post_init__(self) -> None:
        """Refuse what leaves an account without exactly one answer."""
        if not 1 <= self.months <= 600:
            raise DefinitionRefused(name=self.name, problem="months must be from 1 to 600")
        if not 1 <= self.indeterminate_from <= self.bad_from:
            problem = "1 <= indeterminate_from <= bad_from is needed"
            raise DefinitionRefused(name=self.name, problem=problem)
        if self.cure_payments is not None and self.cure_payments < 1:
            raise DefinitionRefused(name=self.name, problem="cure_payments must be at least 1")


#: What holds where a product says nothing: 90 days within 12 months, as Basel counts.
STANDARD: Final = (PerformanceDefinition(name="standard-90-in-12", valid_from=date(2000, 1, 1)),)


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What is known of one account: when it began, what was paid, and how it ended."""

    disbursed_on: date
    payments: Sequence[Payment]
    repaid_on: date | None = None
    written_off_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How an account turned out, as of a day, and by which definition.

    Attributes
    ----------
    worst_days_past_due
        Within the window and until `as_of`.
    window_ends_on
        The last day that counts.
    """

    performance: Performance
    why: Why
    worst_days_past_due: int
    as_of: date
    window_ends_on: date
    definition: PerformanceDefinition


def definition_on(definitions: Iterable[PerformanceDefinition], day: date) -> PerformanceDefinition:
    """Return the definition in force on a day.

    Raises
    ------
    NoDefinition
        When the day is before the first one.

    Examples
    --------
    >>> definition_on(STANDARD, date(2024, 1, 1)).name
    'standard-90-in-12'
    """
    ordered = sorted(definitions, key=lambda one: one.valid_from)
    found = [one for one in ordered if one.valid_from <= day]
    if not found:
        first = ordered[0].valid_from if ordered else None
        raise NoDefinition(day=day, first=first)
    return found[-1]


def performance(history: History, as_of: date, definition: PerformanceDefinition) -> Standing:
    """Return how an account turned out, seen from a day.

    Examples
    --------
    >>> months = range(1, 13)
    >>> paid = [
    ...     Payment(number=n, due_on=add_months(date(2023, 1, 31), n), due=100, paid=100)
    ...     for n in months
    ... ]
    >>> history = History(disbursed_on=date(2023, 1, 31), payments=paid)
    >>> str(performance(history, date(2024, 1, 31), STANDARD[0]).performance)
    'good'
    >>> performance(history, date(2024, 1, 30), STANDARD[0]).why
    <Why.TOO_YOUNG: 'too_young'>
    """
    ends = add_months(history.disbursed_on, definition.months)
    seen = min(as_of, ends)
    due = sorted(
        (one for one in history.payments if one.due_on <= seen), key=lambda one: one.due_on
    )
    worst = max((one.days_late(seen) for one in due), default=0)
    complete = as_of >= ends or (history.repaid_on is not None and history.repaid_on <= as_of)
    outcome, why = _judge(history, due, seen, definition, complete=complete)
    return Standing(
        performance=outcome,
        why=why,
        worst_days_past_due=worst,
        as_of=as_of,
        window_ends_on=ends,
        definition=definition,
    )


def _judge(
    history: History,
    due: Sequence[Payment],
    seen: date,
    definition: PerformanceDefinition,
    *,
    complete: bool,
) -> tuple[Performance, Why]:
    late = [one.days_late(seen) for one in due]
    worst = max(late, default=0)
    if history.written_off_on is not None and history.written_off_on <= seen:
        return Performance.BAD, Why.WRITTEN_OFF
    if worst >= definition.bad_from:
        return Performance.BAD, Why.SERIOUSLY_LATE
    cured = False
    if worst >= definition.indeterminate_from:
        cured = _cured(due, late, seen, definition)
        if not cured:
            return Performance.INDETERMINATE, Why.LATE
    if not complete:
        return Performance.INDETERMINATE, Why.TOO_YOUNG
    if not due:
        return Performance.INDETERMINATE, Why.NOTHING_DUE
    return Performance.GOOD, Why.CURED if cured else Why.PAID


def _cured(
    due: Sequence[Payment], late: Sequence[int], seen: date, definition: PerformanceDefinition
) -> bool:
    """Tell whether nothing is owed and the last payments came on time, as many as are needed."""
    needed = definition.cure_payments
    if needed is None or len(due) < needed:
        return False
    settled = all(one.days_past_due is not None or one.settled_by(seen) for one in due)
    return settled and not any(late[-needed:])
