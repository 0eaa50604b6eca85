"""The SQL of jobs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from loanwright.service.jobs.schemas import Job, State, job_of
from loanwright.service.jobs.tables import jobs

_OPEN = (str(State.QUEUED), str(State.RUNNING))


def insert_job(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Insert a job and tell whether its key was free."""
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = kind.insert(jobs).values(**row).on_conflict_do_nothing().returning(jobs.c.id)
    return connection.execute(statement).first() is not None


def find(connection: Connection, job_id: str) -> Job | None:
    """Return the job of this id."""
    return _first(connection, jobs.c.id == job_id)


def find_by_key(connection: Connection, caller_id: str, key: str) -> Job | None:
    """Return the job that this caller ordered with this key."""
    return _first(connection, jobs.c.caller_id == caller_id, jobs.c.key == key)


def _first(connection: Connection, *conditions: Any) -> Job | None:
    row = connection.execute(select(jobs).where(*conditions)).mappings().first()
    return None if row is None else job_of(dict(row))


def claim(
    connection: Connection, job_id: str, *, now: datetime, lease_until: datetime
) -> Job | None:
    """Start working on a job, or return None where it is finished or another is at work."""
    free = or_(jobs.c.state == str(State.QUEUED), jobs.c.lease_until < now)
    statement = (
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.in_(_OPEN), free)
        .values(
            state=str(State.RUNNING),
            attempts=jobs.c.attempts + 1,
            lease_until=lease_until,
            started_at=func.coalesce(jobs.c.started_at, now),
        )
        .returning(jobs)
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else job_of(dict(row))


def list_open(connection: Connection, most: int) -> list[str]:
    """Return the ids of jobs that have not ended, the oldest first."""
    statement = (
        select(jobs.c.id).where(jobs.c.state.in_(_OPEN)).order_by(jobs.c.sequence).limit(most)
    )
    return list(connection.execute(statement).scalars())


def list_forgotten(
    connection: Connection, *, now: datetime, before: datetime, most: int
) -> list[str]:
    """Return the ids of jobs whose worker has died, or of which nobody was told since then."""
    never_told = and_(jobs.c.lease_until.is_(None), jobs.c.created_at < before)
    statement = (
        select(jobs.c.id)
        .where(jobs.c.state.in_(_OPEN), or_(jobs.c.lease_until < now, never_told))
        .order_by(jobs.c.sequence)
        .limit(most)
    )
    return list(connection.execute(statement).scalars())


def postpone(connection: Connection, ids: Sequence[str], until: datetime) -> None:
    """Let waiting jobs not be found forgotten before this moment."""
    statement = (
        update(jobs)
        .where(jobs.c.id.in_(ids), jobs.c.state == str(State.QUEUED))
        .values(lease_until=until)
    )
    connection.execute(statement)


def finish(connection: Connection, job_id: str, values: Mapping[str, Any]) -> bool:
    """Write the end of a job that is not finished yet; tell whether this was it."""
    statement = update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(_OPEN)).values(**values)
    return connection.execute(statement).rowcount == 1


def release(connection: Connection, job_id: str, attempts: int) -> None:
    """Let another worker take a job that is running."""
    statement = (
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == str(State.RUNNING))
        .values(state=str(State.QUEUED), lease_until=None, attempts=attempts)
    )
    connection.execute(statement)


def requeue(connection: Connection, job_id: str) -> bool:
    """Let a failed job begin anew; tell whether it was one."""
    statement = (
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == str(State.FAILED))
        .values(
            state=str(State.QUEUED),
            attempts=0,
            problem=None,
            lease_until=None,
            started_at=None,
            finished_at=None,
            steps_done=0,
        )
    )
    return connection.execute(statement).rowcount == 1


def list_jobs(connection: Connection, state: State | None, most: int) -> list[Job]:
    """Return the latest jobs, the latest first."""
    statement = select(jobs).order_by(jobs.c.sequence.desc()).limit(most)
    if state is not None:
        statement = statement.where(jobs.c.state == str(state))
    return [job_of(dict(row)) for row in connection.execute(statement).mappings()]


def count_by_state(connection: Connection) -> dict[str, int]:
    """Return how many jobs are in each state."""
    statement = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    return {row[0]: row[1] for row in connection.execute(statement)}
