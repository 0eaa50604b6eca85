"""Schedules: durable rows, run by one process at a time, made up for once when missed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.jobs.schemas import Job, Order
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.clock import Clock, iso
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.versions import check_version
from loanwright.service.schedules import repository
from loanwright.service.schedules.errors import KindUnavailable, ProductNeeded, ScheduleNotFound
from loanwright.service.schedules.schemas import (
    Kind,
    NewSchedule,
    Run,
    Schedule,
    ScheduleState,
)
from loanwright.service.schedules.timing import (
    ScheduleRefused,
    check_times,
    count_missed,
    next_time,
)

CALLER: Final = Actor(id="system:schedules")
PREFIX: Final = "scheduled_"
LEASE: Final = timedelta(seconds=60)
MOST_AT_ONCE: Final = 50
SHOWN: Final = 50
LONGEST_NAME: Final = 80
#: Kinds that are about one product.
OF_ONE: Final = frozenset({Kind.RETRAINING, Kind.DRIFT_REPORT})


@dataclass(frozen=True, kw_only=True)
class Schedules:
    """What is done when.

    Attributes
    ----------
    kinds
        What somebody here does; the others are refused.
    """

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    jobs: Jobs
    products: Collection[str]
    kinds: Collection[Kind]

    def add(self, actor: Actor, wanted: NewSchedule) -> Schedule:
        """Add a schedule; its first time is the next one."""
        self._check(wanted)
        schedule_id, now = self.new_id("sch"), self.clock.now()
        row = {
            "id": schedule_id,
            **wanted.to_mapping(),
            "kind": str(wanted.kind),
            "state": str(ScheduleState.ACTIVE),
            "next_at": next_time(wanted.cron, wanted.zone, after=now),
            "lease_until": None,
            "version": 1,
            "created_by": actor.id,
            "created_at": now,
        }
        with self.database.write() as connection:
            repository.insert_schedule(connection, row)
            self._record(connection, actor, "schedule.added", schedule_id, after=_told(wanted))
            return self._get(connection, schedule_id)

    def get(self, schedule_id: str) -> Schedule:
        """Return one schedule."""
        with self.database.read() as connection:
            return self._get(connection, schedule_id)

    def list_schedules(self) -> list[Schedule]:
        """Return every schedule, the oldest first."""
        with self.database.read() as connection:
            return repository.list_schedules(connection)

    def list_runs(self, schedule_id: str, *, most: int = SHOWN) -> list[tuple[Run, Job]]:
        """Return the last runs of a schedule with their jobs, the last first."""
        with self.database.read() as connection:
            self._get(connection, schedule_id)
            runs = repository.list_runs(connection, schedule_id, most)
            jobs = self.jobs.list_by_id(connection, [one.job_id for one in runs])
        return [(one, jobs[one.job_id]) for one in runs]

    def edit(
        self, actor: Actor, schedule_id: str, *, seen: int, changes: Mapping[str, Any]
    ) -> Schedule:
        """Change a schedule that was seen at a version; one that goes on makes up for nothing."""
        with self.database.write() as connection:
            before = self._get(connection, schedule_id, lock=True)
            check_version(seen, before.version)
            state = ScheduleState(changes.get("state", before.state))
            values = {**_plain(before), **changes}
            wanted = NewSchedule(
                **{name: values[name] for name in NewSchedule.__dataclass_fields__}
            )
            self._check(wanted)
            active = state is ScheduleState.ACTIVE
            upcoming = next_time(wanted.cron, wanted.zone, after=self.clock.now())
            row = {
                **wanted.to_mapping(),
                "kind": str(wanted.kind),
                "state": str(state),
                "next_at": upcoming if active else None,
                "lease_until": None,
            }
            repository.change(connection, schedule_id, row)
            self._record(
                connection,
                actor,
                "schedule.edited",
                schedule_id,
                before={**_told(before), "state": str(before.state)},
                after={**_told(wanted), "state": str(state)},
            )
            return self._get(connection, schedule_id)

    def remove(self, actor: Actor, schedule_id: str) -> None:
        """Do it no more; what was done stays on record."""
        with self.database.write() as connection:
            before = self._get(connection, schedule_id, lock=True)
            values = {"state": str(ScheduleState.REMOVED), "next_at": None}
            repository.change(connection, schedule_id, values)
            self._record(connection, actor, "schedule.removed", schedule_id, before=_told(before))

    def run_now(self, actor: Actor, schedule_id: str) -> Job:
        """Do it once now, beside its times."""
        schedule, now = self.get(schedule_id), self.clock.now()
        job = self._order(schedule, now)
        with self.database.write() as connection:
            self._write_run(connection, actor, schedule, due_at=now, job=job, missed=0)
        return job

    def remind(self) -> int:
        """Run what is due; of several processes that ask, one runs each time."""
        now = self.clock.now()
        with self.database.read() as connection:
            due = repository.list_due(connection, now, MOST_AT_ONCE)
        return sum(self._run(one, now) for one in due)

    def _run(self, due: Schedule, now: datetime) -> bool:
        if due.next_at is None:
            return False
        with self.database.write() as connection:
            if not repository.claim(connection, due, now=now, until=now + LEASE):
                return False
        # Whoever dies here has ordered it by this key: nobody orders it twice.
        job = self._order(due, due.next_at)
        upcoming = next_time(due.cron, due.zone, after=now)
        missed = count_missed(due.cron, due.zone, first=due.next_at, now=now)
        with self.database.write() as connection:
            self._write_run(connection, CALLER, due, due_at=due.next_at, job=job, missed=missed)
            return repository.advance(connection, due, upcoming)

    def _order(self, schedule: Schedule, due_at: datetime) -> Job:
        key = f"{schedule.id}:{iso(due_at)}"
        payload = {"product": schedule.product, "segment": schedule.segment, "due_at": iso(due_at)}
        return self.jobs.order(
            Order(
                kind=f"{PREFIX}{schedule.kind}",
                caller_id=CALLER.id,
                key=key,
                body_hash=key,
                payload=msgspec.json.encode(payload).decode(),
            )
        )

    def _write_run(
        self,
        connection: Connection,
        actor: Actor,
        schedule: Schedule,
        *,
        due_at: datetime,
        job: Job,
        missed: int,
    ) -> None:
        row = {
            "schedule_id": schedule.id,
            "due_at": due_at,
            "begun_at": self.clock.now(),
            "job_id": job.id,
            "missed": missed,
        }
        if repository.insert_run(connection, row):
            told = {"job": job.id, "due_at": iso(due_at), "missed": missed}
            self._record(connection, actor, "schedule.ran", schedule.id, after=told)

    def _check(self, wanted: NewSchedule) -> None:
        if not 1 <= len(wanted.name.strip()) <= LONGEST_NAME or not wanted.name.isprintable():
            raise ScheduleRefused(problem=f"its name must have 1 to {LONGEST_NAME} characters")
        if wanted.kind not in self.kinds:
            raise KindUnavailable(kind=wanted.kind, known=_listed(self.kinds))
        missing = wanted.product is None and wanted.kind in OF_ONE
        if missing or (wanted.product is not None and wanted.product not in self.products):
            raise ProductNeeded(kind=wanted.kind, known=_listed(self.products))
        check_times(wanted.cron, wanted.zone)

    def _get(self, connection: Connection, schedule_id: str, *, lock: bool = False) -> Schedule:
        found = repository.find(connection, schedule_id, lock=lock)
        if found is None:
            raise ScheduleNotFound(schedule_id=schedule_id)
        return found

    def _record(
        self, connection: Connection, actor: Actor, action: str, subject: str, **content: Any
    ) -> None:
        self.audit.record(connection, actor, [Change(action=action, subject=subject, **content)])


def _plain(schedule: Schedule) -> dict[str, Any]:
    return {name: getattr(schedule, name) for name in Schedule.__dataclass_fields__}


def _told(one: Schedule | NewSchedule) -> dict[str, Any]:
    names: Sequence[str] = tuple(NewSchedule.__dataclass_fields__)
    told = {name: getattr(one, name) for name in names}
    return {name: str(value) for name, value in told.items() if value is not None}


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(map(str, names)))
