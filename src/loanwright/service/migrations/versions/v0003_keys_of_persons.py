"""The keys of persons."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("wrapped", sa.String(120)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("destroyed_at", MOMENT),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_keys"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("person_keys")
