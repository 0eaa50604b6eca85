"""What the queue of reviews says of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from loanwright.features.product import Product
from loanwright.service.reviews.schemas import Review
from loanwright.service.users.service import Users
from loanwright.service.web.languages import Language
from loanwright.service.web.office import Viewer
from loanwright.service.web.parts import Kpi
from loanwright.service.web.underwriter.naming import (
    KINDS,
    STATES,
    Term,
    Word,
    clock_of,
    name_of,
    terms_of,
    why_first,
    word,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One review in the list."""

    id: str
    reference: str
    product: str
    kind: str
    state: Word
    holder: str
    clock: Word
    why: str
    terms: list[Term]
    awaited: int


def present_row(
    review: Review,
    viewer: Viewer,
    users: Users,
    products: Mapping[str, Product],
    now: datetime,
) -> Row:
    """Return one line of the queue."""
    language = viewer.language
    held = review.is_held(now)
    state = "open" if review.state == "taken" and not held else str(review.state)
    mine = review.taken_by == viewer.principal.id
    holder = language.gettext("you") if mine else name_of(users, review.taken_by, language)
    return Row(
        id=review.id,
        reference=review.id[-6:],
        product=title_of(products, review.product, language),
        kind=language.gettext(KINDS[review.kind]),
        state=word(STATES, state, language),
        holder=holder if held else "",
        clock=clock_of(review, now, language),
        why=why_first(review, language),
        terms=terms_of(review, language),
        awaited=review.awaited,
    )


def title_of(products: Mapping[str, Product], name: str, language: Language) -> str:
    """Return the title of a product; of one no longer offered, its name."""
    known = products.get(name)
    return name if known is None else known.title.in_language(language.code)


def present_figures(counts: Mapping[str, int], language: Language) -> list[Kpi]:
    """Return how the queue stands, each figure leading to its list."""
    _ = language.gettext
    return [
        Kpi(
            label=_("Waiting"), value=language.number(counts["open"]), href="/reviews?show=waiting"
        ),
        Kpi(
            label=_("Taken by me"), value=language.number(counts["mine"]), href="/reviews?show=mine"
        ),
        Kpi(
            label=_("Over their time"),
            value=language.number(counts["overdue"]),
            tone="bad" if counts["overdue"] else "quiet",
            delta=_("Answer these first") if counts["overdue"] else "",
            href="/reviews?show=overdue",
        ),
        Kpi(
            label=_("Waiting for applicants"),
            value=language.number(counts["awaited"]),
            href="/reviews?show=awaited",
        ),
        Kpi(
            label=_("Need a second person"),
            value=language.number(counts["proposed"]),
            href="/reviews?show=proposed",
        ),
    ]
