"""What was found wrong with models, and every change of it."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import guard, unguard

revision = "0018"
down_revision = "0017"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "finding_changes",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("finding_id", sa.String(40), nullable=False),
        sa.Column("model_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("severity", sa.String(6), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_finding_changes"),
        sa.ForeignKeyConstraint(
            ["model_hash"], ["models.hash"], name="fk_finding_changes_model_hash"
        ),
        sa.CheckConstraint("state IN ('open', 'resolved')", name="ck_finding_changes_state"),
        sa.CheckConstraint(
            "severity IN ('low', 'medium', 'high')", name="ck_finding_changes_severity"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_finding_changes_finding_id", "finding_changes", ["finding_id"])
    op.create_index("ix_finding_changes_model_hash", "finding_changes", ["model_hash"])
    guard(op, "finding_changes")


def downgrade() -> None:
    """Drop the table."""
    unguard(op, "finding_changes")
    op.drop_table("finding_changes")
