"""Applications that are decided later: checked and accepted now, decided by a worker."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from loanwright.errors import LoanwrightError
from loanwright.service.jobs.schemas import Job, Order, Outcome
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.database import Database
from loanwright.service.kit.together import Together
from loanwright.service.origination.errors import ApplicantUnknown, IdempotencyKeyReused
from loanwright.service.origination.intake import Arrival, Desk, kept
from loanwright.service.origination.schemas import ApplicantReference, Caller, Reply, Submission
from loanwright.service.origination.service import Origination
from loanwright.service.privacy.keys import Key
from loanwright.service.telemetry.traces import NoTraces, Traces

KIND: Final = "application"


class Later:
    """Orders decisions, and makes them when a worker comes to it.

    What several threads of a worker decide at the same moment is one transaction.
    """

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        jobs: Jobs,
        origination: Origination,
        traces: Traces | None = None,
    ) -> None:
        self.database = database
        self.desk = desk
        self.jobs = jobs
        self.origination = origination
        self.traces = traces or NoTraces()
        self._submit_together = Together[Submission, Reply | LoanwrightError](
            origination.submit_many
        )

    def order(self, submission: Submission) -> Job:
        """Accept an application that can be decided; the same key gives the same job."""
        sealed = self.desk.sealed(submission)
        self._check(sealed)
        arrival = self.desk.arrival(0, sealed)
        job = self.jobs.order(_written(sealed, arrival), owner=partial(self._owner, arrival))
        if job.body_hash != sealed.body_hash:
            raise IdempotencyKeyReused
        self.traces.ordered(job.id)
        return job

    def decide(self, job: Job) -> Outcome:
        """Decide the application of a job; once, however often it is tried."""
        answer = self._submit_together(_read(job, json.loads(self.jobs.payload_of(job))))
        if isinstance(answer, LoanwrightError):
            raise answer
        return Outcome(result=answer.decision_id)

    def _check(self, submission: Submission) -> None:
        """Refuse now what a worker would refuse later."""
        arrival, live = self.desk.arrival(0, submission), self.desk.live()
        name = arrival.document_hash or arrival.applicant_id
        with self.database.read() as connection:
            known = self.desk.applicants.list_known(connection, {name}) if name else []
            self.desk.refuse_foreign(connection, submission, known[0] if known else None)
        self.desk.take_in(arrival, known[0] if known else None, live)

    def _owner(self, arrival: Arrival, connection: Connection) -> tuple[str, Key]:
        """Return the applicant, new where nobody is known: there is a key to seal with."""
        applicants = self.desk.applicants
        name = arrival.document_hash or arrival.applicant_id
        known = applicants.list_known(connection, [name]) if name else []
        if not known and arrival.applicant_id is None:
            known = applicants.receive(connection, [arrival.document_hash])
        if not known or known[0].key is None:
            raise ApplicantUnknown
        return known[0].id, known[0].key


def _written(submission: Submission, arrival: Arrival) -> Order:
    payload = {
        "received": kept(submission.received, arrival.document_hash),
        "product": submission.product,
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


def _read(job: Job, payload: Mapping[str, Any]) -> Submission:
    return Submission(
        caller=Caller(id=job.caller_id, kind=payload["caller_kind"]),
        # Its own id stands in for a missing key: whatever happens, it is decided once.
        idempotency_key=job.key or job.id,
        body_hash=job.body_hash,
        received=payload["received"].encode(),
        product=payload["product"],
        applicant=ApplicantReference(applicant_id=job.applicant_id),
        features=payload["features"],
        sealed=True,
    )
