"""Where models and every change of their state are kept."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

models = Table(
    "models",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("product", String(80), nullable=False),
    Column("segment", String(40), nullable=False),
    Column("family", String(40), nullable=False),
    Column("path", Text, nullable=False),
    Column("registered_at", Moment, nullable=False),
)

model_transitions = Table(
    "model_transitions",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("model_hash", ForeignKey(models.c.hash), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(120), nullable=False),
    Column("note", Text, nullable=False),
    # Who brought the model in, where somebody else had to approve the change.
    Column("proposer", String(120)),
    CheckConstraint("proposer <> by", name="second_person"),
    CheckConstraint("state IN ('candidate', 'challenger', 'champion', 'retired')", name="state"),
    sqlite_autoincrement=True,
)

promotion_checks = Table(
    "promotion_checks",
    metadata,
    # Who relied on them is the person of the transition.
    Column(
        "transition",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("name", String(60), primary_key=True),
    Column("result", String(10), nullable=False),
    Column("said", Text, nullable=False),
    CheckConstraint("result IN ('passed', 'attention', 'failed', 'not_done')", name="result"),
)
