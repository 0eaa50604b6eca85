"""The SQL of policy versions."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from loanwright.service.policies.tables import policy_versions

_last = (
    select(func.max(policy_versions.c.sequence).label("sequence"))
    .group_by(policy_versions.c.product)
    .subquery()
)


def insert_version(connection: Connection, row: Mapping[str, Any]) -> int:
    """Append a published version, and return its place."""
    statement = insert(policy_versions).returning(policy_versions.c.sequence)
    return connection.execute(statement, row).scalar_one()


def list_live(connection: Connection) -> list[Row[Any]]:
    """Return the last published version of every product."""
    statement = select(policy_versions).join(_last, _last.c.sequence == policy_versions.c.sequence)
    return list(connection.execute(statement.order_by(policy_versions.c.product)))


def find(connection: Connection, product: str, policy_hash: str) -> Row[Any] | None:
    """Return the last publication of a version, if it was published."""
    statement = (
        select(policy_versions)
        .where(policy_versions.c.product == product, policy_versions.c.hash == policy_hash)
        .order_by(policy_versions.c.sequence.desc())
        .limit(1)
    )
    return connection.execute(statement).one_or_none()
