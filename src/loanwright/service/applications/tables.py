"""Where applications are kept, as received."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

applications = Table(
    "applications",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("applicant_id", String(40), ForeignKey("applicants.id"), nullable=False, index=True),
    Column("product", String(80), nullable=False),
    Column("segment", String(40), nullable=False),
    Column("caller_id", String(80), nullable=False),
    Column("received", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
)
