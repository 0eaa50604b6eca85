"""What challengers thought of what was decided; nothing here is a decision."""

from sqlalchemy import Column, Double, Index, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

shadow_assessments = Table(
    "shadow_assessments",
    metadata,
    # However often a message is delivered, each model assesses a decision once.
    Column("decision_id", String(40), primary_key=True),
    Column("model_hash", String(64), primary_key=True),
    Column("applicant_id", String(40), nullable=False),
    Column("policy_hash", String(64), nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_outcome", String(20), nullable=False),
    Column("decided_probability", Double, nullable=False),
    # What follows is missing where the model failed.
    Column("outcome", String(10)),
    Column("probability_of_default", Double),
    Column("score", Integer),
    Column("grade", String(20)),
    # Contributions and reasons, sealed with the key of the person.
    Column("detail", Text),
    Column("failure", String(80)),
    Column("assessed_at", Moment, nullable=False),
    Index(None, "model_hash", "assessed_at"),
)
