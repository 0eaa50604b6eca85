"""Where unfinished questionnaires are kept."""

from sqlalchemy import Column, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

questionnaires = Table(
    "questionnaires",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("product", String(80), primary_key=True),
    Column("answers", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
