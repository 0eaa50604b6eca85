"""Jobs: ordered once, worked on until they end, however often workers die."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from enum import Enum
from itertools import groupby
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from loanwright.errors import Conflict, LoanwrightError, NotFound, Unavailable
from loanwright.service.audit.schemas import COMMAND_LINE, Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.jobs import repository
from loanwright.service.jobs.schemas import Job, Order, Outcome, State
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page, read_cursor, write_cursor
from loanwright.service.kit.problem import problem_of
from loanwright.service.kit.together import Together
from loanwright.service.messaging.outbox import Outbox
from loanwright.service.privacy.keys import Key
from loanwright.service.privacy.vault import PersonErased, Vault

TOPIC: Final = "jobs"
LEASE: Final = timedelta(seconds=10)
MOST_ATTEMPTS: Final = 10
FORGOTTEN_AFTER: Final = timedelta(seconds=60)
MOST_AT_ONCE: Final = 500
MOST_OPEN: Final = 100_000
PAYLOAD_KEPT: Final = timedelta(days=30)

Handler: TypeAlias = Callable[[Job], Outcome]
#: Names the person a job is about, with the key of that person, inside the job's transaction.
Owner: TypeAlias = Callable[[Connection], tuple[str, Key]]


class JobNotFound(NotFound):
    """There is no job {job_id}."""


class JobNotFailed(Conflict):
    """The job {job_id} is {state}; only a failed one can be driven anew."""


class GaveUp(Conflict):
    """The work was begun {attempts} times and never ended."""


class Progress(Enum):
    """What became of a job that a worker was told about."""

    ENDED = "ended"
    BUSY = "busy"
    UNKNOWN = "unknown"


class Jobs:
    """The jobs; each is a row, and messages carry its id alone."""

    def __init__(
        self, *, database: Database, vault: Vault, clock: Clock, new_id: Ids, audit: Audit
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._audit = audit
        self._new_id = new_id
        self._outbox = Outbox(database=database, clock=clock)
        self._claim_together = Together[str, Job | None](self._claim_all)
        self._key_together = Together[str, Key | None](self._keys_of)
        self._finish_together = Together[Mapping[str, Any], None](self._finish_all)

    @property
    def outbox(self) -> Outbox:
        """Return where the messages about jobs wait."""
        return self._outbox

    def order(self, order: Order, *, owner: Owner | None = None) -> Job:
        """Accept a job, or return the one that the same caller ordered with the same key.

        Where it has an owner, its payload is sealed by the key of that person.
        """
        job_id, now = self._new_id("job"), self._clock.now()
        row = {
            "id": job_id,
            "kind": order.kind,
            "caller_id": order.caller_id,
            "key": order.key,
            "body_hash": order.body_hash,
            "payload": "" if owner else order.payload,
            "state": str(State.QUEUED),
            "steps_done": 0,
            "steps": order.steps,
            "attempts": 0,
            "created_at": now,
        }
        with self._database.write() as connection:
            if repository.insert_job(connection, row):
                if owner is not None:
                    person_id, key = owner(connection)
                    sealed = key.seal(order.payload, place=_place(job_id))
                    repository.fill(connection, job_id, applicant_id=person_id, payload=sealed)
                self._outbox.put(connection, TOPIC, [job_id])
                found = repository.find(connection, job_id)
            else:
                found = repository.find_by_key(connection, order.caller_id, str(order.key))
        if found is None:
            raise JobNotFound(job_id=job_id)
        return found

    def payload_of(self, job: Job) -> str:
        """Return what a job needs, or raise `PersonErased`."""
        if job.applicant_id is None:
            return job.payload
        key = self._key_together(job.applicant_id)
        if key is None:
            raise PersonErased(person_id=job.applicant_id)
        return key.open(job.payload, place=_place(job.id))

    def get(self, job_id: str) -> Job:
        """Return one job."""
        with self._database.read() as connection:
            found = repository.find(connection, job_id)
        if found is None:
            raise JobNotFound(job_id=job_id)
        return found

    def list_by_id(self, connection: Connection, ids: Sequence[str]) -> dict[str, Job]:
        """Return the jobs of these ids, inside a transaction."""
        return {job.id: job for job in repository.list_by_id(connection, ids)}

    def renew(self, job: Job, *, steps_done: int) -> bool:
        """Keep a job that takes longer than its lease; False where another has taken it."""
        until = self._clock.now() + LEASE
        with self._database.write() as connection:
            return repository.renew(connection, job, lease_until=until, steps_done=steps_done)

    def list_of_kind(self, kind: str, *, caller_id: str | None, most: int) -> list[Job]:
        """Return the latest jobs of a kind, the latest first: of one caller, or of all."""
        with self._database.read() as connection:
            return repository.list_of_kind(connection, kind, caller_id=caller_id, most=most)

    def list_jobs(self, state: State | None = None, *, most: int = 100) -> list[Job]:
        """Return the latest jobs, the latest first."""
        with self._database.read() as connection:
            return repository.list_jobs(connection, state, most)

    def list_page(
        self,
        *,
        state: State | None = None,
        kind: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Job]:
        """Return one page of the jobs of all callers, the newest first."""
        size = max(1, min(limit, MAXIMUM_PAGE))
        before = None if cursor is None else read_cursor(cursor)
        asked = {"state": None if state is None else str(state), "kind": kind}
        wanted = {name: value for name, value in asked.items() if value is not None}
        with self._database.read() as connection:
            found = repository.list_before(connection, wanted, before=before, most=size + 1)
        items, more = found[:size], len(found) > size
        following = write_cursor(items[-1][0]) if more else None
        return Page(items=[job for _, job in items], next_cursor=following)

    def count_by_state(self) -> dict[str, int]:
        """Return how many jobs are in each state that any job is in."""
        with self._database.read() as connection:
            return repository.count_by_state(connection)

    def count_unfinished(self) -> dict[str, int]:
        """Return how many jobs are in each state but done."""
        with self._database.read() as connection:
            return repository.count_unfinished(connection)

    def redrive(self, job_id: str, *, actor: Actor = COMMAND_LINE) -> Job:
        """Let a failed job begin anew."""
        with self._database.write() as connection:
            driven = repository.requeue(connection, job_id)
            if driven:
                self._outbox.put(connection, TOPIC, [job_id])
                change = Change(action="job.redriven", subject=job_id)
                self._audit.record(connection, actor, [change])
        job = self.get(job_id)
        if not driven:
            raise JobNotFailed(job_id=job_id, state=job.state)
        return job

    def remind(self) -> int:
        """Announce again the jobs of dead workers, and those of which nobody was told lately."""
        now = self._clock.now()
        with self._database.write() as connection:
            ids = repository.list_forgotten(
                connection, now=now, before=now - FORGOTTEN_AFTER, most=MOST_AT_ONCE
            )
            if ids:
                repository.postpone(connection, ids, now=now, until=now + FORGOTTEN_AFTER)
                self._outbox.put(connection, TOPIC, ids)
        return len(ids)

    def announce(self) -> int:
        """Announce again every job that has not ended: whoever was told of it is gone."""
        with self._database.write() as connection:
            ids = repository.list_open(connection, MOST_OPEN)
            self._outbox.put(connection, TOPIC, ids)
        return len(ids)

    def forget(self, connection: Connection, applicant_ids: Collection[str]) -> None:
        """Drop what jobs about erased persons needed; those that wait will fail."""
        repository.clear_of(connection, applicant_ids)

    def prune(self, connection: Connection, now: datetime) -> int:
        """Drop what failed jobs needed a month ago: nobody drives them anew any more."""
        return repository.clear_failed(connection, now - PAYLOAD_KEPT, MOST_AT_ONCE)

    def claim(self, job_id: str) -> Job | None:
        """Start working on a job; None where another worker is at it, or it has ended."""
        return self._claim_together(job_id)

    def finish(self, job: Job, outcome: Outcome) -> None:
        """Write the end of a job; what it needed goes once it is done."""
        done = {"payload": ""} if outcome.state is State.DONE else {}
        row = {
            "job": job.id,
            **done,
            "state": str(outcome.state),
            "result": outcome.result,
            "problem": outcome.problem,
            "steps_done": job.steps if outcome.state is State.DONE else job.steps_done,
            "lease_until": None,
            "finished_at": self._clock.now(),
        }
        self._finish_together(row)

    def _keys_of(self, person_ids: Sequence[str]) -> list[Key | None]:
        with self._database.read() as connection:
            found = self._vault.open(connection, set(person_ids))
        return [found.get(person_id) for person_id in person_ids]

    def _claim_all(self, ids: Sequence[str]) -> list[Job | None]:
        now = self._clock.now()
        with self._database.write() as connection:
            claimed = repository.claim(connection, ids, now=now, lease_until=now + LEASE)
        # Told twice of one job, only one may begin.
        return [claimed.pop(job_id, None) for job_id in ids]

    def _finish_all(self, rows: Sequence[Mapping[str, Any]]) -> list[None]:
        alike = groupby(sorted(rows, key=sorted), key=sorted)
        with self._database.write() as connection:
            for _, group in alike:
                repository.finish(connection, list(group))
        return [None] * len(rows)

    def release(self, job: Job, *, attempts: int) -> None:
        """Let another worker take a job at once; say how many attempts count."""
        with self._database.write() as connection:
            repository.release(connection, job.id, attempts)


class Workbench:
    """Does the jobs that messages tell of."""

    def __init__(self, *, jobs: Jobs, handlers: Mapping[str, Handler]) -> None:
        self._jobs = jobs
        self._handlers = handlers

    def work(self, job_id: str) -> Progress:
        """Do one job to its end.

        Refusals end it as failed. What is unavailable is raised, and so is a fault of ours, until
        it has been tried ten times: a later attempt may succeed.
        """
        job = self._jobs.claim(job_id)
        if job is None:
            return self._standing(job_id)
        if job.attempts > MOST_ATTEMPTS:
            self._jobs.finish(job, _failed(job, GaveUp(attempts=job.attempts - 1)))
            return Progress.ENDED
        self._jobs.finish(job, self._outcome(job))
        return Progress.ENDED

    def _outcome(self, job: Job) -> Outcome:
        with ExitStack() as unfinished:
            # A fault of ours counts as an attempt; that something was away does not.
            unfinished.callback(self._jobs.release, job, attempts=job.attempts)
            try:
                outcome = self._handlers[job.kind](job)
            except Unavailable:
                unfinished.pop_all()
                self._jobs.release(job, attempts=job.attempts - 1)
                raise
            except LoanwrightError as refusal:
                outcome = _failed(job, refusal)
            unfinished.pop_all()
        return outcome

    def _standing(self, job_id: str) -> Progress:
        try:
            job = self._jobs.get(job_id)
        except JobNotFound:
            return Progress.UNKNOWN
        return Progress.ENDED if job.state.final else Progress.BUSY


def _place(job_id: str) -> str:
    return f"jobs.payload:{job_id}"


def _failed(job: Job, error: LoanwrightError) -> Outcome:
    return Outcome(problem=problem_of(error).body(job.id).decode())
