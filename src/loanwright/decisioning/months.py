"""Months as lenders count them: the 31st of January plus one month is the end of February."""

import calendar
from datetime import date
from typing import Final

MONTHS: Final = 12


def add_months(day: date, months: int) -> date:
    """Return the same day of a later (or earlier) month, or that month's last day.

    Parameters
    ----------
    day
        Where to begin. Count every month from the same first day: what was cut to the end of
        February would otherwise stay on the 28th.
    months
        How many months later; negative for earlier.

    Examples
    --------
    >>> add_months(date(2024, 1, 31), 1), add_months(date(2023, 1, 31), 1)
    (datetime.date(2024, 2, 29), datetime.date(2023, 2, 28))
    >>> add_months(date(2024, 1, 31), 2), add_months(date(2024, 2, 29), 12)
    (datetime.date(2024, 3, 31), datetime.date(2025, 2, 28))
    """
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def months_between(earlier: date, later: date) -> int:
    """Return how many months have been completed; negative where `later` is the earlier one.

    Examples
    --------
    >>> months_between(date(2024, 1, 31), date(2024, 2, 28))
    0
    >>> months_between(date(2024, 1, 31), date(2024, 2, 29))
    1
    """
    months = month_number(later) - month_number(earlier)
    return months if add_months(earlier, months) <= later else months - 1


def month_number(day: date) -> int:
    """Return the number of the calendar month of a day, counted from year 0."""
    return day.year * MONTHS + day.month - 1


def vintage(day: date) -> str:
    """Return the month of origination.

    Examples
    --------
    >>> vintage(date(2026, 3, 31))
    '2026-03'
    """
    return f"{day.year:04}-{day.month:02}"
