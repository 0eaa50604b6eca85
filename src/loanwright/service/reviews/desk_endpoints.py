"""The desk of underwriters over HTTP: the queue, requests, second looks, the log of overrides."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.service.edge.authentication import DOCUMENTED
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.reviews.asking import Requests
from loanwright.service.reviews.desk_documents import (
    AgreementDocument,
    ListsDocument,
    OverridePage,
    OverrideQuery,
    RequestAnswer,
    RequestAsking,
    RequestDocument,
    RequestEnding,
    RequestList,
    ReviewReturn,
    SecondAnswer,
    SecondLookDocument,
    SecondLookList,
    describe_agreement,
    describe_lists,
    describe_logged,
    describe_look,
    describe_request,
)
from loanwright.service.reviews.documents import ReviewDocument, describe_review
from loanwright.service.reviews.endpoints import (
    CHANGED,
    READ,
    WRITTEN,
    ReviewId,
    ReviewsOpen,
    ReviewsRead,
    ReviewsWrite,
)
from loanwright.service.reviews.holding import Queue
from loanwright.service.reviews.overriding import OverrideLog
from loanwright.service.reviews.schemas import RequestState, Review
from loanwright.service.reviews.second import SecondLooks

QueueService = Annotated[Queue, Depends(provided("review_queue"))]
RequestsService = Annotated[Requests, Depends(provided("review_requests"))]
LooksService = Annotated[SecondLooks, Depends(provided("second_looks"))]
LogService = Annotated[OverrideLog, Depends(provided("override_log"))]
RequestId = Annotated[str, Path(pattern=f"^req_[{ALPHABET}]{{{LENGTH}}}$")]
LookId = Annotated[str, Path(pattern=f"^snd_[{ALPHABET}]{{{LENGTH}}}$")]
LISTED = problems((401, 403, 422, 503))

router = APIRouter(prefix="/v1", tags=["reviews"], dependencies=DOCUMENTED)


@router.get("/review-lists", response_model=ListsDocument, responses=problems((401, 403, 503)))
def list_review_lists(_principal: ReviewsRead) -> Response:
    """List why a review may be put back, and what applicants may be asked for."""
    return _json(describe_lists())


@router.post("/reviews/next", response_model=ReviewDocument, responses=CHANGED)
def take_next_review(queue: QueueService, principal: ReviewsWrite) -> Response:
    """Take the most valuable review that nobody holds; 404 where none waits."""
    return _review(queue, queue.take_next(principal))


@router.post("/reviews/{review_id}/renew", response_model=ReviewDocument, responses=CHANGED)
def renew_review(queue: QueueService, principal: ReviewsWrite, review_id: ReviewId) -> Response:
    """Keep a review that you have taken for as long again."""
    return _review(queue, queue.renew(principal, review_id))


@router.post(
    "/reviews/{review_id}/release",
    response_model=ReviewDocument,
    responses=WRITTEN,
    openapi_extra=takes(ReviewReturn),
)
def release_review(
    queue: QueueService,
    principal: ReviewsWrite,
    review_id: ReviewId,
    told: Annotated[ReviewReturn, Depends(body_of(ReviewReturn))],
) -> Response:
    """Put a review that you have taken back into the queue, and say why."""
    return _review(queue, queue.release(principal, review_id, told.code, told.words))


@router.get("/reviews/{review_id}/requests", response_model=RequestList, responses=READ)
def list_review_requests(
    requests: RequestsService, principal: ReviewsRead, review_id: ReviewId
) -> Response:
    """List what the applicant was asked for, the oldest first."""
    found = requests.list_of_review(principal, review_id)
    return _json({"items": [describe_request(one) for one in found]})


@router.post(
    "/reviews/{review_id}/requests",
    status_code=201,
    response_model=RequestDocument,
    responses=WRITTEN,
    openapi_extra=takes(RequestAsking),
)
def ask_applicant(
    requests: RequestsService,
    principal: ReviewsWrite,
    review_id: ReviewId,
    told: Annotated[RequestAsking, Depends(body_of(RequestAsking))],
) -> Response:
    """Ask the applicant for something; the clock stands still only where the law lets it."""
    made = requests.ask(principal, review_id, told.item, told.words)
    return _json(describe_request(made), status=201)


@router.post(
    "/review-requests/{request_id}/end",
    response_model=RequestDocument,
    responses=WRITTEN,
    openapi_extra=takes(RequestEnding),
)
def end_request(
    requests: RequestsService,
    principal: ReviewsWrite,
    request_id: RequestId,
    told: Annotated[RequestEnding, Depends(body_of(RequestEnding))],
) -> Response:
    """Say that something was received, or is not needed any more."""
    made = requests.end(principal, request_id, RequestState(told.state))
    return _json(describe_request(made))


@router.post(
    "/review-requests/{request_id}/answer",
    response_model=RequestDocument,
    responses=WRITTEN,
    openapi_extra=takes(RequestAnswer),
)
def answer_request(
    requests: RequestsService,
    principal: ReviewsOpen,
    request_id: RequestId,
    told: Annotated[RequestAnswer, Depends(body_of(RequestAnswer))],
) -> Response:
    """Answer what you, or an applicant of yours, were asked for."""
    made = requests.answer(principal, request_id, told.answer)
    return _json(describe_request(requests.told(principal, made)))


@router.get("/second-looks", response_model=SecondLookList, responses=problems((401, 403, 503)))
def list_second_looks(looks: LooksService, principal: ReviewsWrite) -> Response:
    """List what you may look at again, the oldest first, without the first answers."""
    return _json({"items": [describe_look(one) for one in looks.list_waiting(principal)]})


@router.get(
    "/second-looks/agreement",
    response_model=AgreementDocument,
    responses=problems((401, 403, 503)),
)
def get_agreement(looks: LooksService, _principal: ReviewsWrite) -> Response:
    """Return how far second looks agree with first answers."""
    return _json(describe_agreement(looks.agreement()))


@router.post(
    "/second-looks/{look_id}/answer",
    response_model=SecondLookDocument,
    responses=WRITTEN,
    openapi_extra=takes(SecondAnswer),
)
def answer_second_look(
    looks: LooksService,
    principal: ReviewsWrite,
    look_id: LookId,
    told: Annotated[SecondAnswer, Depends(body_of(SecondAnswer))],
) -> Response:
    """Say what you find, without having seen the first answer; it changes no decision."""
    return _json(describe_look(looks.answer(principal, look_id, told.outcome, told.words)))


@router.get("/overrides", response_model=OverridePage, responses=LISTED)
def list_overrides(
    log: LogService, principal: ReviewsRead, asked: Annotated[OverrideQuery, Query()]
) -> Response:
    """List what persons decided in the place of decisions within reach, the newest first."""
    wanted = asked.model_dump(exclude_none=True, exclude={"limit", "cursor"}, mode="json")
    page = log.list_page(principal, wanted=wanted, limit=asked.limit, cursor=asked.cursor)
    items = [describe_logged(one) for one in page.items]
    return _json({"items": items, "next_cursor": page.next_cursor})


def _review(queue: Queue, review: Review) -> Response:
    return _json(describe_review(review, queue.reviews.now()))


def _json(document: Any, *, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(document), status_code=status, media_type="application/json"
    )
