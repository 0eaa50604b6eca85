"""Jobs."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from loanwright.service.kit.database import Moment, metadata

jobs = Table(
    "jobs",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("id", String(40), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("caller_id", String(80), nullable=False),
    Column("key", String(255)),
    Column("body_hash", String(64), nullable=False),
    # Whose key opens the payload; without one, the payload names nobody and is plain.
    Column("applicant_id", String(40)),
    Column("payload", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("steps_done", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("result", Text),
    Column("problem", Text),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
    UniqueConstraint("caller_id", "key"),
    Index("ix_jobs_state_sequence", "state", "sequence"),
    sqlite_autoincrement=True,
)
