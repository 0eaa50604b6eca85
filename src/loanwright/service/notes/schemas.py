"""Notes as values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loanwright.service.kit.clock import iso


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What one of the lender's people has written down about an applicant."""

    id: str
    applicant_id: str
    text: str = field(repr=False)
    written_by: str
    written_at: datetime

    def document(self) -> dict[str, Any]:
        """Return the note as the audit log keeps it, sealed."""
        return {
            "id": self.id,
            "applicant_id": self.applicant_id,
            "text": self.text,
            "written_by": self.written_by,
            "written_at": iso(self.written_at),
        }
