"""Applications that are decided later: checked and accepted now, decided by a worker."""

import json
from dataclasses import dataclass
from typing import Final

from loanwright.service.jobs.schemas import Job, Order, Outcome
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.database import Database
from loanwright.service.origination.errors import IdempotencyKeyReused
from loanwright.service.origination.intake import Desk, kept
from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission
from loanwright.service.origination.service import Origination

KIND: Final = "application"


@dataclass(frozen=True, kw_only=True)
class Later:
    """Orders decisions, and makes them when a worker comes to it."""

    database: Database
    desk: Desk
    jobs: Jobs
    origination: Origination

    def order(self, submission: Submission) -> Job:
        """Accept an application that can be decided; the same key gives the same job."""
        sealed = self.desk.sealed(submission)
        self._check(sealed)
        job = self.jobs.order(self._written(sealed))
        if job.body_hash != sealed.body_hash:
            raise IdempotencyKeyReused
        return job

    def decide(self, job: Job) -> Outcome:
        """Decide the application of a job; once, however often it is tried."""
        reply = self.origination.submit(_read(job))
        return Outcome(result=reply.decision_id)

    def _check(self, submission: Submission) -> None:
        """Refuse now what a worker would refuse later."""
        arrival, live = self.desk.arrival(0, submission), self.desk.live()
        name = arrival.document_hash or arrival.applicant_id
        with self.database.read() as connection:
            known = self.desk.applicants.list_known(connection, {name}) if name else []
        self.desk.take_in(arrival, known[0] if known else None, live)

    def _written(self, submission: Submission) -> Order:
        arrival = self.desk.arrival(0, submission)
        payload = {
            "received": kept(submission.received, arrival.document_hash),
            "product": submission.product,
            "document_hash": arrival.document_hash,
            "applicant_id": arrival.applicant_id,
            "features": dict(submission.features),
            "caller_kind": submission.caller.kind,
        }
        return Order(
            kind=KIND,
            caller_id=submission.caller.id,
            key=submission.idempotency_key,
            body_hash=submission.body_hash,
            payload=json.dumps(payload, ensure_ascii=False, allow_nan=False),
        )


def _read(job: Job) -> Submission:
    payload = json.loads(job.payload)
    named = {name: payload[name] for name in ("document_hash", "applicant_id")}
    return Submission(
        caller=Caller(id=job.caller_id, kind=payload["caller_kind"]),
        # Its own id stands in for a missing key: whatever happens, it is decided once.
        idempotency_key=job.key or job.id,
        body_hash=job.body_hash,
        received=payload["received"].encode(),
        product=payload["product"],
        applicant=ApplicantReference(**named) if any(named.values()) else None,
        features=payload["features"],
        sealed=True,
    )
