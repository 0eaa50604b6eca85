"""Users and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
STAFF = "'manager', 'underwriter', 'analyst', 'admin'"
ENDS = "'logout', 'login', 'revocation', 'suspension', 'role', 'password'"
KEY_COLUMNS = (
    ("created_by", sa.String(80)),
    ("last_used_at", MOMENT),
    ("previous_hash", sa.String(64)),
    ("previous_until", MOMENT),
)
# Written as SQL: SQLite adds and drops a column together with its own constraint.
SECOND_PERSON = (
    "ALTER TABLE model_transitions ADD COLUMN proposer VARCHAR(120) "
    "CONSTRAINT ck_model_transitions_second_person CHECK (proposer <> by)"
)


def upgrade() -> None:
    """Create the tables."""
    _create_users()
    _create_sessions()
    _create_password_tokens()
    _create_role_grants()
    op.create_table(
        "login_windows",
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_login_windows"),
    )
    for name, kind in KEY_COLUMNS:
        op.add_column("api_keys", sa.Column(name, kind))
    op.execute(SECOND_PERSON)


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("email_hash", sa.String(64), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("subject_hash", sa.String(64)),
        sa.Column("applicant_id", sa.String(40)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint(f"role IN ('borrower', {STAFF})", name="ck_users_role"),
        sa.CheckConstraint("status IN ('active', 'suspended')", name="ck_users_status"),
        sa.CheckConstraint(
            "(role = 'borrower') = (applicant_id IS NOT NULL)", name="ck_users_applicant"
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_users_applicant_id_applicants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_hash", name="uq_users_email_hash"),
        sa.UniqueConstraint("subject_hash", name="uq_users_subject_hash"),
        sa.UniqueConstraint("applicant_id", name="uq_users_applicant_id"),
    )
    op.create_index("ix_users_created_at", "users", ["created_at", "id"])


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(40), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.String(20)),
        sa.CheckConstraint("way IN ('password', 'oidc')", name="ck_sessions_way"),
        sa.CheckConstraint(f"ended_by IN ({ENDS})", name="ck_sessions_ended_by"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_sessions_end"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])


def _create_password_tokens() -> None:
    op.create_table(
        "password_tokens",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(40), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_password_tokens_user_id_users"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_tokens"),
    )
    op.create_index("ix_password_tokens_user_id", "password_tokens", ["user_id"])


def _create_role_grants() -> None:
    op.create_table(
        "role_grants",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(40), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("proposer", sa.String(40), nullable=False),
        sa.Column("approver", sa.String(40)),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("approved_at", MOMENT),
        sa.CheckConstraint(f"role IN ({STAFF})", name="ck_role_grants_role"),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'replaced')", name="ck_role_grants_state"
        ),
        sa.CheckConstraint("approver <> proposer", name="ck_role_grants_second_person"),
        sa.CheckConstraint("approver <> user_id", name="ck_role_grants_not_oneself"),
        sa.CheckConstraint(
            "(state = 'approved') = (approver IS NOT NULL)", name="ck_role_grants_approver"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_role_grants_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grants"),
    )
    op.create_index("ix_role_grants_user_id", "role_grants", ["user_id"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_column("model_transitions", "proposer")
    for name, _ in reversed(KEY_COLUMNS):
        op.drop_column("api_keys", name)
    for table in ("login_windows", "role_grants", "password_tokens", "sessions", "users"):
        op.drop_table(table)
