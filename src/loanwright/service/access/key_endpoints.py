"""API keys over HTTP."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from loanwright.service.access.documents import (
    KeyBody,
    KeyDocument,
    KeyPage,
    KeyWithToken,
    RotationBody,
    describe_key,
)
from loanwright.service.access.paging import AskedPage
from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.users.keys import Keys
from loanwright.service.users.schemas import ApiKey, Principal

KeysService = Annotated[Keys, Depends(provided("keys"))]
KeysRead = Annotated[Principal, Depends(require("keys:read"))]
KeysWrite = Annotated[Principal, Depends(require("keys:write"))]
KeyId = Annotated[str, Path(pattern=f"^key_[{ALPHABET}]{{{LENGTH}}}$")]
WRITING = (401, 403, 408, 409, 413, 415, 422, 503)

router = APIRouter(prefix="/v1/api-keys", tags=["api keys"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_keys(keys: KeysService, _principal: KeysRead, asked: AskedPage) -> KeyPage:
    """List API keys, in pages: by `created_at` or `name`."""
    page = keys.list_page(sort=asked.sort, limit=asked.limit, cursor=asked.cursor)
    return KeyPage(items=[describe_key(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201, responses=problems(WRITING), openapi_extra=takes(KeyBody))
def create_key(
    keys: KeysService,
    principal: KeysWrite,
    body: Annotated[KeyBody, Depends(body_of(KeyBody))],
) -> KeyWithToken:
    """Make an API key, which may do no more than whoever makes it; its token is told here alone."""
    made = keys.create(body.name, body.scopes, expires_at=body.expires_at, by=principal)
    return _with_token(*made)


@router.get("/{key_id}", responses=problems((401, 403, 404, 422, 503)))
def get_key(keys: KeysService, _principal: KeysRead, key_id: KeyId) -> KeyDocument:
    """Return one API key, without its secret."""
    return describe_key(keys.get(key_id))


@router.delete("/{key_id}", responses=problems((401, 403, 404, 422, 503)))
def revoke_key(keys: KeysService, principal: KeysWrite, key_id: KeyId) -> KeyDocument:
    """Revoke an API key: it stops within a second, everywhere."""
    return describe_key(keys.revoke(key_id, by=principal))


@router.post(
    "/{key_id}/rotation",
    responses=problems((404, *WRITING)),
    openapi_extra=takes(RotationBody),
)
def rotate_key(
    keys: KeysService,
    principal: KeysWrite,
    key_id: KeyId,
    body: Annotated[RotationBody, Depends(body_of(RotationBody))],
) -> KeyWithToken:
    """Give an API key a new token; the one before is good for some hours yet."""
    grace = timedelta(hours=body.grace_hours)
    return _with_token(*keys.rotate(key_id, grace=grace, by=principal))


def _with_token(key: ApiKey, token: str) -> KeyWithToken:
    return KeyWithToken(**describe_key(key).model_dump(), token=token)
