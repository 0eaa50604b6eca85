"""The last decision on each applicant, by product and of all: lists of people are sorted by it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
#: Of each person, or of each person and product, the last decision and the word that stands.
LAST = """
INSERT INTO last_decisions
    (applicant_id, product, decision_id, outcome, overridden, score, grade, decided_at)
SELECT d.applicant_id, {product}, d.id, COALESCE(o.outcome, d.outcome),
    CASE WHEN o.outcome IS NULL THEN 0 ELSE 1 END, d.score, d.grade, d.decided_at
FROM (
    SELECT decisions.*, ROW_NUMBER() OVER (
        PARTITION BY {group} ORDER BY decided_at DESC, id DESC) AS place
    FROM decisions WHERE applicant_id <> '') AS d
LEFT JOIN (
    SELECT overrides.*, ROW_NUMBER() OVER (
        PARTITION BY decision_id ORDER BY made_at DESC, id DESC) AS place
    FROM overrides) AS o ON o.decision_id = d.id AND o.place = 1
WHERE d.place = 1
"""


def upgrade() -> None:
    """Create the table, and tell it of what was decided so far."""
    op.create_table(
        "last_decisions",
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("overridden", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(20), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("applicant_id", "product", name="pk_last_decisions"),
    )
    for column in ("decided_at", "score"):
        columns = ["product", column, "applicant_id", "outcome", "grade"]
        op.create_index(f"ix_last_decisions_{column}", "last_decisions", columns)
    op.execute(LAST.format(product="''", group="applicant_id"))
    op.execute(LAST.format(product="d.product", group="applicant_id, product"))


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("last_decisions")
