"""What was said of the ends of accounts, kept; what was expected of vintages before it happened."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import guard, unguard

revision = "0022"
down_revision = "0021"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
UNIQUE = ("product", "segment", "vintage", "as_of")
# When it was said is not known of those; it counts from the day on which they ended anyhow.
KNOWN = """
INSERT INTO account_endings (account_id, version, status, ended_on, recorded_at)
SELECT id, version, status, ended_on, opened_at FROM accounts WHERE status <> 'open'
"""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "account_endings",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(status = 'open') = (ended_on IS NULL)", name="ck_account_endings_ended"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_endings_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "version", name="pk_account_endings"),
    )
    op.execute(KNOWN)
    op.create_table(
        "vintage_estimates",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("segment", sa.String(40), nullable=False),
        sa.Column("vintage", sa.String(7), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("estimate", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vintage_estimates"),
        sa.UniqueConstraint(
            "product",
            "segment",
            "vintage",
            "as_of",
            name="uq_vintage_estimates_product_segment_vintage_as_of",
        ),
    )
    guard(op, "vintage_estimates")


def downgrade() -> None:
    """Drop the tables."""
    unguard(op, "vintage_estimates")
    op.drop_table("vintage_estimates")
    op.drop_table("account_endings")
