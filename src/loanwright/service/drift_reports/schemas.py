"""Drift reports as values."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

import msgspec

from loanwright.drift.watching import DECISIVE

By = Literal["week", "month", "all"]
#: Two years of weeks.
MOST_CHUNKS: Final = 104


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """From a day on, through another."""

    since: date
    until: date

    @property
    def begin(self) -> datetime:
        """Return the first moment."""
        return datetime.combine(self.since, datetime.min.time(), UTC)

    @property
    def end(self) -> datetime:
        """Return the first moment after."""
        return datetime.combine(self.until + timedelta(days=1), datetime.min.time(), UTC)


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """Two files that were sent; without a reference, the chunk is compared with the champion's."""

    chunk: str
    reference: str | None = None


class DriftWish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be compared.

    Attributes
    ----------
    product, segment
        Whose decisions, or how files are read; a product may be left out for files.
    days, by
        Which decisions, and how they are divided.
    reference
        The days of the reference; None for the sample of the champion.
    files
        Files in the place of decisions.
    methods, significance
        What raises alerts, and how often it may by chance.
    """

    product: str | None = None
    segment: str | None = None
    days: Days | None = None
    by: By = "month"
    reference: Days | None = None
    files: Files | None = None
    methods: tuple[str, ...] = DECISIVE
    significance: float = 0.05


def chunk_of(moment: datetime, by: By) -> str:
    """Return the name of the chunk that a moment is in, in UTC.

    Examples
    --------
    >>> moment = datetime(2027, 1, 2, tzinfo=UTC)
    >>> chunk_of(moment, "month"), chunk_of(moment, "week"), chunk_of(moment, "all")
    ('2027-01', '2026-W53', 'all')
    """
    if by == "month":
        return f"{moment:%Y-%m}"
    if by == "week":
        year, week, _ = moment.isocalendar()
        return f"{year}-W{week:02}"
    return "all"


def chunks_of(days: Days, by: By) -> list[str]:
    """Return the names of all chunks of some days, the oldest first.

    Examples
    --------
    >>> chunks_of(Days(since=date(2026, 11, 30), until=date(2026, 12, 31)), "month")
    ['2026-11', '2026-12']
    """
    length = (days.until - days.since).days + 1
    moments = (days.begin + timedelta(days=one) for one in range(max(length, 0)))
    return list(dict.fromkeys(chunk_of(one, by) for one in moments))
