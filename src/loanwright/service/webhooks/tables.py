"""Where webhooks and what was sent to them are kept."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("old_secret_until", Moment),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("state IN ('active', 'paused', 'removed')", name="state"),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("webhook_id", String(40), ForeignKey(webhooks.c.id), nullable=False),
    Column("event", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment),
    Column("told_at", Moment, nullable=False),
    Column("answer_status", Integer),
    Column("problem", String(120)),
    Column("created_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    CheckConstraint("state IN ('waiting', 'delivered', 'dead')", name="state"),
    Index("ix_webhook_deliveries_due", "state", "next_at"),
    Index("ix_webhook_deliveries_webhook_id", "webhook_id", "created_at"),
)
