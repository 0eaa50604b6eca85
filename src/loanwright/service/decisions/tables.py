"""Where decisions are kept; rows are only ever added."""

from sqlalchemy import (
    BigInteger,
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

decisions = Table(
    "decisions",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("id", String(40), nullable=False, unique=True),
    Column(
        "application_id", String(40), ForeignKey("applications.id"), nullable=False, unique=True
    ),
    # Whose key opens the snapshot and the reply; the application has the foreign key.
    Column("applicant_id", String(40), nullable=False, server_default=text("''"), index=True),
    Column("product", String(80), nullable=False),
    Column("segment", String(40), nullable=False),
    # No foreign key: every transaction would lock the one row of the champion.
    Column("model_hash", String(64), nullable=False),
    Column("policy_hash", String(64), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("probability_of_default", Double, nullable=False),
    Column("score", Integer, nullable=False),
    Column("grade", String(20), nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("code_version", String(40), nullable=False),
    Column("decided_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

_FILTERED = ("applicant_id", "outcome", "grade")

# Told anew by every decision: lists of people are sorted by it without reading all decisions.
last_decisions = Table(
    "last_decisions",
    metadata,
    Column("applicant_id", String(40), primary_key=True),
    # Empty for the last one of all products.
    Column("product", String(80), primary_key=True),
    Column("decision_id", String(40), nullable=False),
    # What stands: a person's word, where one has overridden it.
    Column("outcome", String(10), nullable=False),
    Column("overridden", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    Column("grade", String(20), nullable=False),
    Column("decided_at", Moment, nullable=False),
    # With all that is filtered by, so that a rare answer is found in the index alone.
    Index("ix_last_decisions_decided_at", "product", "decided_at", *_FILTERED),
    Index("ix_last_decisions_score", "product", "score", *_FILTERED),
)
