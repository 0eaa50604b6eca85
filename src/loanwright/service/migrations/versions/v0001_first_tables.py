"""The first tables: applicants, applications, decisions, models, policies, keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "state IN ('candidate', 'challenger', 'champion', 'retired')"
TABLES = (
    "decisions",
    "idempotency_keys",
    "applications",
    "behaviours",
    "applicants",
    "model_transitions",
    "models",
    "policy_versions",
    "api_keys",
)

# LZ4 costs the server a third of its default compression; not every build has it.
QUICK_COMPRESSION = """
DO $$ BEGIN
    ALTER TABLE decisions
        ALTER COLUMN snapshot SET COMPRESSION lz4, ALTER COLUMN reply SET COMPRESSION lz4;
    ALTER TABLE applications ALTER COLUMN received SET COMPRESSION lz4;
    ALTER TABLE behaviours ALTER COLUMN features SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR syntax_error THEN
    RAISE NOTICE 'this server has no lz4';
END $$
"""


def upgrade() -> None:
    """Create the tables."""
    _create_applicants()
    _create_applications()
    _create_decisions()
    _create_models()
    _create_policies()
    _create_keys()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(QUICK_COMPRESSION)


def downgrade() -> None:
    """Drop the tables."""
    for table in TABLES:
        op.drop_table(table)


def _create_applicants() -> None:
    op.create_table(
        "applicants",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("document_hash", sa.String(64)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_applicants"),
        sa.UniqueConstraint("document_hash", name="uq_applicants_document_hash"),
    )
    op.create_table(
        "behaviours",
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_behaviours_applicant_id"
        ),
        sa.PrimaryKeyConstraint("applicant_id", "product", "version", name="pk_behaviours"),
    )


def _create_applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("segment", sa.String(40), nullable=False),
        sa.Column("caller_id", sa.String(80), nullable=False),
        sa.Column("received", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_applications_applicant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
    )
    op.create_index("ix_applications_applicant_id", "applications", ["applicant_id"])


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("sequence", SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("application_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("segment", sa.String(40), nullable=False),
        sa.Column("model_hash", sa.String(64), nullable=False),
        sa.Column("policy_hash", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("probability_of_default", sa.Double(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(20), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("code_version", sa.String(40), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name="fk_decisions_application_id"
        ),
        sa.PrimaryKeyConstraint("sequence", name="pk_decisions"),
        sa.UniqueConstraint("application_id", name="uq_decisions_application_id"),
        sa.UniqueConstraint("id", name="uq_decisions_id"),
        sqlite_autoincrement=True,
    )


def _create_models() -> None:
    op.create_table(
        "models",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("segment", sa.String(40), nullable=False),
        sa.Column("family", sa.String(40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_models"),
    )
    op.create_table(
        "model_transitions",
        sa.Column("sequence", SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("model_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(STATES, name="ck_model_transitions_state"),
        sa.ForeignKeyConstraint(
            ["model_hash"], ["models.hash"], name="fk_model_transitions_model_hash"
        ),
        sa.PrimaryKeyConstraint("sequence", name="pk_model_transitions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_model_transitions_model_hash", "model_transitions", ["model_hash"])


def _create_policies() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("sequence", SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_policy_versions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_policy_versions_product_hash", "policy_versions", ["product", "hash"])


def _create_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("hash", name="uq_api_keys_hash"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("caller_id", sa.String(80), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", "caller_id", name="pk_idempotency_keys"),
    )
