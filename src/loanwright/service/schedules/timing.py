"""When the next time is, by an expression of cron and the clock on a wall somewhere."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from loanwright.errors import Rejected

FIELDS: Final = 5
LONGEST: Final = 100
#: Missed times are counted so far and no further.
MOST_MISSED: Final = 10_000


class ScheduleRefused(Rejected):
    """The schedule cannot be used: {problem}."""


def check_times(cron: str, zone: str) -> None:
    """Raise `ScheduleRefused` where an expression or a time zone cannot be read.

    Examples
    --------
    >>> check_times("0 7 * * 1-5", "Europe/Berlin")
    >>> check_times("often", "UTC")
    Traceback (most recent call last):
    loanwright.service.schedules.timing.ScheduleRefused: The schedule cannot be used: ...
    """
    if len(cron) > LONGEST or len(cron.split()) != FIELDS:
        raise ScheduleRefused(problem="a time is five fields: minute, hour, day, month, weekday")
    next_time(cron, zone, after=datetime(2026, 1, 1, tzinfo=UTC))


def next_time(cron: str, zone: str, *, after: datetime) -> datetime:
    """Return the first time after a moment, in UTC.

    Where clocks go forward, what falls into the hour that is left out is done when it is over;
    where they go back, what has one hour of its own is done once.

    Examples
    --------
    >>> after = datetime(2026, 3, 28, 12, tzinfo=UTC)
    >>> next_time("30 2 * * *", "Europe/Berlin", after=after).isoformat()
    '2026-03-29T01:00:00+00:00'
    >>> next_time("0 7 * * *", "Europe/Berlin", after=after).isoformat()
    '2026-03-29T05:00:00+00:00'
    """
    try:
        there = after.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleRefused(problem="zone must be a time zone such as Europe/Berlin") from None
    try:
        return next(CronSim(cron, there)).astimezone(UTC)
    except (CronSimError, StopIteration):
        raise ScheduleRefused(problem="its times cannot be read, or never come") from None


def count_missed(cron: str, zone: str, *, first: datetime, now: datetime) -> int:
    """Return how many times lie after the first one that is due, up to now.

    Examples
    --------
    >>> first = datetime(2026, 1, 1, 6, tzinfo=UTC)
    >>> count_missed("0 * * * *", "UTC", first=first, now=datetime(2026, 1, 1, 9, 30, tzinfo=UTC))
    3
    """
    missed, upcoming = 0, next_time(cron, zone, after=first)
    while upcoming <= now and missed < MOST_MISSED:
        missed, upcoming = missed + 1, next_time(cron, zone, after=upcoming)
    return missed
