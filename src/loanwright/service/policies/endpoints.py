"""Published policies over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from loanwright.rulebook.differences import diff
from loanwright.service.edge.authentication import DOCUMENTED, PoliciesRead, PoliciesWrite
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import Instant, problems
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.policies.documents import (
    DifferenceDocument,
    DraftDetail,
    PolicyDetail,
    PolicyToCheck,
    PublicationList,
    PublicationPage,
    ReportDocument,
    RollBackAsked,
    describe_differences,
    describe_draft,
    describe_publication,
    describe_report,
)
from loanwright.service.policies.drafts import PolicyDrafts
from loanwright.service.policies.service import Policies

PoliciesService = Annotated[Policies, Depends(provided("policies"))]
DraftsService = Annotated[PolicyDrafts, Depends(provided("policy_drafts"))]
HASH = "^[0-9a-f]{64}$"
PolicyHash = Annotated[str, Path(pattern=HASH)]
READ = problems((401, 403, 404, 422, 503))
SEND = problems((401, 403, 404, 408, 413, 415, 422, 503))
CHANGE = problems((401, 403, 404, 408, 409, 413, 415, 422, 503))

router = APIRouter(prefix="/v1/policies", tags=["policies"], dependencies=DOCUMENTED)


class Wanted(BaseModel):
    """Which publications to list."""

    model_config = ConfigDict(extra="forbid")

    product: str | None = Field(default=None, pattern="^[a-z0-9-]{1,64}$")
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: str | None = Field(default=None, max_length=64)


class Two(BaseModel):
    """Which two published policies to compare."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(pattern=HASH)
    new: str = Field(pattern=HASH)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_publications(
    policies: PoliciesService, _principal: PoliciesRead, wanted: Annotated[Wanted, Query()]
) -> PublicationPage:
    """List what was published, the newest first, in pages."""
    product = {} if wanted.product is None else {"product": wanted.product}
    page = policies.page_publications(limit=wanted.limit, cursor=wanted.cursor, **product)
    items = [describe_publication(one) for one in page.items]
    return PublicationPage(items=items, next_cursor=page.next_cursor)


@router.get("/live", responses=problems((401, 403, 422, 503)))
def list_live_policies(
    policies: PoliciesService,
    _principal: PoliciesRead,
    at: Annotated[Instant | None, Query(description="A moment; by default now.")] = None,
) -> PublicationList:
    """List what decides each product now, or decided it at a moment: author, publisher, checks."""
    return PublicationList(items=[describe_publication(one) for one in policies.list_live_at(at)])


@router.get("/difference", responses=READ)
def compare_policies(
    policies: PoliciesService, _principal: PoliciesRead, two: Annotated[Two, Query()]
) -> DifferenceDocument:
    """Say in words what is different in the second of two published policies."""
    old, new = policies.get_published(two.old), policies.get_published(two.new)
    return describe_differences(old.hash, new.hash, diff(old, new))


@router.post("/check", responses=SEND, openapi_extra=takes(PolicyToCheck))
def check_policy(
    drafts: DraftsService,
    _principal: PoliciesRead,
    asked: Annotated[PolicyToCheck, Depends(body_of(PolicyToCheck))],
) -> ReportDocument:
    """Say what is wrong with a policy, and what is proved of it; nothing is kept."""
    return describe_report(drafts.examine(asked.policy, drafts.product(asked.product)))


@router.post("/rollback", status_code=201, responses=CHANGE, openapi_extra=takes(RollBackAsked))
def roll_back_policy(
    drafts: DraftsService,
    principal: PoliciesWrite,
    asked: Annotated[RollBackAsked, Depends(body_of(RollBackAsked))],
) -> DraftDetail:
    """Submit an earlier version again; somebody else publishes it."""
    draft = drafts.roll_back(principal.actor, asked.product, to=asked.policy_hash, note=asked.note)
    return describe_draft(draft)


@router.get("/{policy_hash}", responses=READ)
def get_policy(
    policies: PoliciesService, _principal: PoliciesRead, policy_hash: PolicyHash
) -> PolicyDetail:
    """Return a published policy, and when it was published for which product."""
    policy = policies.get_published(policy_hash)
    publications = policies.list_publications(hash=policy_hash)
    return PolicyDetail(
        hash=policy_hash,
        policy=policy.to_mapping(),
        publications=[describe_publication(one) for one in publications],
    )
