"""Where schedules and their runs are kept."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from loanwright.service.kit.database import Moment, metadata

schedules = Table(
    "schedules",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("cron", String(100), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("product", String(80)),
    Column("segment", String(40)),
    Column("state", String(10), nullable=False),
    Column("next_at", Moment),
    Column("lease_until", Moment),
    Column("version", Integer, nullable=False),
    Column("created_by", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("state IN ('active', 'paused', 'removed')", name="state"),
    CheckConstraint("(state = 'active') = (next_at IS NOT NULL)", name="due"),
    CheckConstraint(
        "kind IN ('monitoring', 'monitoring_report', 'drift_report', 'retraining')", name="kind"
    ),
    Index(None, "next_at"),
)

schedule_runs = Table(
    "schedule_runs",
    metadata,
    Column("schedule_id", String(40), ForeignKey(schedules.c.id), primary_key=True),
    # Of two who would run one time, one succeeds.
    Column("due_at", Moment, primary_key=True),
    Column("begun_at", Moment, nullable=False),
    Column("job_id", String(40), ForeignKey("jobs.id"), nullable=False),
    Column("missed", Integer, nullable=False),
)
