"""My applications: what stands and why, what would change it, a person, an objection."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import Conflict, LoanwrightError, Unavailable
from loanwright.features.errors import RecordRejected
from loanwright.service.decisions.borrowers import told
from loanwright.service.decisions.path_documents import told_paths
from loanwright.service.kit.ids import is_id
from loanwright.service.kit.problem import Throttled
from loanwright.service.offers.schemas import State
from loanwright.service.reviews.codes import request_items
from loanwright.service.reviews.documents import describe_review
from loanwright.service.reviews.schemas import Kind
from loanwright.service.web.borrower import parts
from loanwright.service.web.borrower.decisions_view import (
    OUTCOMES,
    bands_of,
    present_lines,
    present_reviews,
    title_of,
)
from loanwright.service.web.borrower.trying_view import (
    present_knobs,
    present_tried,
    read_changes,
)
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Posted, Viewer, go, page_router, show

router = page_router()
LONGEST: Final = 4_000
ASKED: Final = N_("A person will look, and you get an answer here.")
ASKED_BEFORE: Final = N_("You have asked for this already; the answer comes here.")
ANSWERED: Final = N_("Your answer is with the person who reads your application.")
ANSWERED_BEFORE: Final = N_("This was answered already.")
WORDS_NEEDED: Final = N_("Write your answer first.")
WAITING: Final = "open"
USED_UP: Final = N_("That was the last question for today. Ask again tomorrow.")
UNREADABLE: Final = N_("This cannot be tried: an answer is outside what we can accept.")
NO_PATHS: Final = N_("The model of this decision cannot be searched.")


@router.get("/my/applications")
def list_applications(
    request: Request, viewer: parts.ReadDecisions, own: parts.OwnRooms
) -> Response:
    """List every application and decision of a borrower, the newest first."""
    page = own.decisions.list_page(limit=parts.MOST_DECISIONS, by=viewer.principal)
    lines = list(page.items)
    changed = own.last_words([one.id for one in lines])
    shown = present_lines(lines, changed, own.products, viewer.language)
    return show(request, viewer, "borrower/applications.html", lines=shown)


@router.get("/my/applications/{decision_id}")
def show_application(
    request: Request,
    viewer: parts.ReadDecisions,
    own: parts.OwnRooms,
    decision_id: parts.DecisionId,
) -> Response:
    """Show a decision: what stands, why, and what can be done about it."""
    return _show(request, viewer, own, decision_id)


@router.post("/my/applications/{decision_id}/paths")
def find_paths(
    request: Request,
    viewer: parts.ReadDecisions,
    own: parts.OwnRooms,
    decision_id: parts.DecisionId,
) -> Response:
    """Show the smallest changes after which it would have been approved."""
    try:
        found = own.paths.find(decision_id, by=viewer.principal)
    except Throttled:
        return _show(request, viewer, own, decision_id, complaint=USED_UP)
    except Unavailable:
        return _show(request, viewer, own, decision_id, complaint=NO_PATHS)
    paths = told_paths(viewer.principal, found.document())
    return _show(request, viewer, own, decision_id, paths=paths)


@router.post("/my/applications/{decision_id}/try")
def try_out(
    request: Request,
    viewer: parts.ReadDecisions,
    form: Posted,
    own: parts.OwnRooms,
    decision_id: parts.DecisionId,
) -> Response:
    """Show what other answers would have led to; nothing is recorded."""
    stored, features = own.trials.changeable(viewer.principal, decision_id)
    address = request.client.host if request.client else "unknown"
    try:
        tried = own.trials.attempt(
            viewer.principal, decision_id, read_changes(features, form), address=address
        )
    except RecordRejected:
        return _show(request, viewer, own, decision_id, form=form, complaint=UNREADABLE)
    except Throttled:
        return _show(request, viewer, own, decision_id, form=form, complaint=USED_UP)
    answer = present_tried(tried, (stored.outcome, stored.grade), viewer.language)
    return _show(request, viewer, own, decision_id, form=form, tried=answer)


@router.post("/my/applications/{decision_id}/ask")
def ask(
    viewer: parts.OpenReviews, form: Posted, own: parts.OwnRooms, decision_id: parts.DecisionId
) -> Response:
    """Ask that a person look, object, or ask for the reasons."""
    kind = form.get("kind", "")
    wanted = Kind(kind) if kind in (Kind.REVIEW, Kind.OBJECTION, Kind.REASONS) else Kind.REVIEW
    words = form.get("words", "").strip()[:LONGEST]
    address = f"/my/applications/{decision_id}"
    try:
        own.reviews.open(viewer.principal, decision_id, wanted, words or None)
    except Conflict:
        return go(address, notice=ASKED_BEFORE, tone="warn")
    return go(address, notice=ASKED)


@router.post("/my/requests/{request_id}/answer")
def answer_request(
    viewer: parts.OpenReviews, form: Posted, own: parts.OwnRooms, request_id: parts.RequestId
) -> Response:
    """Answer what the person who looks has asked for."""
    words = form.get("words", "").strip()[:LONGEST]
    decision_id = form.get("decision", "")
    address = f"/my/applications/{decision_id}" if is_id(decision_id, "dec") else "/my"
    if not words:
        return go(address, notice=WORDS_NEEDED, tone="warn")
    try:
        own.review_requests.answer(viewer.principal, request_id, words)
    except Conflict:
        return go(address, notice=ANSWERED_BEFORE, tone="warn")
    return go(address, notice=ANSWERED)


def _show(
    request: Request,
    viewer: Viewer,
    own: parts.Own,
    decision_id: str,
    *,
    form: Mapping[str, str] | None = None,
    complaint: str | None = None,
    **found: Any,
) -> Response:
    principal, language = viewer.principal, viewer.language
    stored = own.decisions.get(decision_id, by=principal)
    (decision,) = told(principal, [stored.resource()], own.last_words)
    said, tone = OUTCOMES[decision["outcome"]]
    product = own.products.get(stored.product)
    content = {
        "paths": None,
        "tried": None,
        **found,
        "decision": decision,
        "outcome": language.gettext(said),
        "tone": tone,
        "title": title_of(stored.product, product, language),
        "decided_on": language.day(stored.decided_at.date()),
        "bands": [] if product is None else bands_of(product),
        "reasons": [one["text"].get(language.code, "") for one in decision["reasons"]],
        "happenings": present_reviews(_reviews(viewer, own, decision_id), language),
        "requests": _requests(viewer, own, decision_id),
        "offers": _open_offers(viewer, own, decision_id),
        "knobs": _knobs(viewer, own, decision_id, form or {}),
        "left": own.trials.left(principal),
        "complaint": None if complaint is None else language.gettext(complaint),
    }
    status = 200 if complaint is None else 422
    return show(request, viewer, "borrower/application.html", status=status, **content)


def _reviews(viewer: Viewer, own: parts.Own, decision_id: str) -> list[dict[str, Any]]:
    _, reviews, _ = own.reviews.list_of_decision(viewer.principal, decision_id)
    now = own.reviews.now()
    return [describe_review(one, now, staff=False) for one in reviews]


def _requests(viewer: Viewer, own: parts.Own, decision_id: str) -> list[dict[str, str]]:
    """Return what the persons who look at a decision wait for."""
    language = viewer.language
    _, reviews, _ = own.reviews.list_of_decision(viewer.principal, decision_id)
    of_it = {one.id for one in reviews}
    asked = own.review_requests.list_of_applicant(viewer.principal, parts.self_of(viewer))
    items = request_items()
    return [
        {
            "id": one.id,
            "item": items[one.item].in_language(language.code) if one.item in items else one.item,
            "words": one.words or "",
        }
        for one in asked
        if one.review_id in of_it and one.state == WAITING
    ]


def _open_offers(viewer: Viewer, own: parts.Own, decision_id: str) -> int:
    found = own.offers.list_of_decision(viewer.principal, decision_id)
    return sum(one.state is State.OPEN for one in found)


def _knobs(viewer: Viewer, own: parts.Own, decision_id: str, form: Mapping[str, str]) -> list[Any]:
    """Return what can be tried; nothing where the model of the decision is not there any more."""
    try:
        stored, features = own.trials.changeable(viewer.principal, decision_id)
    except LoanwrightError:
        return []
    product = own.products.get(stored.product)
    return [] if product is None else present_knobs(features, form, product, viewer.language)
