"""Drafts of policies: frozen once submitted, published by a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
STATES = "state IN ('draft', 'submitted', 'published', 'rejected', 'discarded')"
SECOND = "state <> 'published' OR (decided_by IS NOT NULL AND lower(decided_by) <> lower(author))"
SUBMITTED = "state IN ('draft', 'discarded') OR (submitted_at IS NOT NULL AND checks IS NOT NULL)"
FUNCTION = "loanwright_policy_drafts"

BORN = "NEW.state NOT IN ('draft', 'submitted')"
#: What ended stays; who wrote it never changes; what was submitted is published or rejected as it
#: is; what was not submitted is neither.
CHANGED = """
    OLD.state IN ('published', 'rejected', 'discarded')
    OR NEW.id <> OLD.id OR NEW.author <> OLD.author OR NEW.product <> OLD.product
    OR NEW.origin <> OLD.origin OR NEW.created_at <> OLD.created_at
    OR (OLD.state = 'draft' AND NEW.state IN ('published', 'rejected'))
    OR (OLD.state = 'submitted' AND (
        NEW.state NOT IN ('published', 'rejected')
        OR NEW.document <> OLD.document OR NEW.hash <> OLD.hash OR NEW.note <> OLD.note
        OR NEW.checks <> OLD.checks OR NEW.submitted_at <> OLD.submitted_at
        OR COALESCE(NEW.base_hash, '') <> COALESCE(OLD.base_hash, '')
    ))
"""
MESSAGES = {
    "INSERT": "a policy begins as a draft",
    "UPDATE": "what was submitted is published or rejected as it is",
    "DELETE": "policy_drafts only grows",
}


def upgrade() -> None:
    """Create the table and what keeps its rows."""
    op.create_table(
        "policy_drafts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("base_hash", sa.String(64)),
        sa.Column("submitted_at", MOMENT),
        sa.Column("checks", sa.Text()),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.String(120)),
        sa.Column("reason", sa.Text()),
        sa.Column("published_as", sa.BigInteger()),
        *_constraints(),
    )
    op.create_index(
        "ix_policy_drafts_product_created_at", "policy_drafts", ["product", "created_at"]
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    (_guard_postgresql if postgresql else _guard_sqlite)()


def downgrade() -> None:
    """Drop the table and what keeps its rows."""
    op.drop_table("policy_drafts")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {FUNCTION}()")


def _constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(STATES, name="ck_policy_drafts_state"),
        sa.CheckConstraint("origin IN ('written', 'rollback')", name="ck_policy_drafts_origin"),
        sa.CheckConstraint(SECOND, name="ck_policy_drafts_second_person"),
        sa.CheckConstraint(
            "(state = 'published') = (published_as IS NOT NULL)",
            name="ck_policy_drafts_published_as",
        ),
        sa.CheckConstraint(
            "state <> 'rejected' OR reason IS NOT NULL", name="ck_policy_drafts_reason"
        ),
        sa.CheckConstraint(SUBMITTED, name="ck_policy_drafts_submitted"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_drafts"),
        sa.UniqueConstraint("published_as", name="uq_policy_drafts_published_as"),
    )


def _guard_sqlite() -> None:
    conditions = {"INSERT": f"WHEN {BORN} ", "UPDATE": f"WHEN {CHANGED} ", "DELETE": ""}
    for what, condition in conditions.items():
        op.execute(
            f"CREATE TRIGGER guard_policy_drafts_{what.lower()} BEFORE {what} ON policy_drafts "
            f"{condition}BEGIN SELECT RAISE(ABORT, '{MESSAGES[what]}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN IF {BORN} THEN RAISE EXCEPTION '{MESSAGES['INSERT']}'; END IF; "
        f"RETURN NEW; END IF; "
        f"IF TG_OP = 'UPDATE' THEN IF {CHANGED} THEN RAISE EXCEPTION '{MESSAGES['UPDATE']}'; "
        f"END IF; RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{MESSAGES['DELETE']}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER guard_policy_drafts_rows BEFORE INSERT OR UPDATE OR DELETE "
        f"ON policy_drafts FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()"
    )
    op.execute(
        "CREATE TRIGGER guard_policy_drafts_truncate BEFORE TRUNCATE ON policy_drafts "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
    )
