"""Where applicants and their behaviour are kept; both only grow."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

applicants = Table(
    "applicants",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("document_hash", String(64), unique=True),
    Column("created_at", Moment, nullable=False),
)

behaviours = Table(
    "behaviours",
    metadata,
    Column("applicant_id", ForeignKey(applicants.c.id), primary_key=True),
    Column("product", String(80), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("features", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
)
