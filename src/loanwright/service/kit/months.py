"""Spans of time, and calendar months in UTC as the databases know them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from loanwright.decisioning.months import add_months, vintage


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From a moment on, until before another; None is without end."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS: Final = Span()


class MonthOf(FunctionElement[str]):
    """The month of a moment, such as ``2026-10``, in UTC."""

    inherit_cache = True
    type = String()


@compiles(MonthOf, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **told: Any) -> str:
    return f"substr({compiler.process(element.clauses, **told)}, 1, 7)"


@compiles(MonthOf, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **told: Any) -> str:
    moment = compiler.process(element.clauses, **told)
    return f"to_char(timezone('UTC', {moment}), 'YYYY-MM')"


def first_day(month: str) -> date:
    """Return the first day of a month.

    Examples
    --------
    >>> first_day("2026-10")
    datetime.date(2026, 10, 1)
    """
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """Return the last day of a month.

    Examples
    --------
    >>> last_day("2026-02")
    datetime.date(2026, 2, 28)
    """
    return date.fromordinal(add_months(first_day(month), 1).toordinal() - 1)


def moved(month: str, by: int) -> str:
    """Return a month so many months later.

    Examples
    --------
    >>> moved("2026-11", 2), moved("2026-01", -1)
    ('2027-01', '2025-12')
    """
    return vintage(add_months(first_day(month), by))


def months_until(month: str, count: int) -> tuple[str, ...]:
    """Return so many months, the last of them this one.

    Examples
    --------
    >>> months_until("2026-01", 3)
    ('2025-11', '2025-12', '2026-01')
    """
    return tuple(moved(month, by - count + 1) for by in range(count))


def span_of(first: str, last: str | None = None) -> Span:
    """Return the time from the beginning of a month until the end of it, or of a later one."""
    return Span(since=_begin(first), until=_begin(moved(last or first, 1)))


def each(first: str, last: str) -> Iterator[str]:
    """Go through the months from one to another, both included."""
    month = first
    while month <= last:
        yield month
        month = moved(month, 1)


def _begin(month: str) -> datetime:
    return datetime.combine(first_day(month), datetime.min.time(), tzinfo=UTC)
