"""Where findings on models are kept: every change is a row, and rows are only ever added."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from loanwright.service.kit.database import Moment, metadata

finding_changes = Table(
    "finding_changes",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("finding_id", String(40), nullable=False, index=True),
    Column("model_hash", String(64), ForeignKey("models.hash"), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("severity", String(6), nullable=False),
    Column("said", Text, nullable=False),
    Column("owner", String(120), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("state IN ('open', 'resolved')", name="state"),
    CheckConstraint("severity IN ('low', 'medium', 'high')", name="severity"),
    sqlite_autoincrement=True,
)
