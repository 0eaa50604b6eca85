"""The audit log over HTTP: read, never written."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.audit.ledger import Ledger
from loanwright.service.auditing.documents import (
    AuditPage,
    AuditSeals,
    describe_entry,
    describe_seal,
)
from loanwright.service.edge.authentication import DOCUMENTED, AuditRead
from loanwright.service.edge.provided import provided
from loanwright.service.kit.documents import Instant, problems
from loanwright.service.kit.pagination import MAXIMUM_PAGE

NAME: Final = "^[ -~]{1,120}$"
MOST_SEALS: Final = 2**31 - 1

LedgerService = Annotated[Ledger, Depends(provided("ledger"))]


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
