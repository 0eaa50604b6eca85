"""Reviews over HTTP."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.reviews.documents import (
    CodeList,
    ReviewAnswer,
    ReviewDocument,
    ReviewOpening,
    ReviewPage,
    ReviewQuery,
    ReviewsOfDecision,
    describe_codes,
    describe_override,
    describe_review,
)
from loanwright.service.reviews.schemas import Answer, Kind, Review, Wanted
from loanwright.service.reviews.service import Reviews
from loanwright.service.users.schemas import Principal, Reach

ReviewsService = Annotated[Reviews, Depends(provided("reviews"))]
ReviewsRead = Annotated[Principal, Depends(require("reviews:read"))]
ReviewsOpen = Annotated[Principal, Depends(require("reviews:open"))]
ReviewsWrite = Annotated[Principal, Depends(require("reviews:write"))]
ReviewId = Annotated[str, Path(pattern=f"^rev_[{ALPHABET}]{{{LENGTH}}}$")]
DecisionId = Annotated[str, Path(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
READ = problems((401, 403, 404, 422, 503))
CHANGED = problems((401, 403, 404, 408, 409, 413, 422, 503))
WRITTEN = problems((401, 403, 404, 408, 409, 413, 415, 422, 503))

router = APIRouter(prefix="/v1", tags=["reviews"], dependencies=DOCUMENTED)


@router.get("/reviews", response_model=ReviewPage, responses=problems((401, 403, 422, 503)))
def list_reviews(
    reviews: ReviewsService, principal: ReviewsRead, asked: Annotated[ReviewQuery, Query()]
) -> Response:
    """List the reviews within reach, those that are due first, in pages."""
    page, now = reviews.list_page(principal, Wanted(**asked.model_dump())), reviews.now()
    staff = principal.reach is not Reach.SELF
    items = [describe_review(one, now, staff=staff) for one in page.items]
    return _json({"items": items, "next_cursor": page.next_cursor})


@router.get("/review-codes", response_model=CodeList, responses=problems((401, 403, 503)))
def list_review_codes(_principal: ReviewsRead) -> Response:
    """List the reasons that a person may give, with the outcome that each goes with."""
    return _json(describe_codes())


@router.get("/decisions/{decision_id}/reviews", response_model=ReviewsOfDecision, responses=READ)
def list_reviews_of_decision(
    reviews: ReviewsService, principal: ReviewsRead, decision_id: DecisionId
) -> Response:
    """Return the outcome that stands, the reviews of a decision, and what persons decided."""
    outcome, found, overridden = reviews.list_of_decision(principal, decision_id)
    now, staff = reviews.now(), principal.reach is not Reach.SELF
    return _json(
        {
            "outcome": outcome,
            "items": [describe_review(one, now, staff=staff) for one in found],
            "overrides": [describe_override(one, staff=staff) for one in overridden],
        }
    )


@router.post(
    "/decisions/{decision_id}/reviews",
    status_code=201,
    response_model=ReviewDocument,
    responses={
        201: {"headers": {"Location": {"schema": {"type": "string"}}}},
        **WRITTEN,
    },
    openapi_extra=takes(ReviewOpening),
)
def open_review(
    reviews: ReviewsService,
    principal: ReviewsOpen,
    decision_id: DecisionId,
    told: Annotated[ReviewOpening, Depends(body_of(ReviewOpening))],
) -> Response:
    """Ask that a person look at a decision, object to it, or ask for its reasons.

    `due_at` follows from the law pack of the day.
    """
    opened = reviews.open(principal, decision_id, Kind(told.kind), told.reason)
    answer = _review(reviews, principal, opened, status=201)
    answer.headers["location"] = f"/v1/reviews/{opened.id}"
    return answer


@router.get("/reviews/{review_id}", response_model=ReviewDocument, responses=READ)
def get_review(reviews: ReviewsService, principal: ReviewsRead, review_id: ReviewId) -> Response:
    """Return one review."""
    return _review(reviews, principal, reviews.get(principal, review_id))


@router.post("/reviews/{review_id}/take", response_model=ReviewDocument, responses=CHANGED)
def take_review(reviews: ReviewsService, principal: ReviewsWrite, review_id: ReviewId) -> Response:
    """Take a review; whoever had a part in the decision cannot."""
    return _review(reviews, principal, reviews.take(principal, review_id))


@router.post(
    "/reviews/{review_id}/resolve",
    response_model=ReviewDocument,
    responses=WRITTEN,
    openapi_extra=takes(ReviewAnswer),
)
def resolve_review(
    reviews: ReviewsService,
    principal: ReviewsWrite,
    review_id: ReviewId,
    told: Annotated[ReviewAnswer, Depends(body_of(ReviewAnswer))],
) -> Response:
    """Say what came of it: the decision stands, or another outcome takes its place.

    The decision itself stays as it was made. Another outcome for an amount above
    `offer_alone_up_to` is *proposed* until somebody else approves it.
    """
    answer = Answer(outcome=told.outcome, code=told.code, words=told.answer)
    return _review(reviews, principal, reviews.resolve(principal, review_id, answer))


@router.post("/reviews/{review_id}/approve", response_model=ReviewDocument, responses=CHANGED)
def approve_review(
    reviews: ReviewsService, principal: ReviewsWrite, review_id: ReviewId
) -> Response:
    """Let a proposed outcome stand; whoever proposed it cannot."""
    return _review(reviews, principal, reviews.approve(principal, review_id))


def _review(
    reviews: Reviews, principal: Principal, review: Review, *, status: int = 200
) -> Response:
    staff = principal.reach is not Reach.SELF
    return _json(describe_review(review, reviews.now(), staff=staff), status=status)


def _json(document: Any, *, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(document), status_code=status, media_type="application/json"
    )
