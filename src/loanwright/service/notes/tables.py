"""Where notes are kept; rows are only ever added."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

notes = Table(
    "notes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("applicant_id", String(40), ForeignKey("applicants.id"), nullable=False),
    # Sealed with the person's key.
    Column("text", Text, nullable=False),
    Column("written_by", String(80), nullable=False),
    Column("written_at", Moment, nullable=False),
    Index(None, "applicant_id", "written_at", "id"),
)
