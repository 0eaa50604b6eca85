"""Which notices went out; rows are only ever added."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table

from loanwright.service.kit.database import Moment, metadata

issued_notices = Table(
    "issued_notices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("decision_id", String(40), ForeignKey("decisions.id"), nullable=False, index=True),
    Column("applicant_id", String(40), ForeignKey("applicants.id"), nullable=False, index=True),
    Column("product", String(80), nullable=False),
    Column("jurisdiction", String(20), nullable=False),
    Column("language", String(2), nullable=False),
    Column("format", String(4), nullable=False),
    Column("law_pack", String(80), nullable=False),
    Column("law_hash", String(64), nullable=False),
    Column("occasion", String(20), nullable=False),
    # Of the very bytes that went out: they can be written again, and are not kept.
    Column("content_hash", String(64), nullable=False),
    Column("issued_by", String(80), nullable=False),
    Column("issued_at", Moment, nullable=False),
    CheckConstraint("format IN ('html', 'pdf', 'json')", name="format"),
)
