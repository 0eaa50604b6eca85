"""The page of one review: everything on one screen, and every step that can be taken."""

from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from loanwright.decisioning.outcome import Outcome
from loanwright.service.privacy.vault import PersonErased
from loanwright.service.reviews.codes import codes, request_items, return_codes
from loanwright.service.reviews.errors import ReviewNotOpen, TookPart
from loanwright.service.reviews.schemas import Answer, RequestState, Review, State
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Posted, Viewer, go, page_router, show, values_of
from loanwright.service.web.pages import PAGE_HEADERS
from loanwright.service.web.underwriter.addresses import (
    QueuePart,
    Reading,
    RequestId,
    RequestsPart,
    ReviewId,
    ReviewsPart,
    Writing,
)
from loanwright.service.web.underwriter.room import UNTOUCHED, Room, RoomPart, Typed

LONGEST: Final = 4_000
NEEDS_WORDS: Final = N_("Say it in words: the applicant reads them.")
NEEDS_REASON: Final = N_("Choose a reason from the list.")
PART_TAKEN: Final = N_("You had a part in this decision: somebody else must look at it.")
TAKEN_MEANWHILE: Final = N_("Somebody was quicker: look at how it stands now.")
NO_CONTENT: Final = 204
router = page_router()


@router.get("/reviews/{review_id}")
def show_review(request: Request, viewer: Reading, room: RoomPart, review_id: ReviewId) -> Response:
    """Show a review with everything that its decision rested on; a look keeps it for its holder."""
    if viewer.can("reviews:write"):
        room.queue.renew(viewer.principal, review_id)
    return _page(request, viewer, room, room.reviews.get(viewer.principal, review_id))


@router.post("/reviews/{review_id}/take")
def take_review(
    viewer: Writing, reviews: ReviewsPart, review_id: ReviewId, _form: Posted
) -> Response:
    """Take a review that nobody holds."""
    try:
        reviews.take(viewer.principal, review_id)
    except TookPart:
        return go(f"/reviews/{review_id}", notice=PART_TAKEN, tone="bad")
    except ReviewNotOpen:
        return go(f"/reviews/{review_id}", notice=TAKEN_MEANWHILE, tone="warn")
    return go(f"/reviews/{review_id}", notice=N_("The review is yours."))


@router.post("/reviews/{review_id}/renew")
def renew_review(viewer: Writing, queue: QueuePart, review_id: ReviewId, _form: Posted) -> Response:
    """Keep a review while somebody writes."""
    queue.renew(viewer.principal, review_id)
    return Response(status_code=NO_CONTENT, headers=dict(PAGE_HEADERS))


@router.post("/reviews/{review_id}/answer")
def answer_review(
    request: Request, viewer: Writing, room: RoomPart, review_id: ReviewId, form: Posted
) -> Response:
    """Answer a review: the reason says which way."""
    values = values_of(form, "code", "words", "form")
    code = codes().get(values["code"])
    wrong = {} if code is not None else {"code": NEEDS_REASON}
    if not values["words"]:
        wrong["words"] = NEEDS_WORDS
    if wrong or code is None:
        return _again(request, viewer, room, review_id, values=values, wrong=wrong)
    outcome = code.outcome if code.outcome in ("approve", "decline") else None
    answer = Answer(outcome=outcome, code=code.code, words=values["words"][:LONGEST])
    review = room.reviews.resolve(viewer.principal, review_id, answer)
    if review.state is State.PROPOSED:
        return go(f"/reviews/{review_id}", notice=N_("Proposed: a second person must approve it."))
    # After an approval an offer can be made on the same page.
    approved = review.outcome == Outcome.APPROVE
    address = f"/reviews/{review_id}" if approved else "/reviews"
    return go(address, notice=N_("The review is answered."))


@router.post("/reviews/{review_id}/approve")
def approve_review(
    viewer: Writing, reviews: ReviewsPart, review_id: ReviewId, _form: Posted
) -> Response:
    """Let stand what somebody else has proposed."""
    try:
        reviews.approve(viewer.principal, review_id)
    except TookPart:
        return go(f"/reviews/{review_id}", notice=PART_TAKEN, tone="bad")
    except ReviewNotOpen:
        return go(f"/reviews/{review_id}", notice=TAKEN_MEANWHILE, tone="warn")
    return go(f"/reviews/{review_id}", notice=N_("It stands: two persons have agreed."))


@router.post("/reviews/{review_id}/release")
def release_review(
    request: Request, viewer: Writing, room: RoomPart, review_id: ReviewId, form: Posted
) -> Response:
    """Put a review back for somebody else."""
    values = {**values_of(form, "code", "words"), "form": "release"}
    if values["code"] not in return_codes():
        wrong = {"code": NEEDS_REASON}
        return _again(request, viewer, room, review_id, values=values, wrong=wrong)
    words = values["words"][:LONGEST] or None
    room.queue.release(viewer.principal, review_id, values["code"], words)
    return go("/reviews", notice=N_("The review is back in the queue."))


@router.post("/reviews/{review_id}/requests")
def ask_applicant(
    request: Request, viewer: Writing, room: RoomPart, review_id: ReviewId, form: Posted
) -> Response:
    """Ask the applicant for something, and perhaps put the review back until it is there."""
    values = {**values_of(form, "item", "words", "then"), "form": "ask"}
    if values["item"] not in request_items():
        wrong = {"item": N_("Choose what you ask for.")}
        return _again(request, viewer, room, review_id, values=values, wrong=wrong)
    words = values["words"][:LONGEST] or None
    room.requests.ask(viewer.principal, review_id, values["item"], words)
    if values["then"] == "return":
        room.queue.release(viewer.principal, review_id, "waits_for_applicant")
        return go("/reviews", notice=N_("Asked; the review comes back with the answer."))
    return go(f"/reviews/{review_id}", notice=N_("The applicant is asked."))


@router.post("/reviews/requests/{request_id}/end")
def end_request(
    viewer: Writing, requests: RequestsPart, request_id: RequestId, form: Posted
) -> Response:
    """Say that something came, or is not needed any more."""
    state = RequestState.WAIVED if form.get("state") == "waived" else RequestState.RECEIVED
    ended = requests.end(viewer.principal, request_id, state)
    return go(f"/reviews/{ended.review_id}", notice=N_("Noted."))


def _again(
    request: Request, viewer: Viewer, room: Room, review_id: str, **typed: dict[str, str]
) -> Response:
    """Show the page again, with what was typed and what is wrong with it."""
    review = room.reviews.get(viewer.principal, review_id)
    return _page(request, viewer, room, review, Typed(**typed))


def _page(
    request: Request, viewer: Viewer, room: Room, review: Review, typed: Typed = UNTOUCHED
) -> Response:
    content: dict[str, Any] = room.review(viewer, review)
    try:
        record = room.decisions.get(review.decision_id, by=viewer.principal)
        content |= room.decision(record, viewer.language)
    except PersonErased:
        content["decision"] = None
    return show(
        request, viewer, "underwriter/review.html",
        status=typed.status, values=typed.values, wrong=typed.said(viewer.language), **content,
    )  # fmt: skip
