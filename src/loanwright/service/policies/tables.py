"""Where policies are kept: drafts, and what was published; the last one of a product is live."""

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

policy_versions = Table(
    "policy_versions",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("hash", String(64), nullable=False),
    Column("product", String(80), nullable=False),
    Column("document", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", String(120), nullable=False),
    Index(None, "product", "hash"),
    sqlite_autoincrement=True,
)

#: Triggers besides keep what was submitted as it was; see migrations/policy_guards.py.
policy_drafts = Table(
    "policy_drafts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("product", String(80), nullable=False),
    Column("origin", String(10), nullable=False),
    Column("document", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("author", String(120), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    # What was live when it was submitted: whoever publishes it has compared it with that.
    Column("base_hash", String(64)),
    Column("submitted_at", Moment),
    Column("checks", Text),
    Column("decided_at", Moment),
    Column("decided_by", String(120)),
    Column("reason", Text),
    # The row of policy_versions that it became.
    Column("published_as", BigInteger),
    CheckConstraint(
        "state IN ('draft', 'submitted', 'published', 'rejected', 'discarded')", name="state"
    ),
    CheckConstraint("origin IN ('written', 'rollback')", name="origin"),
    CheckConstraint(
        "state <> 'published' OR (decided_by IS NOT NULL AND lower(decided_by) <> lower(author))",
        name="second_person",
    ),
    CheckConstraint("(state = 'published') = (published_as IS NOT NULL)", name="published_as"),
    CheckConstraint("state <> 'rejected' OR reason IS NOT NULL", name="reason"),
    CheckConstraint(
        "state IN ('draft', 'discarded') OR (submitted_at IS NOT NULL AND checks IS NOT NULL)",
        name="submitted",
    ),
    UniqueConstraint("published_as"),
    Index("ix_policy_drafts_product_created_at", "product", "created_at"),
)
