"""The full cost of a consumer credit in Russia (PSK), by article 6 of 353-FZ.

PSK = i · n · 100, where n is the number of base periods in a year of 365 days and i the smallest
positive rate of a base period with Σ F_k / ((1 + e_k i)(1 + i)^q_k) = 0: q_k whole base periods
have passed before movement k, and the part e_k of the next one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from loanwright.decisioning.costs import Fees, Flow, flows
from loanwright.decisioning.months import MONTHS, add_months, months_between
from loanwright.decisioning.schedule import Credit
from loanwright.pricing.roots import find_rate, refuse_one_way, stated

YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class BasePeriod:
    """The interval that is most frequent among payments: some days, or some equal months."""

    length: int
    unit: Literal["day", "month"]

    @property
    def in_a_year(self) -> float:
        """Return how many of them a year has.

        Examples
        --------
        >>> BasePeriod(1, "month").in_a_year, BasePeriod(73, "day").in_a_year
        (12.0, 5.0)
        """
        return (YEAR if self.unit == "day" else MONTHS) / self.length

    def passed(self, start: date, day: date) -> tuple[int, float]:
        """Return how many whole periods have passed, and which part of the next.

        Examples
        --------
        >>> BasePeriod(1, "month").passed(date(2026, 1, 31), date(2026, 3, 31))
        (2, 0.0)
        >>> BasePeriod(10, "day").passed(date(2026, 1, 1), date(2026, 1, 16))
        (1, 0.5)
        """
        if self.unit == "day":
            whole, rest = divmod((day - start).days, self.length)
            return whole, rest / self.length
        months = months_between(start, day)
        days = (day - add_months(start, months)).days
        whole, rest = divmod(months, self.length)
        # For the full cost all months are held to be equally long.
        return whole, (rest + days * MONTHS / YEAR) / self.length


MONTH: Final = BasePeriod(1, "month")
A_YEAR: Final = BasePeriod(MONTHS, "month")


def base_period(days: Iterable[date]) -> BasePeriod:
    """Return the base period of a schedule, by the rules of part 2.2 of the article.

    The interval that is most frequent; the shortest of several; a year where none is as short as
    that; where none comes twice, their mean in days. Payments on the same day of their months lie
    months apart; a single interval is one of days, as are loans until payday.

    Parameters
    ----------
    days
        The days on which money moves, the disbursement among them.

    Examples
    --------
    >>> base_period([date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)])
    BasePeriod(length=1, unit='month')
    >>> base_period([date(2026, 1, 1), date(2026, 1, 31)])
    BasePeriod(length=30, unit='day')
    """
    known = sorted(set(days))
    start, months = known[0], [months_between(known[0], one) for one in known]
    if len(known) > 2 and all(
        add_months(start, n) == one for n, one in zip(months, known, strict=True)
    ):
        return BasePeriod(_usual([b - a for a, b in pairwise(months)], MONTHS), "month")
    length = _usual([(b - a).days for a, b in pairwise(known)], YEAR)
    return A_YEAR if length == YEAR else BasePeriod(length, "day")


def _usual(intervals: Sequence[int], longest: int) -> int:
    """Return the interval that is most frequent, never above a year."""
    if min(intervals) >= longest:
        return longest
    times = Counter(intervals)
    most = max(times.values())
    if most == 1 and len(intervals) > 1:
        return min(longest, max(1, round(sum(intervals) / len(intervals))))
    return min(length for length, count in times.items() if count == most)


def full_cost(moved: Iterable[Flow], period: BasePeriod | None = None) -> float:
    """Return the full cost of a credit in per cent of a year, with three decimals.

    Parameters
    ----------
    moved
        Every movement on its day, the disbursement first: positive to the borrower.
    period
        The base period; None finds it in the days.

    Raises
    ------
    NoRate
        If money moves one way only.

    Examples
    --------
    0.8 % a day for thirty days, the most that the law allows since July 2023, is 292 % a year:

    >>> lent = Flow(on=date(2026, 4, 1), month=0, amount=30_000_00)
    >>> paid = Flow(on=date(2026, 5, 1), month=1, amount=-37_200_00)
    >>> full_cost([lent, paid])
    292.0
    """
    known = [one for one in moved if one.amount]
    refuse_one_way([one.amount for one in known])
    start = min(one.on for one in known)
    chosen = period or base_period(one.on for one in known)
    timed = [(one.amount, *chosen.passed(start, one.on)) for one in known]

    def worth(rate: float) -> float:
        return sum(
            amount / ((1 + part * rate) * (1 + rate) ** whole) for amount, whole, part in timed
        )

    # The smallest positive one; what costs nothing has a rate of nothing.
    rate = 0.0 if worth(0.0) >= 0 else find_rate(worth, lowest=0.0)
    return stated(rate * chosen.in_a_year, 3)


def psk_of(credit: Credit, fees: Fees | None = None) -> float:
    """Return the full cost of a credit that is repaid by months.

    Examples
    --------
    >>> from loanwright.decisioning.schedule import Repayment
    >>> credit = Credit(
    ...     repayment=Repayment.ANNUITY,
    ...     amount=300_000_00,
    ...     annual_rate_bp=1_800,
    ...     term_months=24,
    ...     disbursed_on=date(2026, 1, 31),
    ... )
    >>> psk_of(credit), psk_of(credit, Fees(upfront=3_000_00))
    (18.0, 19.041)
    """
    return full_cost(flows(credit, fees or Fees()), MONTH)
