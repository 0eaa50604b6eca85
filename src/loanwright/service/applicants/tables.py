"""Where applicants, what they are called and what is known of them are kept."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from loanwright.service.kit.database import Moment, metadata

ASSIGNED = text("manager_id IS NOT NULL")
HOW = "'in_person', 'video', 'digital_identity', 'document_copy', 'by_caller'"
NEVER = text("'1970-01-01T00:00:00.000Z'")

applicants = Table(
    "applicants",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("document_hash", String(64), unique=True),
    Column("created_at", Moment, nullable=False),
    Column("status", String(10), nullable=False, server_default=text("'active'")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    # No foreign key: SQLite could not go back a step. Assigning locks the manager's own row.
    Column("manager_id", String(40)),
    Column("language", String(2)),
    Column("verified_how", String(20)),
    Column("contacts", Text),
    Column("verified_at", Moment),
    Column("updated_at", Moment, nullable=False, server_default=NEVER),
    Column("erased_at", Moment),
    CheckConstraint("status IN ('active', 'closed')", name="status"),
    CheckConstraint("language IN ('en', 'ru')", name="language"),
    CheckConstraint(f"verified_how IN ({HOW})", name="verified_how"),
    Index("ix_applicants_created_at", "created_at", "id"),
    Index("ix_applicants_updated_at", "updated_at", "id"),
    Index(
        "ix_applicants_manager_id",
        "manager_id",
        "created_at",
        "id",
        postgresql_where=ASSIGNED,
        sqlite_where=ASSIGNED,
    ),
)

applicant_names = Table(
    "applicant_names",
    metadata,
    # A keyed hash of the beginning of a word of the name.
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("applicant_id", ForeignKey(applicants.c.id), primary_key=True, index=True),
)

behaviours = Table(
    "behaviours",
    metadata,
    Column("applicant_id", ForeignKey(applicants.c.id), primary_key=True),
    Column("product", String(80), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("features", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", String(80)),
)

profile_versions = Table(
    "profile_versions",
    metadata,
    Column("applicant_id", ForeignKey(applicants.c.id), primary_key=True),
    Column("product", String(80), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # Sealed with the person's key.
    Column("features", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", String(80), nullable=False),
)
