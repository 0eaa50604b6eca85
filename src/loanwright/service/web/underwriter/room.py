"""The parts of the service that the page of one review is made of, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from loanwright.decisioning.outcome import Outcome
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.notes.service import Notes
from loanwright.service.offers.schemas import State as OfferState
from loanwright.service.offers.service import Offers
from loanwright.service.reviews.asking import Requests
from loanwright.service.reviews.holding import Queue
from loanwright.service.reviews.schemas import Review
from loanwright.service.reviews.service import Reviews
from loanwright.service.reviews.similar import Similar
from loanwright.service.shadows.service import Shadows
from loanwright.service.users.service import Users
from loanwright.service.web.languages import Language
from loanwright.service.web.office import Viewer
from loanwright.service.web.underwriter.decision_view import (
    present_decision,
    present_likeness,
    summarise,
)
from loanwright.service.web.underwriter.desk_view import (
    answer_options,
    item_options,
    present_history,
    present_requests,
    present_told,
    return_options,
)
from loanwright.service.web.underwriter.naming import (
    KINDS,
    clock_of,
    clock_source,
    name_of,
    terms_of,
)
from loanwright.service.web.underwriter.queue_view import title_of

NOTES: Final = 5
OK: Final = 200
UNPROCESSABLE: Final = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What somebody has sent that cannot be taken, and what is wrong with it, by field."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """Return with what the page is answered."""
        return UNPROCESSABLE if self.wrong else OK

    def said(self, language: Language) -> dict[str, str]:
        """Return what is wrong, in a language."""
        return {name: language.gettext(text) for name, text in self.wrong.items()}


#: A page that nobody has sent anything to.
UNTOUCHED: Final = Typed()


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Whom the page of a review asks."""

    reviews: Reviews
    queue: Queue
    requests: Requests
    similar: Similar
    shadows: Shadows
    decisions: Decisions
    notes: Notes
    offers: Offers
    users: Users

    def decision(self, record: DecisionRecord, language: Language) -> dict[str, Any]:
        """Return what the page says of a decision; nothing of it knows of any review."""
        product = self.reviews.accounts.product(record.product)
        policy = self.decisions.policy_of(record)
        opinions = self.shadows.list_opinions(record.id)
        alike = self.similar.find(record)
        return {
            "decision": present_decision(record, product, policy, opinions, language),
            "alike": [present_likeness(one, product, language) for one in alike],
            "alike_summary": summarise(alike, language),
        }

    def review(self, viewer: Viewer, review: Review) -> dict[str, Any]:
        """Return what the page says of a review."""
        language, principal = viewer.language, viewer.principal
        now = self.reviews.now()
        asked = self.requests.list_of_review(principal, review.id)
        standing, others, overrides = self.reviews.list_of_decision(principal, review.decision_id)
        told = present_told(
            review, self.users, language,
            now=now, viewer_id=principal.id, may=viewer.can("reviews:write"),
        )  # fmt: skip
        return {
            "review": review,
            "title": language.gettext(KINDS[review.kind]),
            "product": title_of(self.reviews.accounts.products, review.product, language),
            "told": told,
            "may_offer": standing == Outcome.APPROVE and self._may_offer(viewer, review),
            "clock": clock_of(review, now, language),
            "clock_source": clock_source(review, language),
            "terms": terms_of(review, language),
            "asked": present_requests(asked, language),
            "answers": answer_options(review, standing, language),
            "returns": return_options(language),
            "items": item_options(language),
            "others": [one for one in others if one.id != review.id],
            "history": present_history(
                review, self.queue.list_returns(principal, review.id), asked, overrides,
                users=self.users, language=language,
            ),
            "notes": self._notes(viewer, review),
            "may_wait": self.reviews.law.may_wait(review),
        }  # fmt: skip

    def _may_offer(self, viewer: Viewer, review: Review) -> bool:
        """Tell whether the viewer may make an offer, and none was accepted yet."""
        if not viewer.can("offers:write"):
            return False
        made = self.offers.list_of_decision(viewer.principal, review.decision_id)
        return all(one.state is not OfferState.ACCEPTED for one in made)

    def _notes(self, viewer: Viewer, review: Review) -> list[tuple[str, str, str]]:
        if not viewer.can("notes:read"):
            return []
        page = self.notes.list_page(viewer.principal, review.applicant_id, limit=NOTES)
        language = viewer.language
        return [
            (
                name_of(self.users, one.written_by, language),
                language.moment(one.written_at),
                one.text,
            )
            for one in page.items
        ]


def _room(request: Request) -> Room:
    state = request.app.state
    return Room(
        reviews=state.reviews,
        queue=state.review_queue,
        requests=state.review_requests,
        similar=state.similar,
        shadows=state.shadows,
        decisions=state.decisions,
        notes=state.notes,
        offers=state.offers,
        users=state.users,
    )


RoomPart = Annotated[Room, Depends(_room)]
