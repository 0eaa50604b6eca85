"""The SQL of jobs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from loanwright.service.jobs.schemas import Job, State, job_of
from loanwright.service.jobs.tables import jobs
from loanwright.service.kit.database import Moment

_OPEN = (str(State.QUEUED), str(State.RUNNING))


def insert_job(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Insert a job and tell whether its key was free."""
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = kind.insert(jobs).values(**row).on_conflict_do_nothing().returning(jobs.c.id)
    return connection.execute(statement).first() is not None


def find(connection: Connection, job_id: str) -> Job | None:
    """Return the job of this id."""
    return _first(connection, jobs.c.id == job_id)


def list_by_id(connection: Connection, ids: Sequence[str]) -> list[Job]:
    """Return the jobs of these ids."""
    rows = connection.execute(select(jobs).where(jobs.c.id.in_(ids))).mappings()
    return [job_of(dict(row)) for row in rows]


def renew(connection: Connection, job: Job, *, lease_until: datetime, steps_done: int) -> bool:
    """Keep a job that takes long; tell whether it is still this attempt's."""
    statement = (
        update(jobs)
        .where(
            jobs.c.id == job.id,
            jobs.c.state == str(State.RUNNING),
            jobs.c.attempts == job.attempts,
        )
        .values(lease_until=lease_until, steps_done=steps_done)
    )
    return connection.execute(statement).rowcount == 1


def find_by_key(connection: Connection, caller_id: str, key: str) -> Job | None:
    """Return the job that this caller ordered with this key."""
    return _first(connection, jobs.c.caller_id == caller_id, jobs.c.key == key)


def _first(connection: Connection, *conditions: Any) -> Job | None:
    row = connection.execute(select(jobs).where(*conditions)).mappings().first()
    return None if row is None else job_of(dict(row))


def claim(
    connection: Connection, ids: Sequence[str], *, now: datetime, lease_until: datetime
) -> dict[str, Job]:
    """Start working on jobs; whatever is finished, or another is at work on, is left out."""
    free = or_(jobs.c.state == str(State.QUEUED), jobs.c.lease_until < now)
    statement = (
        update(jobs)
        .where(jobs.c.id.in_(ids), jobs.c.state.in_(_OPEN), free)
        .values(
            state=str(State.RUNNING),
            attempts=jobs.c.attempts + 1,
            lease_until=lease_until,
            started_at=func.coalesce(jobs.c.started_at, literal(now, Moment)),
        )
        .returning(jobs)
    )
    found = connection.execute(statement).mappings()
    return {row["id"]: job_of(dict(row)) for row in found}


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


def postpone(connection: Connection, ids: Sequence[str], *, now: datetime, until: datetime) -> None:
    """Let jobs wait that nobody is at work on, and not be found forgotten before a moment."""
    free = or_(jobs.c.lease_until.is_(None), jobs.c.lease_until < now)
    statement = (
        update(jobs)
        .where(jobs.c.id.in_(ids), jobs.c.state.in_(_OPEN), free)
        .values(state=str(State.QUEUED), lease_until=until)
    )
    connection.execute(statement)


def fill(connection: Connection, job_id: str, *, applicant_id: str, payload: str) -> None:
    """Write whom a new job is about, and what it needs."""
    values = {"applicant_id": applicant_id, "payload": payload}
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def finish(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the ends of jobs that are not finished yet; `job` is the id."""
    statement = (
        update(jobs)
        .where(jobs.c.id == bindparam("job"), jobs.c.state.in_(_OPEN))
        .values({name: bindparam(f"new_{name}") for name in rows[0] if name != "job"})
    )
    told = [
        {name if name == "job" else f"new_{name}": value for name, value in row.items()}
        for row in rows
    ]
    connection.execute(statement, told)


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


def list_before(
    connection: Connection, wanted: Mapping[str, str], *, before: int | None, most: int
) -> list[tuple[int, Job]]:
    """Return jobs before a place in the list with their places, the latest first."""
    statement = select(jobs).order_by(jobs.c.sequence.desc()).limit(most)
    for name, value in wanted.items():
        statement = statement.where(jobs.c[name] == value)
    if before is not None:
        statement = statement.where(jobs.c.sequence < before)
    rows = connection.execute(statement).mappings()
    return [(row["sequence"], job_of(dict(row))) for row in rows]


def count_unfinished(connection: Connection) -> dict[str, int]:
    """Return how many jobs are in each state but done, which is most of them."""
    wanted = [str(state) for state in State if state is not State.DONE]
    statement = (
        select(jobs.c.state, func.count()).where(jobs.c.state.in_(wanted)).group_by(jobs.c.state)
    )
    found = {row[0]: row[1] for row in connection.execute(statement)}
    return {state: found.get(state, 0) for state in wanted}


def list_of_kind(
    connection: Connection, kind: str, *, caller_id: str | None, most: int
) -> list[Job]:
    """Return the latest jobs of a kind, the latest first."""
    statement = select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.sequence.desc()).limit(most)
    if caller_id is not None:
        statement = statement.where(jobs.c.caller_id == caller_id)
    return [job_of(dict(row)) for row in connection.execute(statement).mappings()]


def count_by_state(connection: Connection) -> dict[str, int]:
    """Return how many jobs are in each state."""
    statement = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    return {row[0]: row[1] for row in connection.execute(statement)}


def clear_of(connection: Connection, applicant_ids: Collection[str]) -> None:
    """Drop what jobs about these persons needed."""
    statement = update(jobs).where(jobs.c.applicant_id.in_(applicant_ids))
    connection.execute(statement.values(payload=""))


def clear_failed(connection: Connection, before: datetime, most: int) -> int:
    """Drop what jobs needed that failed before this moment; return how many."""
    old = (
        select(jobs.c.id)
        .where(jobs.c.state == str(State.FAILED), jobs.c.finished_at < before)
        .where(jobs.c.payload != "")
        .limit(most)
    )
    statement = update(jobs).where(jobs.c.id.in_(old.scalar_subquery()))
    return connection.execute(statement.values(payload="")).rowcount
