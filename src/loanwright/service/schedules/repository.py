"""The SQL of schedules and their runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, or_, select, update

from loanwright.service.kit.bulk import insert_new
from loanwright.service.schedules.schemas import Kind, Run, Schedule, ScheduleState
from loanwright.service.schedules.tables import schedule_runs, schedules

_kept: Select[Any] = select(schedules).where(schedules.c.state != str(ScheduleState.REMOVED))


def insert_schedule(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a schedule."""
    connection.execute(insert(schedules), row)


def find(connection: Connection, schedule_id: str, *, lock: bool = False) -> Schedule | None:
    """Return one schedule that was not removed."""
    query = _kept.where(schedules.c.id == schedule_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _schedule(row)


def list_schedules(connection: Connection) -> list[Schedule]:
    """Return the schedules that were not removed, the oldest first."""
    return [_schedule(row) for row in connection.execute(_kept.order_by(schedules.c.id))]


def change(connection: Connection, schedule_id: str, values: Mapping[str, Any]) -> None:
    """Change a schedule."""
    statement = update(schedules).where(schedules.c.id == schedule_id)
    connection.execute(statement.values(**values, version=schedules.c.version + 1))


def list_due(connection: Connection, now: datetime, most: int) -> list[Schedule]:
    """Return the schedules whose time has come and that nobody is at."""
    query = (
        _kept.where(schedules.c.next_at <= now, _free(now))
        .order_by(schedules.c.next_at)
        .limit(most)
    )
    return [_schedule(row) for row in connection.execute(query)]


def claim(connection: Connection, due: Schedule, *, now: datetime, until: datetime) -> bool:
    """Take a time that is due until some moment; False where somebody else has it."""
    statement = (
        update(schedules)
        .where(schedules.c.id == due.id, schedules.c.next_at == due.next_at, _free(now))
        .values(lease_until=until)
    )
    return connection.execute(statement).rowcount == 1


def advance(connection: Connection, done: Schedule, next_at: datetime) -> bool:
    """Go on to the next time, unless somebody has changed or run it meanwhile."""
    statement = (
        update(schedules)
        .where(
            schedules.c.id == done.id,
            schedules.c.next_at == done.next_at,
            schedules.c.state == str(ScheduleState.ACTIVE),
        )
        .values(next_at=next_at, lease_until=None)
    )
    return connection.execute(statement).rowcount == 1


def insert_run(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Write down a run; tell whether this time was not run before."""
    return bool(insert_new(connection, schedule_runs, [row], schedule_runs.c.schedule_id))


def list_runs(connection: Connection, schedule_id: str, most: int) -> list[Run]:
    """Return the last runs of a schedule, the last first."""
    query = (
        select(schedule_runs)
        .where(schedule_runs.c.schedule_id == schedule_id)
        .order_by(schedule_runs.c.due_at.desc())
        .limit(most)
    )
    return [Run(**row._mapping) for row in connection.execute(query)]


def _free(now: datetime) -> Any:
    return or_(schedules.c.lease_until.is_(None), schedules.c.lease_until <= now)


def _schedule(row: Row[Any]) -> Schedule:
    facts = {name: row._mapping[name] for name in Schedule.__dataclass_fields__}
    return Schedule(
        **{**facts, "kind": Kind(facts["kind"]), "state": ScheduleState(facts["state"])}
    )
