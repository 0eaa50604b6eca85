"""From the bytes of a request to a submission, and from a reply to an answer."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from loanwright.service.edge.answer import Answer
from loanwright.service.edge.authentication import Doorkeeper
from loanwright.service.edge.gather import Gatherer
from loanwright.service.jobs.documents import describe_job
from loanwright.service.jobs.schemas import Job
from loanwright.service.kit.problem import ContentTypeUnsupported, FieldError, PayloadRejected
from loanwright.service.kit.strict_json import MalformedBody, parse
from loanwright.service.origination.errors import IdempotencyKeyRefused
from loanwright.service.origination.later import Later
from loanwright.service.origination.schemas import ApplicantReference, Caller, Reply, Submission

SCOPE = "applications:write"
ACCEPTED = 202
LONGEST_DOCUMENT_NUMBER = 64
_PRODUCT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
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

    async def receive_application(self, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        """Answer one application once its decision is durable."""
        submission = await self._read(headers, body)
        return _answer(await self.gatherer.submit(submission))

    async def accept_application(self, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        """Answer one application once it is durable that it will be decided."""
        submission = await self._read(headers, body)
        return accepted(await asyncio.to_thread(self.later.order, submission))

    async def _read(self, headers: Mapping[bytes, bytes], body: bytes) -> Submission:
        key = await self.doorkeeper.admit(headers, scope=SCOPE)
        if _JSON.fullmatch(headers.get(b"content-type", b"")) is None:
            raise ContentTypeUnsupported
        return read_submission(
            body,
            caller=Caller(id=key.id, kind="key", scopes=key.scopes),
            idempotency_key=_read_idempotency_key(headers),
        )


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


def _answer(reply: Reply) -> Answer:
    location = f"/v1/applications/{_read_created(reply.body).id}".encode("ascii")
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(reply.body)),
        (b"location", location),
    ]
    if reply.replayed:
        headers.append((b"idempotency-replayed", b"true"))
    return Answer(status=reply.status, body=reply.body, headers=headers)


def _read_idempotency_key(headers: Mapping[bytes, bytes]) -> str | None:
    sent = headers.get(b"idempotency-key")
    if sent is None:
        return None
    if _VISIBLE.fullmatch(sent) is None:
        raise IdempotencyKeyRefused
    return sent.decode("ascii")


def read_submission(body: bytes, *, caller: Caller, idempotency_key: str | None) -> Submission:
    """Return the submission in a body, or say everything that is wrong with its outline."""
    document = parse(body)
    if not isinstance(document, dict):
        raise MalformedBody(problem="wrong_type", why="it is not an object")
    problems = [
        FieldError(field=name[:60], code="unknown_field", message="This field is not known here.")
        for name in document
        if name not in ("product", "applicant", "features")
    ]
    product, features = document.get("product"), document.get("features")
    if not isinstance(product, str) or _PRODUCT.fullmatch(product) is None:
        problems.append(_wrong("product", document, "the name of a product"))
    if not isinstance(features, dict):
        problems.append(_wrong("features", document, "an object of features"))
    applicant = _read_applicant(document, problems)
    if problems:
        raise PayloadRejected(problems)
    return Submission(
        caller=caller,
        idempotency_key=idempotency_key,
        body_hash=hashlib.sha256(body).hexdigest(),
        received=body,
        product=str(product),
        applicant=applicant,
        features=features or {},
    )


def _read_applicant(
    document: Mapping[str, Any], problems: list[FieldError]
) -> ApplicantReference | None:
    if "applicant" not in document:
        return None
    applicant = document["applicant"]
    known = {"document_number", "id"}
    if not isinstance(applicant, dict) or len(applicant) != 1 or not known.issuperset(applicant):
        problems.append(_wrong("applicant", document, "an object with document_number or id"))
        return None
    ((name, value),) = applicant.items()
    field = f"applicant.{name}"
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_DOCUMENT_NUMBER:
        problems.append(_wrong(field, {field: value}, "a text of 1 to 64 characters"))
        return None
    if name == "id":
        return ApplicantReference(applicant_id=value)
    return ApplicantReference(document_number=value)


def _wrong(field: str, document: Mapping[str, Any], wanted: str) -> FieldError:
    if field not in document:
        return FieldError(field=field, code="missing", message=f"This must be {wanted}.")
    return FieldError(field=field, code="wrong_type", message=f"This must be {wanted}.")
