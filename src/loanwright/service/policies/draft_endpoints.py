"""Drafts of policies over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from loanwright.rulebook.differences import diff
from loanwright.service.edge.authentication import (
    DOCUMENTED,
    PoliciesPublish,
    PoliciesRead,
    PoliciesWrite,
)
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.kit.versions import read_if_match, write_etag
from loanwright.service.policies.documents import (
    DifferenceDocument,
    DraftChanges,
    DraftDetail,
    DraftPage,
    NewDraft,
    PublicationDocument,
    Rejection,
    ReportDocument,
    describe_differences,
    describe_draft,
    describe_line,
    describe_publication,
    describe_report,
)
from loanwright.service.policies.drafts import PolicyDrafts
from loanwright.service.policies.schemas import Draft, DraftState

DraftsService = Annotated[PolicyDrafts, Depends(provided("policy_drafts"))]
DraftId = Annotated[str, Path(pattern=f"^pol_[{ALPHABET}]{{{LENGTH}}}$")]
IfMatch = Annotated[str | None, Header(description="The ETag of what you have seen.")]
READ = problems((401, 403, 404, 422, 503))
WRITE = problems((401, 403, 404, 408, 413, 415, 422, 503))
EDIT = problems((401, 403, 404, 408, 409, 412, 413, 415, 422, 428, 503))
ACT = problems((401, 403, 404, 408, 409, 413, 422, 503))

router = APIRouter(prefix="/v1/policies/drafts", tags=["policies"], dependencies=DOCUMENTED)


class Wanted(BaseModel):
    """Which drafts to list."""

    model_config = ConfigDict(extra="forbid")

    product: str | None = Field(default=None, pattern="^[a-z0-9-]{1,64}$")
    state: DraftState | None = None
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: str | None = Field(default=None, max_length=512)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_drafts(
    drafts: DraftsService, _principal: PoliciesRead, wanted: Annotated[Wanted, Query()]
) -> DraftPage:
    """List drafts, the newest first, in pages."""
    named = {"product": wanted.product, "state": wanted.state and str(wanted.state)}
    asked = {name: value for name, value in named.items() if value is not None}
    page = drafts.list_page(limit=wanted.limit, cursor=wanted.cursor, **asked)
    items = [describe_line(one) for one in page.items]
    return DraftPage(items=items, next_cursor=page.next_cursor)


@router.post("", status_code=201, responses=WRITE, openapi_extra=takes(NewDraft))
def write_draft(
    drafts: DraftsService,
    principal: PoliciesWrite,
    asked: Annotated[NewDraft, Depends(body_of(NewDraft))],
    response: Response,
) -> DraftDetail:
    """Write down a policy that is to decide a product one day."""
    draft = drafts.write(principal.actor, asked.product, asked.policy, note=asked.note)
    response.headers["Location"] = f"/v1/policies/drafts/{draft.id}"
    return _tagged(response, draft)


@router.get("/{draft_id}", responses=READ)
def get_draft(
    drafts: DraftsService, _principal: PoliciesRead, draft_id: DraftId, response: Response
) -> DraftDetail:
    """Return one draft."""
    return _tagged(response, drafts.get(draft_id))


@router.patch("/{draft_id}", responses=EDIT, openapi_extra=takes(DraftChanges))
def edit_draft(
    drafts: DraftsService,
    principal: PoliciesWrite,
    draft_id: DraftId,
    changes: Annotated[DraftChanges, Depends(body_of(DraftChanges))],
    response: Response,
    if_match: IfMatch = None,
) -> DraftDetail:
    """Change a draft, by whoever wrote it, until it is submitted."""
    draft = drafts.edit(
        principal.actor,
        draft_id,
        seen=read_if_match(if_match),
        document=changes.policy,
        note=changes.note,
    )
    return _tagged(response, draft)


@router.delete("/{draft_id}", status_code=204, responses=ACT)
def discard_draft(drafts: DraftsService, principal: PoliciesWrite, draft_id: DraftId) -> None:
    """Give a draft up, by whoever wrote it."""
    drafts.discard(principal.actor, draft_id)


@router.get("/{draft_id}/difference", responses=READ)
def compare_draft(
    drafts: DraftsService, _principal: PoliciesRead, draft_id: DraftId
) -> DifferenceDocument:
    """Say in words what a draft changes in what is live."""
    draft = drafts.get(draft_id)
    live = drafts.policies.find_live(draft.product)
    changes = diff(None if live is None else live.policy, draft.policy)
    return describe_differences(None if live is None else live.hash, draft.hash, changes)


@router.post("/{draft_id}/check", responses=ACT)
def check_draft(
    drafts: DraftsService, _principal: PoliciesRead, draft_id: DraftId
) -> ReportDocument:
    """Say what is wrong with a draft, and what is proved of it."""
    return describe_report(drafts.check(draft_id))


@router.post("/{draft_id}/submission", responses=ACT)
def submit_draft(
    drafts: DraftsService, principal: PoliciesWrite, draft_id: DraftId, response: Response
) -> DraftDetail:
    """Freeze a draft that passes its checks and its examples; somebody else publishes it."""
    return _tagged(response, drafts.submit(principal.actor, draft_id))


@router.post("/{draft_id}/publication", responses=ACT)
def publish_draft(
    drafts: DraftsService, principal: PoliciesPublish, draft_id: DraftId
) -> PublicationDocument:
    """Let a submitted policy decide from now on; whoever wrote it cannot."""
    return describe_publication(drafts.publish(principal.actor, draft_id))


@router.post("/{draft_id}/rejection", responses=EDIT, openapi_extra=takes(Rejection))
def reject_draft(
    drafts: DraftsService,
    principal: PoliciesPublish,
    draft_id: DraftId,
    asked: Annotated[Rejection, Depends(body_of(Rejection))],
    response: Response,
) -> DraftDetail:
    """Turn a submitted policy down, and say why."""
    return _tagged(response, drafts.reject(principal.actor, draft_id, reason=asked.reason))


def _tagged(response: Response, draft: Draft) -> DraftDetail:
    response.headers["ETag"] = write_etag(draft.version)
    return describe_draft(draft)
