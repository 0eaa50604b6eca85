"""What is spooled, and what becomes of it, as values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An application that was answered without the database.

    Attributes
    ----------
    id
        `spl_…`; it stands in for a missing idempotency key, so that it is decided once.
    received
        The body, as it arrived.
    """

    id: str
    at: datetime
    caller_id: str
    caller_kind: Literal["key", "public"]
    key: str | None
    received: str = field(repr=False)

    @property
    def idempotency_key(self) -> str:
        """Return under which key it is decided."""
        return self.key or self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What one file of the spool holds."""

    name: str
    entries: tuple[Entry, ...]
    broken: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What came of replaying: how many were decided, refused, or could not be read."""

    decided: int = 0
    refused: int = 0
    broken: int = 0

    def __add__(self, other: "Replayed") -> "Replayed":
        """Return both together."""
        return Replayed(
            decided=self.decided + other.decided,
            refused=self.refused + other.refused,
            broken=self.broken + other.broken,
        )
