"""What challengers thought of what was decided."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import guard

revision = "0014"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "shadow_assessments",
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("model_hash", sa.String(64), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("policy_hash", sa.String(64), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("decided_outcome", sa.String(20), nullable=False),
        sa.Column("decided_probability", sa.Double(), nullable=False),
        sa.Column("outcome", sa.String(10)),
        sa.Column("probability_of_default", sa.Double()),
        sa.Column("score", sa.Integer()),
        sa.Column("grade", sa.String(20)),
        sa.Column("detail", sa.Text()),
        sa.Column("failure", sa.String(80)),
        sa.Column("assessed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "model_hash", name="pk_shadow_assessments"),
    )
    op.create_index(
        "ix_shadow_assessments_model_hash_assessed_at",
        "shadow_assessments",
        ["model_hash", "assessed_at"],
    )
    guard(op, "shadow_assessments")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("shadow_assessments")
