"""What came of an experiment, once its labels are ripe; before that, when they will be."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from statistics import NormalDist, fmean, variance
from typing import Final

from loanwright.experiments.plan import Sizes

_normal: Final = NormalDist()


class Found(StrEnum):
    """What an experiment has shown."""

    TOO_EARLY = "too_early"
    HIGHER = "higher"
    LOWER = "lower"
    NO_DIFFERENCE_SHOWN = "no_difference_shown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of an experiment.

    Attributes
    ----------
    ripe_on
        The first day on which its value is known; rows that are not ripe count as nothing.
    value
        0 or 1 for a rate, any number for a mean; None where it is neither, such as an account
        that turned out indeterminate.
    """

    ripe_on: date
    value: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ripe:
    """How far an arm is.

    Attributes
    ----------
    needed
        How many rows the plan asks for.
    there
        How many of these there are, ripe or not.
    ripe
        How many of them are ripe.
    left_out
        How many of the ripe ones have no value.
    mean
        Of the ripe ones that have a value; None where there are none.
    """

    needed: int
    there: int
    ripe: int
    left_out: int
    mean: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """What an experiment has shown about two arms.

    Attributes
    ----------
    ripe_on
        The day from which there is an answer; where rows are missing, as they came so far, and
        None where none came.
    difference, lower, upper
        Of the means, other minus base, with its interval; None while it is too early.
    p_value
        Two-sided; None while it is too early.
    """

    found: Found
    base: Ripe
    other: Ripe
    ripe_on: date | None
    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """When an experiment began, how long a row takes to ripen, and what day it is.

    Attributes
    ----------
    ripening
        Days from the row to its value.
    """

    began_on: date
    today: date
    ripening: int = 0


def conclude(
    base: Iterable[Row], other: Iterable[Row], sizes: Sizes, calendar: Calendar, *, error: float
) -> Conclusion:
    """Return what the planned rows show, or that it is too early.

    Parameters
    ----------
    base, other
        Rows of the arms, in the order in which applicants came.
    sizes
        How many rows of each arm the plan asks for; the first so many count and no others, so
        that looking often changes nothing.
    error
        Probability, two-sided, of finding a difference where there is none.

    Notes
    -----
    z = (x̄₁ − x̄₀) / √(s₀²/n₀ + s₁²/n₁), compared with the normal distribution. For rates the
    test takes the pooled rate p̄ in place of the variances, as the plan does.

    Examples
    --------
    >>> day = date(2026, 1, 1)
    >>> good, bad = Row(ripe_on=date(2027, 1, 1), value=0), Row(ripe_on=date(2027, 1, 1), value=1)
    >>> rows = [good] * 90 + [bad] * 10, [good] * 70 + [bad] * 30
    >>> def seen_on(today):
    ...     calendar = Calendar(began_on=day, today=today, ripening=365)
    ...     return conclude(*rows, Sizes(base=100, other=100), calendar, error=0.05)
    >>> early = seen_on(date(2026, 6, 1))
    >>> str(early.found), str(early.ripe_on), early.base.mean
    ('too_early', '2027-01-01', None)
    >>> str(seen_on(date(2027, 1, 1)).found)
    'higher'
    """
    mine, theirs = list(islice(base, sizes.base)), list(islice(other, sizes.other))
    arms = (
        _ripe(mine, sizes.base, calendar.today),
        _ripe(theirs, sizes.other, calendar.today),
    )
    known = _values(mine, calendar.today), _values(theirs, calendar.today)
    on = _latest(_ripe_on(mine, sizes.base, calendar), _ripe_on(theirs, sizes.other, calendar))
    complete = all(one.ripe == one.needed for one in arms)
    if not complete or min(map(len, known)) < 2:
        return Conclusion(found=Found.TOO_EARLY, base=arms[0], other=arms[1], ripe_on=on)
    seen, spread, under_none = _difference(*known)
    reach = _normal.inv_cdf(1 - error / 2) * spread
    p_value = _p_value(seen, under_none)
    return Conclusion(
        found=_found(seen, p_value, error),
        base=arms[0],
        other=arms[1],
        ripe_on=on,
        difference=seen,
        lower=seen - reach,
        upper=seen + reach,
        p_value=p_value,
    )


def _found(seen: float, p_value: float, error: float) -> Found:
    if p_value >= error:
        return Found.NO_DIFFERENCE_SHOWN
    return Found.HIGHER if seen > 0 else Found.LOWER


def _ripe(rows: Sequence[Row], needed: int, today: date) -> Ripe:
    ripe = [one for one in rows if one.ripe_on <= today]
    known = _values(rows, today)
    return Ripe(
        needed=needed,
        there=len(rows),
        ripe=len(ripe),
        left_out=len(ripe) - len(known),
        mean=fmean(known) if known else None,
    )


def _values(rows: Sequence[Row], today: date) -> list[float]:
    return [one.value for one in rows if one.ripe_on <= today and one.value is not None]


def _ripe_on(rows: Sequence[Row], needed: int, calendar: Calendar) -> date | None:
    """Return when the last planned row is ripe, the missing ones coming as they came so far."""
    missing, days = needed - len(rows), max(1, (calendar.today - calendar.began_on).days)
    last = max((one.ripe_on for one in rows), default=date.min)
    if not missing:
        return last
    if not rows:
        return None
    wait = math.ceil(missing * days / len(rows)) + calendar.ripening
    longest = (date.max - calendar.today).days
    return max(last, calendar.today + timedelta(days=min(wait, longest)))


def _latest(first: date | None, second: date | None) -> date | None:
    return None if first is None or second is None else max(first, second)


def _difference(base: Sequence[float], other: Sequence[float]) -> tuple[float, float, float]:
    """Return the difference, its standard error, and that where there is no difference."""
    seen = fmean(other) - fmean(base)
    spread = math.sqrt(variance(base) / len(base) + variance(other) / len(other))
    if not {*base, *other} <= {0, 1}:
        return seen, spread, spread
    pooled = fmean([*base, *other])
    under_none = math.sqrt(pooled * (1 - pooled) * (1 / len(base) + 1 / len(other)))
    return seen, spread, under_none


def _p_value(seen: float, spread: float) -> float:
    if spread == 0:
        return 1.0 if seen == 0 else 0.0
    return 2 * (1 - _normal.cdf(abs(seen) / spread))
