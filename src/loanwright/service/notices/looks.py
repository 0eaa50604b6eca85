"""From the reviews of a decision to what a data-subject pack tells of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from loanwright.notices.looks import Look
from loanwright.service.reviews.codes import codes
from loanwright.service.reviews.schemas import Override, Review, State


def looks_of(
    outcome: str,
    reviews: Sequence[Review],
    overrides: Sequence[Override],
    role_of: Callable[[str], str],
) -> list[Look]:
    """Return every look at a decision, the oldest first, and what stood after each."""
    return [_look(one, _stands(outcome, one, overrides), role_of) for one in reviews]


def _look(review: Review, stands: str, role_of: Callable[[str], str]) -> Look:
    about = Look(
        code=review.id,
        kind=str(review.kind),
        opened_on=review.opened_at.date(),
        asked=review.reason,
        withdrawn=review.state is State.WITHDRAWN,
    )
    if review.state is not State.RESOLVED or review.resolved_at is None:
        # What was only proposed is nobody's answer yet.
        return about
    ended = review.approved_at or review.resolved_at
    code = codes().get(review.code or "")
    return replace(
        about,
        role=role_of(review.resolved_by or ""),
        seconded=None if review.approved_by is None else role_of(review.approved_by),
        answered_on=ended.date(),
        found=None if code is None else code.text,
        answer=review.answer,
        stands=stands,
    )


def _stands(outcome: str, review: Review, overrides: Sequence[Override]) -> str:
    """Return the outcome that stood once a review had ended."""
    ended = review.approved_at or review.resolved_at
    if ended is None:
        return outcome
    before = [
        one.outcome for one in overrides if one.made_at <= ended or one.review_id == review.id
    ]
    return before[-1] if before else outcome
