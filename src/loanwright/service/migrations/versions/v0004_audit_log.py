"""Audit log."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import (
    PASSING,
    STAYING,
    create_function,
    drop_function,
    guard,
    unguard,
)

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and guard what only grows."""
    op.create_table(
        "audit_entries",
        sa.Column("sequence", SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("request_id", sa.String(128)),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("person", sa.String(40)),
        sa.Column("before_hash", sa.String(64)),
        sa.Column("after_hash", sa.String(64)),
        sa.Column("stored", sa.Text()),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("mac", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_entries"),
        sa.UniqueConstraint("id", name="uq_audit_entries_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject"])
    _create_seals()
    create_function(op)
    for table in (*PASSING, *STAYING):
        guard(op, table)


def downgrade() -> None:
    """Drop the tables and the guards."""
    for table in (*PASSING, *STAYING):
        unguard(op, table)
    drop_function(op)
    for table in ("retention_passes", "audit_seals", "audit_entries"):
        op.drop_table(table)


def _create_seals() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("through", SEQUENCE, nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("awaited", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("leaves", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_seals"),
    )
    op.create_table(
        "retention_passes",
        sa.Column("name", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_retention_passes"),
    )
