"""Vintages: how many accounts of each month of origination were bad after so many months."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from loanwright.metrics.distributions import beta_quantile, jeffreys
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import ParameterOutOfRange, check_level
from loanwright.performance.arrears import first_due, first_late, first_payment_late
from loanwright.performance.book import FAR, Book, or_far

JEFFREYS: Final = "jeffreys"
CLOPPER_PEARSON: Final = "clopper_pearson"


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What was bad after some months.

    Attributes
    ----------
    month
        On book, counted from 1.
    rows
        Accounts that have been seen for so long. The others do not count, whether bad or not:
        their bads are known sooner than their goods.
    bad
        How many of these were bad by then, cumulatively.
    rate
        With its interval.
    mature
        Whether every account of the vintage has been seen for so long.
    """

    month: int
    rows: int
    bad: int
    rate: Estimate
    mature: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class VintageCurve:
    """One vintage.

    Attributes
    ----------
    vintage
        ``YYYY-MM``.
    accounts
        How many there are in all.
    points
        As far as any account has been seen.
    """

    vintage: str
    accounts: int
    points: tuple[Point, ...]

    @property
    def mature_months(self) -> int:
        """Return for how many months every account has been seen."""
        return sum(one.mature for one in self.points)


def vintage_curves(
    book: Book,
    *,
    days: int = 90,
    months: int = 24,
    level: float = 0.95,
    interval: str = JEFFREYS,
) -> tuple[VintageCurve, ...]:
    """Return the cumulative bad rate of each vintage by months on book.

    Parameters
    ----------
    book
        Accounts and payments, seen from a day.
    days
        Days past due from which an account is bad; bad is never cured, and what is written off
        is bad.
    months
        How far the curves go.
    level, interval
        Of the rates: ``jeffreys``, or ``clopper_pearson``, which never covers less than its
        level and is wider.

    Examples
    --------
    >>> from datetime import date
    >>> from loanwright.performance.book import book_of
    >>> never_paid = [(0, date(2024, 1, 31), 100, 0, None, None)]
    >>> accounts = [(date(2024, 1, 1), None, None), (date(2024, 1, 20), None, None)]
    >>> curve = vintage_curves(book_of(accounts, never_paid, date(2024, 5, 10)))[0]
    >>> [(one.month, one.rows, one.bad, one.mature) for one in curve.points]
    [(1, 2, 0, True), (2, 2, 0, True), (3, 2, 0, True), (4, 1, 1, False)]
    """
    check_level(level)
    seen, bad_on = book.months_seen(), or_far(first_late(book, days))
    ends = [book.month_end(month) for month in range(1, months + 1)]
    bad_by = np.array([bad_on <= end for end in ends]) if ends else np.zeros((0, len(book)), bool)
    curves = []
    for vintage in np.unique(book.vintages):
        own = book.vintages == vintage
        last = min(months, int(seen[own].max(initial=0)))
        points = []
        for month in range(1, last + 1):
            rows = own & (seen >= month)
            counted, bad = int(rows.sum()), int((rows & bad_by[month - 1]).sum())
            points.append(
                Point(
                    month=month,
                    rows=counted,
                    bad=bad,
                    rate=rate_of(bad, counted, level=level, interval=interval),
                    mature=counted == int(own.sum()),
                )
            )
        curves.append(
            VintageCurve(vintage=str(vintage), accounts=int(own.sum()), points=tuple(points))
        )
    return tuple(curves)


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlyArrears:
    """Signs of trouble before a vintage is ripe.

    Attributes
    ----------
    first_payment
        Share of accounts whose first payment was so many days late, among those whose first
        payment fell due so many days ago; None where there is none.
    early
        Share that was so many days late within the first months, among those seen for so long.
    first_payment_rows, early_rows
        How many accounts each is about.
    mature
        Whether both are known of every account of the vintage.
    """

    vintage: str
    accounts: int
    first_payment: Estimate | None
    first_payment_rows: int
    early: Estimate | None
    early_rows: int
    mature: bool


def early_arrears(
    book: Book, *, days: int = 30, months: int = 3, level: float = 0.95
) -> tuple[EarlyArrears, ...]:
    """Return first-payment defaults and early arrears of each vintage.

    Parameters
    ----------
    book
        Accounts and payments, seen from a day.
    days
        Days past due.
    months
        On book, within which arrears are early.

    Examples
    --------
    >>> from datetime import date
    >>> from loanwright.performance.book import book_of
    >>> never_paid = [(0, date(2024, 1, 31), 100, 0, None, None)]
    >>> book = book_of([(date(2024, 1, 1), None, None)], never_paid, date(2024, 5, 10))
    >>> found = early_arrears(book)[0]
    >>> found.first_payment.value, found.early.value, found.mature
    (1.0, 1.0, True)
    """
    first, ripe_first = first_payment_known(book, days)
    early, ripe_early = early_known(book, days, months)
    found = []
    for vintage in np.unique(book.vintages):
        own = book.vintages == vintage
        counts = [
            (int((own & ripe & bad).sum()), int((own & ripe).sum()))
            for bad, ripe in ((first, ripe_first), (early, ripe_early))
        ]
        rates = [rate_of(bad, rows, level=level) if rows else None for bad, rows in counts]
        found.append(
            EarlyArrears(
                vintage=str(vintage),
                accounts=int(own.sum()),
                first_payment=rates[0],
                first_payment_rows=counts[0][1],
                early=rates[1],
                early_rows=counts[1][1],
                mature=bool((ripe_early | ~own).all() and (ripe_first | ~own).all()),
            )
        )
    return tuple(found)


def first_payment_known(book: Book, days: int) -> tuple[np.ndarray, np.ndarray]:
    """(accounts,) whether the first payment was so late, and whether that is known by now."""
    late = ~np.isnat(first_payment_late(book, days))
    due = first_due(book)
    return late, np.asarray((due < FAR) & (due + np.timedelta64(days, "D") <= book.day))


def early_known(book: Book, days: int, months: int) -> tuple[np.ndarray, np.ndarray]:
    """(accounts,) whether they were so late within the first months, and whether it is known."""
    late = or_far(first_late(book, days)) <= book.month_end(months)
    return late, book.months_seen() >= months


def rate_of(bad: int, rows: int, *, level: float = 0.95, interval: str = JEFFREYS) -> Estimate:
    """Return a share with its interval.

    Examples
    --------
    >>> print(rate_of(3, 100, interval="clopper_pearson"))
    0.0300 [0.0062, 0.0852]
    """
    if interval == JEFFREYS:
        return jeffreys(bad, rows, level=level)
    if interval != CLOPPER_PEARSON:
        demand = f"it must be {JEFFREYS} or {CLOPPER_PEARSON}"
        raise ParameterOutOfRange(name="interval", value=interval, demand=demand)
    tail = (1 - check_level(level)) / 2
    return Estimate(
        value=bad / rows,
        lower=beta_quantile(tail, bad, rows - bad + 1) if bad else 0.0,
        upper=beta_quantile(1 - tail, bad + 1, rows - bad) if bad < rows else 1.0,
        level=level,
        method="Clopper–Pearson",
    )


def at_month(curves: Sequence[VintageCurve], month: int) -> tuple[tuple[str, Point], ...]:
    """Return the point of every vintage that has been seen for so many months."""
    return tuple(
        (curve.vintage, point) for curve in curves for point in curve.points if point.month == month
    )
