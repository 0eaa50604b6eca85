"""What the page of one review says beside the decision itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from loanwright.decisioning.outcome import Outcome
from loanwright.features.text import Text
from loanwright.service.reviews.codes import STANDS, codes, request_items, return_codes
from loanwright.service.reviews.schemas import (
    Kind,
    Override,
    Request,
    RequestState,
    Return,
    Review,
    State,
)
from loanwright.service.users.service import Users
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Happening, Tone
from loanwright.service.web.underwriter.naming import KINDS, OUTCOMES, Word, name_of, word

REQUESTED: Final[Mapping[str, tuple[str, Tone]]] = {
    "open": (N_("asked for"), "warn"),
    "received": (N_("received"), "good"),
    "waived": (N_("not needed"), "quiet"),
}
CHOOSE: Final = N_("Choose a reason")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Something that the applicant was asked for."""

    id: str
    item: str
    words: str
    answer: str
    state: Word
    open: bool
    when: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What can be read of a review besides its decision.

    Attributes
    ----------
    role
        What the viewer can do: ``holder``, ``free`` (take it), ``held`` (somebody else has it),
        ``second`` (approve what was proposed), ``reader`` or ``ended``.
    """

    role: str
    holder: str
    until: str
    reason: str
    proposed: Word | None
    proposed_by: str
    code: str
    answer: str


def present_told(
    review: Review, users: Users, language: Language, *, now: datetime, viewer_id: str, may: bool
) -> Told:
    """Return who has a review, what was asked and what was answered."""
    code = codes().get(review.code or "")
    outcome = review.outcome
    return Told(
        role=_role(review, viewer_id, now) if may else "ended" if review.ended else "reader",
        holder=name_of(users, review.taken_by, language),
        until="" if review.lease_until is None else language.time(review.lease_until),
        reason=review.reason or "",
        proposed=None if outcome is None else word(OUTCOMES, outcome, language),
        proposed_by=name_of(users, review.resolved_by, language),
        code="" if code is None else code.text.in_language(language.code),
        answer=review.answer or "",
    )


def _role(review: Review, viewer_id: str, now: datetime) -> str:
    if review.ended:
        return "ended"
    if review.state is State.PROPOSED:
        return "reader" if review.resolved_by == viewer_id else "second"
    if review.state is State.TAKEN and review.taken_by == viewer_id:
        return "holder"
    return "held" if review.is_held(now) else "free"


def present_requests(requests: Sequence[Request], language: Language) -> list[Asked]:
    """Return what the applicant was asked for."""
    return [
        Asked(
            id=one.id,
            item=request_items()[one.item].in_language(language.code),
            words=one.words or "",
            answer=one.answer or "",
            state=word(REQUESTED, one.state, language),
            open=one.state is RequestState.OPEN,
            when=language.moment(one.ended_at or one.asked_at),
        )
        for one in requests
    ]


def answer_options(
    review: Review, standing: str, language: Language
) -> dict[str, list[tuple[str, str]]]:
    """Return the reasons that go with each answer that this review can have."""
    changing = () if review.kind is Kind.REASONS else (Outcome.APPROVE, Outcome.DECLINE)
    stands = STANDS if review.kind is Kind.REASONS or standing != Outcome.REFER else None
    possible = [str(one) for one in changing if one != standing] + ([stands] if stands else [])
    return {
        outcome: _options(
            {one.code: one.text for one in codes().values() if one.outcome == outcome}, language
        )
        for outcome in possible
    }


def return_options(language: Language) -> list[tuple[str, str]]:
    """Return why a review may be put back."""
    return _options(return_codes(), language)


def item_options(language: Language) -> list[tuple[str, str]]:
    """Return what an applicant may be asked for."""
    return [(code, text.in_language(language.code)) for code, text in request_items().items()]


def _options(texts: Mapping[str, Text], language: Language) -> list[tuple[str, str]]:
    told = [(code, text.in_language(language.code)) for code, text in texts.items()]
    return [("", language.gettext(CHOOSE)), *told]


def present_history(
    review: Review,
    returns: Sequence[Return],
    requests: Sequence[Request],
    overrides: Sequence[Override],
    *,
    users: Users,
    language: Language,
) -> list[Happening]:
    """Return what has happened with a review, the newest first."""
    _ = language.gettext

    def named(user_id: str | None) -> str:
        return name_of(users, user_id, language)

    found: list[tuple[datetime, str, str, Tone]] = [
        (review.opened_at, language.gettext(KINDS[review.kind]), named(review.opened_by), "info")
    ]
    if review.taken_at is not None:
        found.append((review.taken_at, _("Taken"), named(review.taken_by), "quiet"))
    for one in returns:
        why = return_codes()[one.code].in_language(language.code)
        said = " ".join(part for part in (named(one.returned_by) + ":", why, one.words) if part)
        found.append((one.returned_at, _("Put back"), said, "warn"))
    for asked in requests:
        item = request_items()[asked.item].in_language(language.code)
        found.append((asked.asked_at, _("Asked the applicant"), item, "quiet"))
        if asked.ended_at is not None:
            text, tone = REQUESTED[asked.state]
            found.append((asked.ended_at, item, _(text), tone))
    if review.resolved_at is not None:
        outcome = word(OUTCOMES, review.outcome or "refer", language)
        found.append((review.resolved_at, outcome.text, named(review.resolved_by), outcome.tone))
    if review.approved_at is not None:
        second = _("Approved by a second person")
        found.append((review.approved_at, second, named(review.approved_by), "good"))
    for made in overrides:
        if made.review_id != review.id:
            outcome = word(OUTCOMES, made.outcome, language)
            title = _("Earlier override: %(outcome)s") % {"outcome": outcome.text}
            found.append((made.made_at, title, named(made.made_by), "warn"))
    ordered = sorted(found, key=lambda one: one[0], reverse=True)
    return [
        Happening(when=language.moment(when), title=title, text=text, tone=tone)
        for when, title, text, tone in ordered
    ]
