"""Scorecards whose bins are being changed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "benches",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("model_hash", sa.String(64), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("job_id", sa.String(40), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(80), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_benches"),
        sa.ForeignKeyConstraint(["model_hash"], ["models.hash"], name="fk_benches_model_hash"),
    )
    op.create_index("ix_benches_opened_at_id", "benches", ["opened_at", "id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("benches")
