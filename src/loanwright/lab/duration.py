"""How long something may take, as people write it."""

import re

from loanwright.errors import Rejected

_PARTS = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?")


class DurationRefused(Rejected):
    """{text} is no duration; write one such as 90s, 10m or 1h30m."""


def parse_duration(text: str) -> float:
    """Return the seconds of a duration, more than 0.

    Raises
    ------
    DurationRefused
        If the text is none.

    Examples
    --------
    >>> parse_duration("90s"), parse_duration("10m"), parse_duration("1h30m")
    (90.0, 600.0, 5400.0)
    """
    found = _PARTS.fullmatch(text.strip().lower())
    if found is None or not any(found.groups()):
        raise DurationRefused(text=repr(text))
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    total = 3600 * hours + 60 * minutes + seconds
    if total <= 0:
        raise DurationRefused(text=repr(text))
    return total


def tell_duration(seconds: float) -> str:
    """Return a duration for people, such as ``3:20``.

    Examples
    --------
    >>> tell_duration(200), tell_duration(5)
    ('3:20', '0:05')
    """
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes}:{rest:02d}"
