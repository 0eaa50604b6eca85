"""People: contacts, who looks after whom, names to search by, profiles."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
NEVER = "1970-01-01T00:00:00.000Z"
# SQLite can neither change a column later nor make a table anew that others refer to, so each
# column is added whole: with its default for the rows that are there, and with its rule.
COLUMNS = (
    "status VARCHAR(10) DEFAULT 'active' NOT NULL"
    " CONSTRAINT ck_applicants_status CHECK (status IN ('active', 'closed'))",
    "version INTEGER DEFAULT 1 NOT NULL",
    "manager_id VARCHAR(40)",
    "language VARCHAR(2) CONSTRAINT ck_applicants_language CHECK (language IN ('en', 'ru'))",
    "verified_how VARCHAR(20) CONSTRAINT ck_applicants_verified_how CHECK (verified_how IN"
    " ('in_person', 'video', 'digital_identity', 'document_copy', 'by_caller'))",
    "contacts TEXT",
)
MOMENTS = (
    "verified_at {moment}",
    f"updated_at {{moment}} DEFAULT '{NEVER}' NOT NULL",
    "erased_at {moment}",
)
NAMES = [text.split(" ", 1)[0] for text in (*COLUMNS, *MOMENTS)]


def upgrade() -> None:
    """Add the columns and create the tables."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    moment = "TIMESTAMP WITH TIME ZONE" if postgresql else "VARCHAR(24)"
    for column in (*COLUMNS, *MOMENTS):
        op.execute(f"ALTER TABLE applicants ADD COLUMN {column.format(moment=moment)}")
    op.execute("UPDATE applicants SET updated_at = created_at")
    op.create_index("ix_applicants_created_at", "applicants", ["created_at", "id"])
    op.create_index("ix_applicants_updated_at", "applicants", ["updated_at", "id"])
    _index_managers()
    op.add_column("behaviours", sa.Column("recorded_by", sa.String(80)))
    _create_tables()


def downgrade() -> None:
    """Drop the tables and the columns."""
    op.drop_table("profile_versions")
    op.drop_table("applicant_names")
    op.execute("ALTER TABLE behaviours DROP COLUMN recorded_by")
    for index in ("manager_id", "updated_at", "created_at"):
        op.drop_index(f"ix_applicants_{index}", "applicants")
    for name in reversed(NAMES):
        op.execute(f"ALTER TABLE applicants DROP COLUMN {name}")


def _index_managers() -> None:
    # Most applicants come by themselves and have no manager: those cost the index nothing.
    assigned = sa.text("manager_id IS NOT NULL")
    op.create_index(
        "ix_applicants_manager_id",
        "applicants",
        ["manager_id", "created_at", "id"],
        postgresql_where=assigned,
        sqlite_where=assigned,
    )


def _create_tables() -> None:
    op.create_table(
        "applicant_names",
        sa.Column("token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_applicant_names_applicant_id"
        ),
        sa.PrimaryKeyConstraint("token", "applicant_id", name="pk_applicant_names"),
    )
    op.create_index("ix_applicant_names_applicant_id", "applicant_names", ["applicant_id"])
    op.create_table(
        "profile_versions",
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_profile_versions_applicant_id"
        ),
        sa.PrimaryKeyConstraint("applicant_id", "product", "version", name="pk_profile_versions"),
    )
