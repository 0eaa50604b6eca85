from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from loanwright.service.schedules.timing import (
    ScheduleRefused,
    check_times,
    count_missed,
    next_time,
)

BERLIN = "Europe/Berlin"


def times(cron, zone, after, count):
    found = []
    for _ in range(count):
        after = next_time(cron, zone, after=after)
        found.append(after)
    return found


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_every_night_runs_once_also_when_clocks_change(year):
    # Half past two is left out in March and comes twice in October.
    found = times("30 2 * * *", BERLIN, datetime(year, 1, 1, tzinfo=UTC), 365)
    days = {one.astimezone(UTC).date() for one in found}
    assert len(days) == 365
    assert max(b - a for a, b in pairwise(found)) <= timedelta(hours=25)
    assert min(b - a for a, b in pairwise(found)) >= timedelta(hours=22)


def test_every_hour_is_an_hour_also_when_clocks_change():
    for month, day in ((3, 28), (10, 24)):
        found = times("0 * * * *", BERLIN, datetime(2026, month, day, 12, tzinfo=UTC), 30)
        assert {b - a for a, b in pairwise(found)} == {timedelta(hours=1)}


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("often", "UTC"),
        ("* * * * * *", "UTC"),
        ("61 * * * *", "UTC"),
        ("0 0 30 2 *", "UTC"),
        ("0 7 * * *", "Mars/Olympus"),
        ("0 7 * * *", "/etc/passwd"),
        ("0 7 * * *", ""),
        (f"{'0,' * 60}0 * * * *", "UTC"),
    ],
)
def test_what_is_no_time_is_refused(cron, zone):
    with pytest.raises(ScheduleRefused):
        check_times(cron, zone)


def test_missed_times_are_counted():
    first = datetime(2026, 1, 1, 6, tzinfo=UTC)
    assert count_missed("0 6 * * *", "UTC", first=first, now=first + timedelta(days=3)) == 3
    assert count_missed("0 6 * * *", "UTC", first=first, now=first) == 0
