"""Which caller has used which idempotency key, and for what."""

from sqlalchemy import Column, String, Table

from loanwright.service.kit.database import Moment, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    # The key comes first: it alone leads the index to one row, whatever the planner knows.
    Column("key", String(255), primary_key=True),
    Column("caller_id", String(80), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("decision_id", String(40), nullable=False),
    Column("created_at", Moment, nullable=False, index=True),
)
