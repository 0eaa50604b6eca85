"""What a borrower reads of decisions: what stands, the band, the reasons, what persons said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from loanwright.charts.canvas import Labels
from loanwright.charts.steps import draw
from loanwright.features.product import Product
from loanwright.service.decisions.schemas import DecisionLine
from loanwright.service.kit.clock import from_iso
from loanwright.service.reviews.schemas import Kind, State
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Happening, Tone

OUTCOMES: Final[Mapping[str, tuple[str, Tone]]] = {
    "approve": (N_("Approved"), "good"),
    "refer": (N_("A person decides"), "warn"),
    "decline": (N_("Not for now"), "bad"),
}
ASKED: Final[Mapping[str, str]] = {
    Kind.REFERRAL: N_("A person reads your application"),
    Kind.REVIEW: N_("You asked for a person"),
    Kind.OBJECTION: N_("You objected"),
    Kind.REASONS: N_("You asked for the reasons"),
}
SAID: Final[Mapping[str, str]] = {
    State.OPEN: N_("Waits for a person, until %(day)s at the latest."),
    State.TAKEN: N_("A person is reading it; you hear by %(day)s."),
    State.PROPOSED: N_("A person is reading it; you hear by %(day)s."),
    State.RESOLVED: N_("Answered."),
    State.WITHDRAWN: N_("Withdrawn."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A decision as a line of a list."""

    id: str
    product: str
    lender: str
    decided_on: str
    said: str
    tone: Tone
    grade: str
    reviewed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How the band went over time: a drawing, and its table."""

    product: str
    grade: str
    chart: str
    rows: tuple[tuple[str, str, str], ...]


def present_lines(
    lines: Sequence[DecisionLine],
    changed: Mapping[str, str],
    products: Mapping[str, Product],
    language: Language,
) -> list[Line]:
    """Return decisions as a list shows them, with the outcome that stands."""
    return [_line(one, changed, products, language) for one in lines]


def _line(
    one: DecisionLine,
    changed: Mapping[str, str],
    products: Mapping[str, Product],
    language: Language,
) -> Line:
    said, tone = OUTCOMES[changed.get(one.id, one.outcome)]
    product = products.get(one.product)
    return Line(
        id=one.id,
        product=title_of(one.product, product, language),
        lender="" if product is None or product.lender is None else product.lender,
        decided_on=language.day(one.decided_at.date()),
        said=language.gettext(said),
        tone=tone,
        grade=one.grade,
        reviewed=one.id in changed,
    )


def title_of(name: str, product: Product | None, language: Language) -> str:
    """Return what a product is called; one that is no longer offered keeps its name."""
    return name if product is None else product.title.in_language(language.code)


def present_course(
    lines: Sequence[DecisionLine], products: Mapping[str, Product], language: Language
) -> Course | None:
    """Return how the band of the product of this bank that was decided last went over time."""
    decided = [products[one.product] for one in lines if one.product in products]
    if not decided:
        return None
    product = next((one for one in decided if one.lender is None), decided[0])
    bands = bands_of(product)
    theirs = [one for one in reversed(lines) if one.product == product.name and one.grade in bands]
    if not theirs:
        return None
    title = product.title.in_language(language.code)
    labels = Labels(
        title=language.gettext("Your band over time: %(product)s") % {"product": title},
        description=language.gettext("Higher is better. Each point is one decision."),
    )
    days = [language.day(one.decided_at.date()) for one in theirs]
    short = [f"{one.decided_at:%d.%m.%y}" for one in theirs]
    chart = draw(bands, [bands.index(one.grade) for one in theirs], short, labels=labels)
    rows = zip(days, (one.grade for one in theirs), strict=True)
    counted = tuple((day, grade, _counted(bands, grade, language)) for day, grade in rows)
    return Course(product=title, grade=theirs[-1].grade, chart=chart, rows=counted)


def bands_of(product: Product) -> list[str]:
    """Return the bands of a product, the riskiest first."""
    grades = sorted(product.scale["grades"], key=lambda one: one.get("score_from") or float("-inf"))
    return [str(one["name"]) for one in grades]


def _counted(bands: Sequence[str], grade: str, language: Language) -> str:
    return language.gettext("%(position)s of %(count)s, counted from the riskiest") % {
        "position": bands.index(grade) + 1,
        "count": len(bands),
    }


def present_reviews(reviews: Sequence[Mapping[str, Any]], language: Language) -> list[Happening]:
    """Return what persons were asked and what they answered, the newest first."""
    return [_happening(one, language) for one in reversed(reviews)]


def _happening(one: Mapping[str, Any], language: Language) -> Happening:
    day = language.day(from_iso(one["due_at"]).date())
    said, asked = SAID[one["state"]], ASKED[one["kind"]]
    text = language.gettext(said) % {"day": day}
    tone: Tone = "info"
    if one["result"] is not None:
        code = one["code_text"] or {}
        words = [code.get(language.code, ""), one["answer"] or ""]
        text = " ".join(part for part in words if part) or text
        tone = "good" if one["outcome"] == "approve" else "quiet"
    return Happening(
        when=language.day(from_iso(one["opened_at"]).date()),
        title=language.gettext(asked),
        text=text,
        tone=tone,
    )
