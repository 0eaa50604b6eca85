"""Where saved views are kept."""

from sqlalchemy import Column, String, Table, Text, UniqueConstraint

from loanwright.service.kit.database import Moment, metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("user_id", String(40), nullable=False),
    Column("page", String(40), nullable=False),
    Column("name", String(60), nullable=False),
    # Filters and sort as JSON; what leads to a person is not among them.
    Column("asked", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    UniqueConstraint("user_id", "page", "name"),
)
