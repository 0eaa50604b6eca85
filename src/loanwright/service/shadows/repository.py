"""The SQL of shadow assessments."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from loanwright.service.kit.bulk import insert_new
from loanwright.service.shadows.schemas import Tally
from loanwright.service.shadows.tables import shadow_assessments


def append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add assessments that are not there yet; return how many were new."""
    if not rows:
        return 0
    return len(insert_new(connection, shadow_assessments, rows, shadow_assessments.c.decision_id))


def list_done(connection: Connection, ids: Collection[str]) -> set[tuple[str, str]]:
    """Return which decisions were assessed by which models."""
    table = shadow_assessments
    query = select(table.c.decision_id, table.c.model_hash).where(table.c.decision_id.in_(ids))
    return {(row.decision_id, row.model_hash) for row in connection.execute(query)}


def list_last(connection: Connection, model_hash: str, most: int) -> Sequence[Row[Any]]:
    """Return what a model assessed last, without what is sealed."""
    table = shadow_assessments
    plain = [column for column in table.columns if column is not table.c.detail]
    query = select(*plain).where(table.c.model_hash == model_hash)
    return connection.execute(query.order_by(table.c.assessed_at.desc()).limit(most)).all()


def list_of_decision(connection: Connection, decision_id: str) -> Sequence[Row[Any]]:
    """Return what every model thought of a decision."""
    query = select(shadow_assessments).where(shadow_assessments.c.decision_id == decision_id)
    return connection.execute(query.order_by(shadow_assessments.c.model_hash)).all()


def tally(connection: Connection) -> list[Tally]:
    """Return how much each model assessed."""
    table = shadow_assessments
    query = (
        select(
            table.c.model_hash,
            func.count().label("assessed"),
            func.count(table.c.failure).label("failed"),
            func.min(table.c.assessed_at).label("first_at"),
            func.max(table.c.assessed_at).label("last_at"),
        )
        .group_by(table.c.model_hash)
        .order_by(table.c.model_hash)
    )
    return [Tally(**row) for row in connection.execute(query).mappings()]
