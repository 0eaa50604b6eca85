"""Messages as values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message: a topic and the id of what it is about."""

    sequence: int
    topic: str
    subject: str
    created_at: datetime
