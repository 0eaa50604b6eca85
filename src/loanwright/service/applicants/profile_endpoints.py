"""Profiles of applicants over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from loanwright.service.applicants.documents import HistoryPage, ProfileDocument, ProfilePatch
from loanwright.service.applicants.endpoints import (
    ETAG,
    READ,
    WRITTEN,
    ApplicantId,
    ApplicantsRead,
    ApplicantsWrite,
    IfMatch,
    as_json,
)
from loanwright.service.applicants.profile import FeatureEdit, HistoryWanted, Profile
from loanwright.service.applicants.profiles import Profiles
from loanwright.service.edge.authentication import DOCUMENTED
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.kit.versions import read_if_match, write_etag

ProfilesService = Annotated[Profiles, Depends(provided("profiles"))]
ProductName = Annotated[str, Query(pattern="^[a-z0-9-]{1,64}$")]

router = APIRouter(
    prefix="/v1/applicants/{applicant_id}", tags=["applicants"], dependencies=DOCUMENTED
)


class HistoryAsked(BaseModel):
    """Which edits are asked for."""

    product: str = Field(pattern="^[a-z0-9-]{1,64}$")
    feature: str | None = Field(default=None, max_length=64)
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: str | None = Field(default=None, max_length=64)


@router.get("/profile", response_model=ProfileDocument, responses={200: ETAG, **problems(READ)})
def get_profile(
    profiles: ProfilesService,
    principal: ApplicantsRead,
    applicant_id: ApplicantId,
    product: ProductName,
) -> Response:
    """Return what is known of an applicant for a product: each feature with its source and days."""
    return _answer(profiles.get(principal, applicant_id, product))


@router.patch(
    "/profile",
    response_model=ProfileDocument,
    openapi_extra=takes(ProfilePatch),
    responses={200: ETAG, **problems(WRITTEN)},
)
def edit_profile(
    profiles: ProfilesService,
    principal: ApplicantsWrite,
    applicant_id: ApplicantId,
    product: ProductName,
    patch: Annotated[ProfilePatch, Depends(body_of(ProfilePatch))],
    if_match: IfMatch = None,
) -> Response:
    """Write a new version of a profile: features that are absent stay, null takes one away.

    A new value holds from today and without end, unless days are sent with it. No decision that
    was made before changes: each keeps what it saw.
    """
    edits = {
        name: None
        if one is None
        else FeatureEdit(sent=frozenset(one.model_fields_set), **dict(one))
        for name, one in patch.features.items()
    }
    seen = read_if_match(if_match)
    return _answer(profiles.edit(principal, applicant_id, product, seen=seen, edits=edits))


@router.get("/history", response_model=HistoryPage, responses=problems(READ))
def list_history(
    profiles: ProfilesService,
    principal: ApplicantsRead,
    applicant_id: ApplicantId,
    asked: Annotated[HistoryAsked, Query()],
) -> Response:
    """List the edits of a profile, the newest first: who, when, before, after."""
    wanted = HistoryWanted(**asked.model_dump())
    page = profiles.list_history(principal, applicant_id, wanted)
    return as_json(
        {"items": [one.document() for one in page.items], "next_cursor": page.next_cursor}
    )


def _answer(profile: Profile) -> Response:
    answer = as_json(profile.document())
    answer.headers["ETag"] = write_etag(profile.version)
    return answer
