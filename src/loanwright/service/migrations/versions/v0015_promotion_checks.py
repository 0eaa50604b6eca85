"""What was checked before a model was approved."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import guard

revision = "0015"
down_revision = "0014"

RESULTS = "'passed', 'attention', 'failed', 'not_done'"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "promotion_checks",
        sa.Column(
            "transition",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("result", sa.String(10), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("transition", "name", name="pk_promotion_checks"),
        sa.CheckConstraint(f"result IN ({RESULTS})", name="ck_promotion_checks_result"),
    )
    guard(op, "promotion_checks")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("promotion_checks")
