"""The audit log verified as a job: ordered by a person or a machine, done by a worker."""

import hashlib
import threading
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from loanwright.errors import NotFound, Unavailable
from loanwright.service.audit.findings import Verification
from loanwright.service.audit.ledger import Ledger
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.jobs.beat import Beat
from loanwright.service.jobs.schemas import Job, Order, Outcome
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids

KIND: Final = "audit"
STEPS: Final = 100


class VerificationNotFound(NotFound):
    """There is no verification {verification_id} of the audit log."""


class VerificationUnfinished(Unavailable):
    """The worker stops, or has lost the job; another one verifies the log from its beginning."""


@dataclass(frozen=True, kw_only=True)
class Verifications:
    """Every verification of the audit log that was ordered."""

    database: Database
    new_id: Ids
    audit: Audit
    jobs: Jobs
    ledger: Ledger
    stopping: threading.Event = field(default_factory=threading.Event)

    def order(self, actor: Actor) -> Job:
        """Have the whole log verified; where that is under way already, return that one."""
        latest = self.list_latest(most=1)
        if latest and not latest[0].state.final:
            return latest[0]
        job = self.jobs.order(
            Order(
                kind=KIND,
                caller_id=actor.id,
                key=self.new_id("ver"),
                body_hash=hashlib.sha256(KIND.encode()).hexdigest(),
                payload="",
                steps=STEPS,
            )
        )
        change = Change(action="audit.verification_ordered", subject=job.id)
        with self.database.write() as connection:
            self.audit.record(connection, actor, [change])
        return job

    def get(self, verification_id: str) -> Job:
        """Return one verification."""
        job = self.jobs.get(verification_id)
        if job.kind != KIND:
            raise VerificationNotFound(verification_id=verification_id)
        return job

    def list_latest(self, *, most: int) -> list[Job]:
        """Return the latest verifications, the latest first."""
        return self.jobs.list_of_kind(KIND, caller_id=None, most=most)

    def verify(self, job: Job) -> Outcome:
        """Verify the log as a job asks for it."""
        most = max(1, self.ledger.count())

        def note(told: dict[str, Any]) -> tuple[bool, bool]:
            done = min(STEPS - 1, told["entries"] * STEPS // most)
            return False, not self.jobs.renew(job, steps_done=done)

        with Beat(note, told={"entries": 0}) as beat:

            def advance(entries: int) -> None:
                beat.tell(entries=entries)
                if beat.lost or self.stopping.is_set():
                    raise VerificationUnfinished

            found = self.ledger.verify(advance=advance)
        return Outcome(result=msgspec.json.encode(describe_verification(found)).decode())


def describe_verification(found: Verification) -> dict[str, Any]:
    """Return what a verification found, as plain values."""
    return {
        "kind": KIND,
        "intact": found.intact,
        "entries": found.entries,
        "sealed": found.sealed,
        "seals": found.seals,
        "rows": found.rows,
        "last_seal": found.last_seal,
        "findings": [
            {"table": one.table, "id": one.id, "what": one.what} for one in found.findings
        ],
    }
