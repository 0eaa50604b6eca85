"""What was expected of vintages before it happened; rows are only ever added."""

from sqlalchemy import Column, Date, Integer, String, Table, Text, UniqueConstraint

from loanwright.service.kit.database import Moment, metadata

vintage_estimates = Table(
    "vintage_estimates",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("product", String(80), nullable=False),
    Column("segment", String(40), nullable=False),
    Column("vintage", String(7), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("estimate", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("product", "segment", "vintage", "as_of"),
)
