"""Notes on applicants, and what users look for again and again."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import guard, unguard

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "notes",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(["applicant_id"], ["applicants.id"], name="fk_notes_applicant_id"),
    )
    op.create_index(
        "ix_notes_applicant_id_written_at_id", "notes", ["applicant_id", "written_at", "id"]
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(40), nullable=False),
        sa.Column("page", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("user_id", "page", "name", name="uq_saved_views_user_id_page_name"),
    )
    guard(op, "notes")


def downgrade() -> None:
    """Drop the tables."""
    unguard(op, "notes")
    op.drop_table("saved_views")
    op.drop_table("notes")
