"""What an offer costs, burdens, and when its money may go out."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "total_cost": sa.BigInteger(),
    "apr": sa.Double(),
    "psk": sa.Double(),
    "debt_burden_before": sa.Double(),
    "debt_burden_after": sa.Double(),
    "cooling_off_hours": sa.Integer(),
    "available_at": MOMENT,
}


def upgrade() -> None:
    """Add the columns; offers of before have nothing in them."""
    for name, kind in COLUMNS.items():
        op.add_column("offers", sa.Column(name, kind))


def downgrade() -> None:
    """Drop the columns."""
    for name in COLUMNS:
        op.drop_column("offers", name)
