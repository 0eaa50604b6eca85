"""Two people edit the same thing: the second one is told, and nothing is lost."""

import re
from typing import Any

from loanwright.errors import Conflict, Rejected

_ETAG = re.compile(r'"(\d{1,9})"')


class VersionNeeded(Rejected):
    """Say which version you have seen: If-Match with the ETag of what you read."""


class VersionUnreadable(Rejected):
    """If-Match must be the ETag that was given with what you read, such as "3"."""


class EditedMeanwhile(Conflict):
    """Somebody else has changed this; it is at version {version} now. Read it and try again.

    `current`, where it is given, is what it is now.
    """


def write_etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def read_if_match(header: str | None) -> int:
    """Return the version that an If-Match header names."""
    if header is None:
        raise VersionNeeded
    found = _ETAG.fullmatch(header.strip())
    if found is None:
        raise VersionUnreadable
    return int(found[1])


def check_version(seen: int, version: int, current: dict[str, Any] | None = None) -> None:
    """Raise `EditedMeanwhile` unless what was seen is what is there."""
    if seen != version:
        raise EditedMeanwhile(version=version, current=current)
