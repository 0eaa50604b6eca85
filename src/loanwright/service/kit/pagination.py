"""Long lists in pages: each page names the next by an opaque cursor."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from loanwright.service.errors import CursorInvalid

MAXIMUM_PAGE = 200
LARGEST_SEQUENCE = 2**63 - 1
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Item]):
    """A part of a list, and where the next part begins."""

    items: Sequence[Item]
    next_cursor: str | None


def write_cursor(sequence: int) -> str:
    """Return the opaque form of a place in the list."""
    return base64.urlsafe_b64encode(f"v1:{sequence}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> int:
    """Return the place in the list that a cursor stands for."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        version, _, digits = base64.b64decode(padded, b"-_", validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    if version != "v1" or not digits.isascii() or not digits.isdigit() or len(digits) > 19:
        raise CursorInvalid
    sequence = int(digits)
    if sequence > LARGEST_SEQUENCE or write_cursor(sequence) != cursor:
        raise CursorInvalid
    return sequence
