"""The SQL of findings on models."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from loanwright.service.inventory.schemas import FindingChange, FindingState, Severity
from loanwright.service.inventory.tables import finding_changes


def insert_change(connection: Connection, row: Mapping[str, Any]) -> int:
    """Append a change of a finding, and return its place."""
    statement = insert(finding_changes).returning(finding_changes.c.sequence)
    return connection.execute(statement, row).scalar_one()


def list_changes(connection: Connection, **wanted: str) -> Sequence[FindingChange]:
    """Return the changes whose columns have these values, the first one first."""
    statement = select(finding_changes).order_by(finding_changes.c.sequence)
    for name, value in wanted.items():
        statement = statement.where(finding_changes.c[name] == value)
    return [_change(row) for row in connection.execute(statement).mappings()]


def _change(row: Mapping[Any, Any]) -> FindingChange:
    facts = {name: value for name, value in row.items() if name != "sequence"}
    known = {"state": FindingState(row["state"]), "severity": Severity(row["severity"])}
    return FindingChange(**{**facts, **known})
