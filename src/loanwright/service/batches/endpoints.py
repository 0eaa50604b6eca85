"""Files to be scored, over HTTP."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse

from loanwright.service.batches.documents import (
    BatchDocument,
    BatchPage,
    BatchQuery,
    describe_batch,
)
from loanwright.service.batches.errors import BatchKindUnsupported, BatchTooLarge
from loanwright.service.batches.schemas import FileKind, Upload
from loanwright.service.batches.service import Batches
from loanwright.service.edge.authentication import DOCUMENTED, BatchesRead, BatchesWrite
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.provided import provided
from loanwright.service.edge.upload import TooLong, save
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE

MEDIA_TYPES: Final[dict[str, FileKind]] = {
    "text/csv": "csv",
    "application/vnd.apache.parquet": "parquet",
}
KINDS: Final = {kind: media_type for media_type, kind in MEDIA_TYPES.items()}
FILES: Final[dict[str, Any]] = {
    name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES
}
SECONDS_FOR_A_PIECE: Final = 10.0
BatchesService = Annotated[Batches, Depends(provided("batches"))]
BatchId = Annotated[str, Path(pattern=f"^bat_[{ALPHABET}]{{{LENGTH}}}$")]
IdempotencyKey = Annotated[str | None, Header(pattern="^[!-~]{1,255}$")]
READ = problems((401, 403, 404, 422, 503))
FILE = problems((401, 403, 404, 409, 422, 503))
END = problems((401, 403, 404, 408, 409, 413, 422, 503))

router = APIRouter(prefix="/v1/batches", tags=["batches"], dependencies=DOCUMENTED)


@router.post(
    "",
    status_code=202,
    responses=problems((401, 403, 408, 413, 415, 422, 503)),
    openapi_extra={"requestBody": {"required": True, "content": FILES}},
)
async def accept_batch(
    request: Request,
    response: Response,
    batches: BatchesService,
    principal: BatchesWrite,
    asked: Annotated[BatchQuery, Query()],
    idempotency_key: IdempotencyKey = None,
) -> BatchDocument:
    """Take in a CSV or Parquet file to be scored: PD, score, grade, outcome and four reasons.

    The body is the file itself. The answer comes once it is whole and durable, and its columns
    are those that the product needs; rows that cannot be scored are told apart from the result,
    with their lines. Nothing is recorded as a decision.
    """
    kind = read_kind(request)
    batch_id = batches.new_id("bat")
    path = batches.files.make(batch_id, kind)
    try:
        size, digest = await save(
            request.stream(), path, limit=batches.limit, seconds=SECONDS_FOR_A_PIECE
        )
        upload = Upload(path=path, size=size, hash=digest)
        order = asked.order(principal.id, kind, key=idempotency_key)
        found = await asyncio.to_thread(batches.accept, principal.actor, batch_id, order, upload)
    except BaseException as failure:
        # Also where the caller hangs up: a file that nobody accepted is nobody's.
        batches.files.remove(batch_id)
        if isinstance(failure, TooLong):
            raise BatchTooLarge(limit=batches.limit) from None
        raise
    response.headers["Location"] = f"/v1/batches/{found.batch.id}"
    return describe_batch(found)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_batches(
    batches: BatchesService,
    principal: BatchesRead,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> BatchPage:
    """List batches, the newest first, in pages; a key sees its own."""
    page = batches.page(principal, limit=limit, cursor=cursor)
    items = [describe_batch(one) for one in page.items]
    return BatchPage(items=items, next_cursor=page.next_cursor)


@router.get("/{batch_id}", responses=READ)
def get_batch(batches: BatchesService, principal: BatchesRead, batch_id: BatchId) -> BatchDocument:
    """Return how far a batch is."""
    return describe_batch(batches.get(principal, batch_id))


@router.get(
    "/{batch_id}/result",
    response_class=FileResponse,
    responses={200: {"content": FILES, "description": "The scored rows."}, **FILE},
)
def get_result(batches: BatchesService, principal: BatchesRead, batch_id: BatchId) -> FileResponse:
    """Return the scored rows of a batch that is done, in the order of the file."""
    path = batches.find_result(principal, batch_id)
    kind: Any = path.suffix.removeprefix(".")
    return FileResponse(path, media_type=KINDS[kind], filename=f"{batch_id}.{kind}")


@router.get(
    "/{batch_id}/rejected",
    response_class=FileResponse,
    responses={
        200: {"content": {"text/csv": FILES["text/csv"]}, "description": "The rejected rows."},
        **FILE,
    },
)
def get_rejected(
    batches: BatchesService, principal: BatchesRead, batch_id: BatchId
) -> FileResponse:
    """Return the lines of the rows that could not be scored, with what is wrong with each."""
    path = batches.find_result(principal, batch_id, rejected=True)
    return FileResponse(path, media_type="text/csv", filename=f"{batch_id}.rejected.csv")


@router.post(
    "/{batch_id}/cancellation", responses=problems((401, 403, 404, 408, 409, 413, 422, 503))
)
def cancel_batch(
    batches: BatchesService, principal: BatchesWrite, batch_id: BatchId
) -> BatchDocument:
    """End a batch that has not ended; its files are removed."""
    return describe_batch(batches.cancel(principal, batch_id))


def read_kind(request: Request) -> FileKind:
    """Return what kind of file a body is."""
    headers = read_headers(request.scope["headers"])
    media_type = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0]
    kind = MEDIA_TYPES.get(media_type.strip().lower())
    if kind is None or headers.get(b"content-encoding", b"identity") != b"identity":
        raise BatchKindUnsupported
    return kind
