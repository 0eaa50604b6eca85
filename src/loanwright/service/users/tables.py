"""Where users, their sessions and API keys are kept: hashes, never what they were made from."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

STAFF = "'manager', 'underwriter', 'analyst', 'admin'"

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("created_by", String(80)),
    Column("last_used_at", Moment),
    # The token before the last rotation, for as long as it is still good.
    Column("previous_hash", String(64)),
    Column("previous_until", Moment),
)

users = Table(
    "users",
    metadata,
    Column("id", String(40), primary_key=True),
    # Sealed by the master key; null once the person was erased.
    Column("name", Text),
    Column("email", Text),
    Column("email_hash", String(64), nullable=False, unique=True),
    Column("role", String(12), nullable=False),
    Column("status", String(10), nullable=False),
    Column("password_hash", String(255)),
    Column("subject_hash", String(64), unique=True),
    Column("applicant_id", String(40), ForeignKey("applicants.id"), unique=True),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    CheckConstraint(f"role IN ('borrower', {STAFF})", name="role"),
    CheckConstraint("status IN ('active', 'suspended')", name="status"),
    CheckConstraint("(role = 'borrower') = (applicant_id IS NOT NULL)", name="applicant"),
    Index("ix_users_created_at", "created_at", "id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("user_id", String(40), ForeignKey("users.id"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("way", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", String(20)),
    CheckConstraint("way IN ('password', 'oidc')", name="way"),
    CheckConstraint(
        "ended_by IN ('logout', 'login', 'revocation', 'suspension', 'role', 'password')",
        name="ended_by",
    ),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="end"),
)

password_tokens = Table(
    "password_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", String(40), ForeignKey("users.id"), nullable=False, index=True),
    Column("created_by", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

role_grants = Table(
    "role_grants",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("user_id", String(40), ForeignKey("users.id"), nullable=False, index=True),
    Column("role", String(12), nullable=False),
    Column("state", String(10), nullable=False),
    Column("proposer", String(40), nullable=False),
    Column("approver", String(40)),
    Column("proposed_at", Moment, nullable=False),
    Column("approved_at", Moment),
    CheckConstraint(f"role IN ({STAFF})", name="role"),
    CheckConstraint("state IN ('proposed', 'approved', 'replaced')", name="state"),
    CheckConstraint("approver <> proposer", name="second_person"),
    CheckConstraint("approver <> user_id", name="not_oneself"),
    CheckConstraint("(state = 'approved') = (approver IS NOT NULL)", name="approver"),
)

login_windows = Table(
    "login_windows",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("used", Integer, nullable=False),
)
