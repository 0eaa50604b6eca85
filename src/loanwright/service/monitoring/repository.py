"""The SQL of what was expected of vintages."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from loanwright.service.kit.bulk import insert_new
from loanwright.service.monitoring.tables import vintage_estimates


def insert_estimates(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep what is expected today; of two who do so on one day, one succeeds."""
    found = insert_new(connection, vintage_estimates, rows, vintage_estimates.c.id) if rows else ()
    return len(found)


def list_first_estimates(connection: Connection, product: str, segment: str) -> dict[str, Row[Any]]:
    """Return what was first expected of each vintage."""
    first = (
        select(vintage_estimates.c.vintage, func.min(vintage_estimates.c.as_of).label("as_of"))
        .where(vintage_estimates.c.product == product, vintage_estimates.c.segment == segment)
        .group_by(vintage_estimates.c.vintage)
        .subquery()
    )
    query = (
        select(vintage_estimates)
        .join(
            first,
            (first.c.vintage == vintage_estimates.c.vintage)
            & (first.c.as_of == vintage_estimates.c.as_of),
        )
        .where(vintage_estimates.c.product == product, vintage_estimates.c.segment == segment)
    )
    return {row.vintage: row for row in connection.execute(query)}
