"""Files to be scored: accepted once they are whole on disk, scored by whoever is free."""

import hashlib
import os
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from loanwright.batch.errors import Stopped, WorkTaken
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.batches import repository
from loanwright.service.batches.desk import BatchDesk
from loanwright.service.batches.errors import (
    BatchCancelled,
    BatchEnded,
    BatchFileGone,
    BatchKeyReused,
    BatchNotDone,
    BatchNotFound,
    BatchUnfinished,
)
from loanwright.service.batches.files import BatchFiles
from loanwright.service.batches.schemas import (
    Asked,
    Batch,
    BatchState,
    Standing,
    Upload,
)
from loanwright.service.jobs.beat import Beat
from loanwright.service.jobs.schemas import Job, Order, Outcome
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import Page
from loanwright.service.users.schemas import Principal

KIND: Final = "batch"
STEPS: Final = 1_000
MOST_AT_ONCE: Final = 50
BEGUN: Final = {"rows": 0, "rejected": 0, "share": 0.0}
NOTHING_REJECTED: Final = "line,field,code,message\n"
LIVE: Final = (BatchState.QUEUED, BatchState.RUNNING)


@dataclass(frozen=True, kw_only=True)
class Batches:
    """The files that were sent to be scored."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    jobs: Jobs
    desk: BatchDesk
    files: BatchFiles
    keep: timedelta
    limit: int
    threads: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def accept(self, actor: Actor, batch_id: str, asked: Asked, upload: Upload) -> Standing:
        """Accept a file that lies whole on disk, or say what is wrong with it."""
        checked = self.desk.check(upload.path, asked)
        row = {
            "id": batch_id,
            "caller_id": asked.caller_id,
            "product": asked.product,
            "segment": checked.segment,
            "model_hash": checked.model_hash,
            "policy_hash": checked.policy_hash,
            "bytes": upload.size,
            "hash": upload.hash,
            "rows": 0,
            "rejected": 0,
            "share": 0.0,
            "created_at": self.clock.now(),
        }
        with self.database.write() as connection:
            repository.insert_batch(connection, row, asked.wishes)
        job = self.jobs.order(_order(batch_id, asked, upload))
        if job.payload != batch_id:
            return self._repeated(batch_id, job, asked, upload)
        with self.database.write() as connection:
            repository.change(connection, batch_id, {"job_id": job.id})
            after = {"product": asked.product, "bytes": upload.size, "hash": upload.hash}
            self._record(connection, actor, "batch.accepted", batch_id, after=after)
        return self._standing(batch_id)

    def get(self, principal: Principal, batch_id: str) -> Standing:
        """Return one batch; a key sees its own."""
        found = self._standing(batch_id)
        if principal.kind == "key" and found.batch.caller_id != principal.id:
            raise BatchNotFound(batch_id=batch_id)
        return found

    def page(self, principal: Principal, **asked: Any) -> Page[Standing]:
        """Return a page of batches, the newest first."""
        own = principal.id if principal.kind == "key" else None
        with self.database.read() as connection:
            page = repository.page(connection, caller_id=own, **asked)
            ids = [str(one.job_id) for one in page.items]
            jobs = self.jobs.list_by_id(connection, ids)
        items = [Standing(batch=one, job=jobs[str(one.job_id)]) for one in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    def find_result(self, principal: Principal, batch_id: str, *, rejected: bool = False) -> Path:
        """Return the file of the result, or of the rejected rows."""
        found = self.get(principal, batch_id)
        if found.batch.removed_at is not None:
            raise BatchFileGone(batch_id=batch_id)
        if found.state is not BatchState.DONE:
            raise BatchNotDone(batch_id=batch_id, state=found.state)
        path = self.files.rejected(found.batch) if rejected else self.files.result(found.batch)
        if not path.is_file():
            raise BatchFileGone(batch_id=batch_id)
        return path

    def cancel(self, principal: Principal, batch_id: str) -> Standing:
        """End a batch that has not ended; what is done of it is thrown away."""
        found = self.get(principal, batch_id)
        if found.state not in LIVE:
            raise BatchEnded(batch_id=batch_id, state=found.state)
        with self.database.write() as connection:
            repository.cancel(connection, batch_id, self.clock.now())
            self._record(connection, principal.actor, "batch.cancelled", batch_id)
        return self._standing(batch_id)

    def score(self, job: Job) -> Outcome:
        """Score the file of a job, or what an earlier worker has left of it."""
        batch = self._find(job.payload)
        if batch.cancelled_at is not None:
            self._clean(batch)
            raise BatchCancelled
        with Beat(partial(self._note, job, batch.id), told=dict(BEGUN)) as beat:
            try:
                self._score(batch, beat)
            except (Stopped, WorkTaken):
                if beat.cancelled:
                    self._clean(batch)
                    raise BatchCancelled from None
                raise BatchUnfinished from None
        told = msgspec.json.encode({"kind": KIND, "id": batch.id})
        return Outcome(result=told.decode())

    def forget(self) -> int:
        """Remove the files of old batches; harmless when repeated."""
        with self.database.read() as connection:
            before = self.clock.now() - self.keep
            old = repository.list_older(connection, before, MOST_AT_ONCE)
        for batch in old:
            self.files.remove(batch.id)
            with self.database.write() as connection:
                repository.change(connection, batch.id, {"removed_at": self.clock.now()})
        return len(old)

    def _score(self, batch: Batch, beat: Beat) -> None:
        from loanwright.batch.files import score_table
        from loanwright.batch.running import Threads

        size = self.threads or len(os.sched_getaffinity(0))
        order = self.desk.order(batch, self.files.source(batch), self.files.result(batch))
        summary = score_table(
            order,
            hire=partial(Threads, size=size),
            advance=lambda done: beat.tell(
                rows=done.rows, rejected=done.rejected, share=done.share
            ),
            stopped=lambda: beat.cancelled or beat.lost or self.stopping.is_set(),
        )
        beat.tell(rows=summary.rows, rejected=summary.rejected, share=1.0)
        with self.database.write() as connection:
            repository.change(connection, batch.id, beat.told)
        rejected = self.files.rejected(batch)
        if not rejected.exists():
            rejected.write_text(NOTHING_REJECTED)
        # What was sent is personal, and nobody needs it any more.
        self.files.source(batch).unlink(missing_ok=True)

    def _note(self, job: Job, batch_id: str, told: dict[str, Any]) -> tuple[bool, bool]:
        """Write down how far a batch is; return whether it is cancelled, and whether it is lost."""
        kept = self.jobs.renew(job, steps_done=int(told["share"] * (STEPS - 1)))
        with self.database.write() as connection:
            repository.change(connection, batch_id, told)
            return repository.is_cancelled(connection, batch_id), not kept

    def _repeated(self, batch_id: str, job: Job, asked: Asked, upload: Upload) -> Standing:
        """Return the batch that the same caller has sent before with the same key."""
        with self.database.write() as connection:
            repository.delete_batch(connection, batch_id)
        self.files.remove(batch_id)
        if job.body_hash != _order(batch_id, asked, upload).body_hash:
            raise BatchKeyReused
        return self._standing(job.payload or self._batch_of(job))

    def _batch_of(self, job: Job) -> str:
        with self.database.read() as connection:
            batch = repository.find_by_job(connection, job.id)
        if batch is None:
            raise BatchNotFound(batch_id="of this key")
        return batch.id

    def _standing(self, batch_id: str) -> Standing:
        with self.database.read() as connection:
            batch = repository.find(connection, batch_id)
            if batch is None or batch.job_id is None:
                raise BatchNotFound(batch_id=batch_id)
            return Standing(
                batch=batch, job=self.jobs.list_by_id(connection, [batch.job_id])[batch.job_id]
            )

    def _find(self, batch_id: str) -> Batch:
        with self.database.read() as connection:
            batch = repository.find(connection, batch_id)
        if batch is None:
            raise BatchNotFound(batch_id=batch_id)
        return batch

    def _clean(self, batch: Batch) -> None:
        self.files.remove(batch.id)
        with self.database.write() as connection:
            repository.change(connection, batch.id, {"removed_at": self.clock.now()})

    def _record(
        self, connection: Connection, actor: Actor, action: str, subject: str, **content: Any
    ) -> None:
        self.audit.record(connection, actor, [Change(action=action, subject=subject, **content)])


def _order(batch_id: str, asked: Asked, upload: Upload) -> Order:
    wishes = msgspec.json.encode([asked.product, asked.segment, asked.wishes, upload.hash])
    return Order(
        kind=KIND,
        caller_id=asked.caller_id,
        key=asked.key,
        body_hash=hashlib.sha256(wishes).hexdigest(),
        payload=batch_id,
        steps=STEPS,
    )
