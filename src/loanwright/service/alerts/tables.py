"""Where rules, readings, alerts and the mails about them are kept."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from loanwright.service.kit.database import Moment, metadata

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("document", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("looked_at", Moment),
    Column("problem", String(80)),
    CheckConstraint("state IN ('active', 'paused', 'removed')", name="state"),
)

LIVE = text("state IN ('open', 'acknowledged')")

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("rule_id", String(40), ForeignKey(alert_rules.c.id), nullable=False),
    Column("name", String(80), nullable=False),
    Column("figure", String(40), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("product", String(80)),
    Column("segment", String(40)),
    Column("feature", String(80)),
    Column("beyond", String(5), nullable=False),
    Column("threshold", Double, nullable=False),
    Column("value", Double, nullable=False),
    Column("chunk", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("acknowledged_by", String(80)),
    Column("acknowledged_at", Moment),
    Column("note", Text),
    Column("resolved_at", Moment),
    CheckConstraint("state IN ('open', 'acknowledged', 'resolved')", name="state"),
    CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
    # However many processes look at one moment, a rule has one alert at a time.
    Index("uq_alerts_live", "rule_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    Index(None, "raised_at", "id"),
)

alert_readings = Table(
    "alert_readings",
    metadata,
    Column("rule_id", String(40), ForeignKey(alert_rules.c.id), primary_key=True),
    Column("chunk", String(20), primary_key=True),
    Column("value", Double, nullable=False),
    Column("read_at", Moment, nullable=False),
)

alert_mails = Table(
    "alert_mails",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("alert_id", String(40), ForeignKey(alerts.c.id), nullable=False),
    Column("occasion", String(10), nullable=False),
    Column("address", String(330), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="state"),
    CheckConstraint("occasion IN ('raised', 'resolved')", name="occasion"),
    Index(None, "state", "next_at"),
)
