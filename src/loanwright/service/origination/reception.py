"""From the bytes of a request to a submission, and from a reply to an answer."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from loanwright.errors import LoanwrightError
from loanwright.service.decisions.borrowers import told_bytes
from loanwright.service.edge.answer import Answer
from loanwright.service.edge.authentication import Doorkeeper
from loanwright.service.edge.gather import Gatherer, TookTooLong
from loanwright.service.edge.headers import find_request_id
from loanwright.service.edge.patience import within
from loanwright.service.errors import DatabaseUnavailable
from loanwright.service.jobs.documents import describe_job
from loanwright.service.jobs.schemas import Job
from loanwright.service.kit.problem import ContentTypeUnsupported
from loanwright.service.origination.away import Away
from loanwright.service.origination.errors import ApplicantNotYours, IdempotencyKeyRefused
from loanwright.service.origination.later import Later
from loanwright.service.origination.reading import read_submission
from loanwright.service.origination.schemas import ApplicantReference, Caller, Reply, Submission
from loanwright.service.users.schemas import Principal, Reach

SCOPE = "applications:write"
ACCEPTED = 202
_VISIBLE = re.compile(rb"[\x21-\x7e]{1,255}")
_JSON = re.compile(rb"application/json(?:\s*;\s*charset=\"?utf-8\"?)?\s*", re.IGNORECASE)


class Created(msgspec.Struct, frozen=True):
    """What of a reply is needed to say where the application is."""

    id: str


_read_created = msgspec.json.Decoder(Created).decode


@dataclass(frozen=True, kw_only=True, slots=True)
class Reception:
    """Takes applications in; both routes call this and nothing else."""

    doorkeeper: Doorkeeper
    gatherer: Gatherer[Submission, Reply]
    later: Later
    seconds: float
    away: Away | None = None
    believed: float = 0.0

    async def receive_application(self, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        """Answer one application once its decision is durable.

        With a spool, what cannot be decided because the database is away is answered from there.
        """
        if self.away is None:
            return await self._decided(headers, body)
        known = self._remembered(headers) if self.away.expected else None
        if known is not None:
            submission = read_request(headers, body, known)
            if self.away.takes(submission):
                return await asyncio.to_thread(self.away.answer, submission)
        try:
            return await self._decided(headers, body)
        except (DatabaseUnavailable, TookTooLong) as trouble:
            return await self._spooled(self.away, headers, body, trouble)

    async def _decided(self, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        async with within(self.seconds):
            submission = await self._read(headers, body)
            if self.away is not None and self.away.holds(submission):
                return await asyncio.to_thread(self.away.answer, submission)
            reply = await self.gatherer.submit(submission)
            return _answer(reply, submission.caller.reach)

    async def _spooled(
        self, away: Away, headers: Mapping[bytes, bytes], body: bytes, trouble: LoanwrightError
    ) -> Answer:
        away.expected = away.expected or isinstance(trouble, DatabaseUnavailable)
        known = self._remembered(headers)
        if known is None:
            raise trouble
        submission = read_request(headers, body, known)
        if not away.takes(submission):
            raise trouble
        return await asyncio.to_thread(away.answer, submission)

    def _remembered(self, headers: Mapping[bytes, bytes]) -> Principal | None:
        return self.doorkeeper.find_remembered(headers, scope=SCOPE, seconds=self.believed)

    async def accept_application(self, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        """Answer one application once it is durable that it will be decided."""
        async with within(self.seconds):
            submission = await self._read(headers, body)
            return accepted(await asyncio.to_thread(self.later.order, submission))

    async def _read(self, headers: Mapping[bytes, bytes], body: bytes) -> Submission:
        return read_request(headers, body, await self.doorkeeper.admit(headers, scope=SCOPE))


def read_request(headers: Mapping[bytes, bytes], body: bytes, principal: Principal) -> Submission:
    """Return what somebody who was let in has sent."""
    if _JSON.fullmatch(headers.get(b"content-type", b"")) is None:
        raise ContentTypeUnsupported
    caller = Caller(
        id=principal.id,
        kind=principal.kind,
        scopes=principal.permissions,
        request_id=find_request_id(headers),
        reach=principal.reach,
    )
    sent = read_submission(body, caller=caller, idempotency_key=_read_idempotency_key(headers))
    return sent if principal.reach is not Reach.SELF else _of_borrower(sent, principal)


def _of_borrower(sent: Submission, principal: Principal) -> Submission:
    """Return an application of the borrower who is logged in, whatever the body says."""
    own = ApplicantReference(applicant_id=principal.applicant_id)
    if sent.applicant not in (None, own):
        raise ApplicantNotYours
    return replace(sent, applicant=own)


def wants_later(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether the caller would rather ask for the decision later (RFC 7240)."""
    preferences = headers.get(b"prefer", b"").decode("latin-1").lower().split(",")
    return "respond-async" in (one.partition(";")[0].strip() for one in preferences)


def accepted(job: Job) -> Answer:
    """Return the answer that says where to ask for a job."""
    body = msgspec.json.encode(describe_job(job))
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"location", f"/v1/jobs/{job.id}".encode("ascii")),
        (b"preference-applied", b"respond-async"),
    ]
    return Answer(status=ACCEPTED, body=body, headers=headers)


def _answer(reply: Reply, reach: Reach) -> Answer:
    location = f"/v1/applications/{_read_created(reply.body).id}".encode("ascii")
    body = told_bytes(reach, reply.body)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"location", location),
    ]
    if reply.replayed:
        headers.append((b"idempotency-replayed", b"true"))
    return Answer(status=reply.status, body=body, headers=headers)


def _read_idempotency_key(headers: Mapping[bytes, bytes]) -> str | None:
    sent = headers.get(b"idempotency-key")
    if sent is None:
        return None
    if _VISIBLE.fullmatch(sent) is None:
        raise IdempotencyKeyRefused
    return sent.decode("ascii")
