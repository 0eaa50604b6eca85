"""Applications as values."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """A request for credit as it was received; it never changes."""

    id: str
    applicant_id: str
    product: str
    segment: str
    caller_id: str
    received: str = field(repr=False)
    received_at: datetime
