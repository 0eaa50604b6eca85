"""Words of reviews as pages say them: kinds, states, people, what is left of a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from loanwright.errors import LoanwrightError
from loanwright.service.reviews.schemas import Kind, Review, State
from loanwright.service.reviews.worth import CLOSENESS, DISAGREEMENT, SIZE
from loanwright.service.users.service import Users
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Tone

KINDS: Final[Mapping[str, str]] = {
    "referral": N_("Referral"),
    "review": N_("Review asked for"),
    "objection": N_("Objection"),
    "reasons": N_("Reasons asked for"),
}
STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "open": (N_("waits"), "info"),
    "taken": (N_("taken"), "warn"),
    "proposed": (N_("needs a second person"), "warn"),
    "resolved": (N_("answered"), "good"),
    "withdrawn": (N_("ended"), "quiet"),
}
OUTCOMES: Final[Mapping[str, tuple[str, Tone]]] = {
    "approve": (N_("approved"), "good"),
    "refer": (N_("referred"), "warn"),
    "decline": (N_("declined"), "bad"),
}
PERFORMANCES: Final[Mapping[str | None, tuple[str, Tone]]] = {
    "good": (N_("good so far"), "good"),
    "bad": (N_("went bad"), "bad"),
    "indeterminate": (N_("neither good nor bad"), "quiet"),
    None: (N_("no account"), "quiet"),
}
TERMS: Final[Mapping[str, tuple[str, float]]] = {
    "closeness": (N_("The score is near a cut-off"), CLOSENESS),
    "size": (N_("Much is asked for"), SIZE),
    "disagreement": (N_("A challenger sees other odds"), DISAGREEMENT),
}
SHORT_TERMS: Final[Mapping[str, str]] = {
    "closeness": N_("near a cut-off"),
    "size": N_("large amount"),
    "disagreement": N_("challenger disagrees"),
}
#: Below this a term is not worth a word.
WORTH_SAYING: Final = 0.3
#: Below so many days a time is told in hours.
SHORT_DAYS: Final = 2
#: Share of its time from which on a review is urgent.
URGENT: Final = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word with its tone."""

    text: str
    tone: Tone = "quiet"


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One term of what a review is worth."""

    title: str
    value: float
    moved: str


def name_of(users: Users, user_id: str | None, language: Language) -> str:
    """Return the name of somebody; machines and those who are gone by what they are."""
    if user_id is None:
        return ""
    if not user_id.startswith("usr_"):
        return language.gettext("the system") if user_id.startswith("system:") else user_id
    try:
        user = users.get(user_id)
    except LoanwrightError:
        return user_id
    return user.name or user.email or user.id


def word(table: Mapping[str, tuple[str, Tone]], key: str, language: Language) -> Word:
    """Return the word of an entry in a language."""
    text, tone = table[key]
    return Word(text=language.gettext(text), tone=tone)


def days_in(length: timedelta, language: Language) -> str:
    """Return a length of time in days, and in hours below two days: never rounded to months."""
    if length.days < SHORT_DAYS:
        return language.span(length)
    said = language.ngettext("%(days)s day", "%(days)s days", length.days)
    return said % {"days": length.days}


def clock_of(review: Review, now: datetime, language: Language) -> Word:
    """Return what is left of the time of a review, in words."""
    _ = language.gettext
    if review.state is State.RESOLVED and review.resolved_at is not None:
        return Word(text=_("answered %(when)s") % {"when": language.moment(review.resolved_at)})
    if review.ended:
        return Word(text=_("ended"))
    left = review.left(now)
    if review.stopped_at is not None:
        said = _("stands still; %(left)s left") % {"left": days_in(left, language)}
        return Word(text=said, tone="info")
    if left <= timedelta():
        return Word(text=_("over since %(late)s") % {"late": days_in(-left, language)}, tone="bad")
    urgent = left < (review.due_at - review.opened_at) * URGENT
    said = _("%(left)s left") % {"left": days_in(left, language)}
    return Word(text=said, tone="warn" if urgent else "quiet")


def clock_source(review: Review, language: Language) -> str:
    """Return who sets the time of a review, and whether it may stand still."""
    _ = language.gettext
    if review.law_pack is None:
        return _("The time is our own promise.")
    return _("The time is set by the law pack %(pack)s.") % {"pack": review.law_pack}


def terms_of(review: Review, language: Language) -> list[Term]:
    """Return why a review stands where it stands, term by term, in days."""
    given = review.due_at - review.opened_at
    found = []
    for name, (title, weight) in TERMS.items():
        value = float(getattr(review.worth, name))
        span = days_in(given * (weight * value), language)
        moved = (
            language.gettext("%(span)s ahead") % {"span": span}
            if value > 0
            else language.gettext("not at all")
        )
        found.append(Term(title=language.gettext(title), value=value, moved=moved))
    return found


def why_first(review: Review, language: Language) -> str:
    """Return in a few words why a review stands where it stands."""
    said = [
        language.gettext(SHORT_TERMS[name])
        for name in TERMS
        if getattr(review.worth, name) >= WORTH_SAYING
    ]
    return ", ".join(said) or language.gettext("its time")


def kind_options(language: Language) -> list[tuple[str, str]]:
    """Return the kinds of review for a filter."""
    return [(str(one), language.gettext(KINDS[one])) for one in Kind]
