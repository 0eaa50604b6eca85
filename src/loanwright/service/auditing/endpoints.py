"""The audit log over HTTP: read, never written."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.audit.ledger import Ledger
from loanwright.service.auditing.documents import (
    AuditPage,
    AuditSeals,
    AuditVerifications,
    describe_entry,
    describe_seal,
)
from loanwright.service.auditing.verifying import Verifications
from loanwright.service.edge.authentication import DOCUMENTED, AuditRead
from loanwright.service.edge.provided import provided
from loanwright.service.jobs.documents import JobDocument, read_job
from loanwright.service.kit.documents import Instant, problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE

NAME: Final = "^[ -~]{1,120}$"
MOST_SEALS: Final = 2**31 - 1

LedgerService = Annotated[Ledger, Depends(provided("ledger"))]
VerificationsService = Annotated[Verifications, Depends(provided("verifications"))]
VerificationId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]


class Filters(BaseModel):
    """Which entries are wanted."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: str | None = Field(default=None, max_length=512)
    actor: str | None = Field(default=None, pattern=NAME)
    action: str | None = Field(default=None, pattern=NAME)
    subject: str | None = Field(default=None, pattern=NAME)
    person: str | None = Field(default=None, pattern=NAME)
    since: Instant | None = None
    until: Instant | None = None


router = APIRouter(prefix="/v1/audit", tags=["audit"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_entries(
    ledger: LedgerService, _principal: AuditRead, filters: Annotated[Filters, Query()]
) -> AuditPage:
    """List changes of state, the newest first, in pages."""
    page = ledger.list_page(**filters.model_dump())
    items = [describe_entry(one) for one in page.items]
    return AuditPage(items=items, next_cursor=page.next_cursor)


@router.get("/seals", responses=problems((401, 403, 422, 503)))
def list_seals(
    ledger: LedgerService,
    _principal: AuditRead,
    after: Annotated[int, Query(ge=0, le=MOST_SEALS, description="Number of a seal.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
) -> AuditSeals:
    """List the seals after one of them, in their order, and the keys that check them.

    Whoever keeps them can later tell whether the end of the log was cut off.
    """
    seals = [describe_seal(one) for one in ledger.list_seals(after=after, limit=limit)]
    return AuditSeals(items=seals, public_keys=sorted(ledger.keys))


@router.post("/verification", status_code=202, responses=problems((401, 403, 503)))
def order_verification(
    response: Response, verifications: VerificationsService, principal: AuditRead
) -> JobDocument:
    """Have the whole log verified: every hash, seal, signature and exported root, and every row.

    Ask for the job: its progress, and once it is done what was found. Where a verification is
    under way, it is answered with that one.
    """
    job = verifications.order(principal.actor)
    response.headers["Location"] = f"/v1/audit/verification/{job.id}"
    return read_job(job)


@router.get("/verification", responses=problems((401, 403, 422, 503)))
def list_verifications(
    verifications: VerificationsService,
    _principal: AuditRead,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
) -> AuditVerifications:
    """List the latest verifications with what they found, the latest first."""
    found = verifications.list_latest(most=limit)
    return AuditVerifications(items=[read_job(one) for one in found])


@router.get("/verification/{verification_id}", responses=problems((401, 403, 404, 422, 503)))
def get_verification(
    verifications: VerificationsService, _principal: AuditRead, verification_id: VerificationId
) -> JobDocument:
    """Return how far a verification is and, once it is done, what it found."""
    return read_job(verifications.get(verification_id))
