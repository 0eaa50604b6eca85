"""The SQL of models."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from loanwright.service.kit.bulk import insert_new
from loanwright.service.registry.schemas import Check, CheckResult, Model, State, Transition
from loanwright.service.registry.tables import model_transitions, models, promotion_checks

_last = (
    select(func.max(model_transitions.c.sequence).label("sequence"))
    .group_by(model_transitions.c.model_hash)
    .subquery()
)
_present = (
    select(
        models,
        model_transitions.c.state,
        model_transitions.c.at.label("since"),
        model_transitions.c.sequence,
    )
    .join(model_transitions, model_transitions.c.model_hash == models.c.hash)
    .join(_last, _last.c.sequence == model_transitions.c.sequence)
    .order_by(model_transitions.c.sequence)
)


def insert_model(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Insert a model and tell whether it was new."""
    return bool(insert_new(connection, models, [row], models.c.hash))


def insert_transitions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Append changes of state, and return their places."""
    statement = insert(model_transitions).returning(model_transitions.c.sequence)
    return [connection.execute(statement, row).scalar_one() for row in rows]


def list_models(connection: Connection, **wanted: str) -> list[Model]:
    """Return the models whose columns have these values, the last changed last."""
    statement = _present
    for name, value in wanted.items():
        column = model_transitions.c.state if name == "state" else models.c[name]
        statement = statement.where(column == value)
    rows = connection.execute(statement).mappings()
    return [Model(**{**row, "state": State(row["state"])}) for row in rows]


def list_since(connection: Connection, product: str, segment: str) -> list[Transition]:
    """Return every change of state among the models of a segment, the first one first."""
    statement = (
        select(model_transitions)
        .join(models, models.c.hash == model_transitions.c.model_hash)
        .where(models.c.product == product, models.c.segment == segment)
        .order_by(model_transitions.c.sequence)
    )
    rows = connection.execute(statement).mappings()
    return [Transition(**{**row, "state": State(row["state"])}) for row in rows]


def list_until(connection: Connection, moment: datetime) -> list[Transition]:
    """Return the changes of state of every model until a moment, the first one first."""
    statement = (
        select(model_transitions)
        .where(model_transitions.c.at <= moment)
        .order_by(model_transitions.c.sequence)
    )
    rows = connection.execute(statement).mappings()
    return [Transition(**{**row, "state": State(row["state"])}) for row in rows]


def list_transitions(connection: Connection, model_hash: str) -> list[Transition]:
    """Return every change of a model's state, the first one first."""
    statement = (
        select(model_transitions)
        .where(model_transitions.c.model_hash == model_hash)
        .order_by(model_transitions.c.sequence)
    )
    rows = connection.execute(statement).mappings()
    return [Transition(**{**row, "state": State(row["state"])}) for row in rows]


def insert_checks(connection: Connection, transition: int, checks: Sequence[Check]) -> None:
    """Append what was checked before a change of state."""
    rows = [
        {"transition": transition, "name": one.name, "result": str(one.result), "said": one.said}
        for one in checks
    ]
    if rows:
        connection.execute(insert(promotion_checks), rows)


def list_checks(connection: Connection, transitions: Sequence[int]) -> dict[int, list[Check]]:
    """Return what was checked before some changes of state."""
    query = select(promotion_checks).where(promotion_checks.c.transition.in_(transitions))
    found: dict[int, list[Check]] = {}
    for row in connection.execute(query.order_by(promotion_checks.c.name)):
        check = Check(name=row.name, result=CheckResult(row.result), said=row.said)
        found.setdefault(row.transition, []).append(check)
    return found
