from datetime import UTC, datetime, timedelta, timezone

from loanwright.service.kit.clock import SystemClock, from_iso, iso


def test_the_clock_is_aware_in_utc_and_counts_whole_milliseconds():
    now = SystemClock().now()

    assert now.utcoffset() == timedelta(0)
    assert now.microsecond % 1000 == 0


def test_a_moment_is_written_with_milliseconds_and_z():
    moment = datetime(2026, 11, 21, 7, 5, 6, 7000, tzinfo=timezone(timedelta(hours=3)))

    assert iso(moment) == "2026-11-21T04:05:06.007Z"


def test_what_was_written_reads_back_as_the_same_moment():
    moment = datetime(2026, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)

    assert from_iso(iso(moment)) == moment
    assert from_iso(iso(moment)).utcoffset() == timedelta(0)
