"""What a page says about a decision: outcome, next steps, reasons, band; no model numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.service.web.languages import Language
from loanwright.service.web.public.forms import SEGMENT

EXAMPLE_GRADES: Final = "EDCBA"
EXAMPLE_GRADE: Final = "C"

Tone = Literal["adverse", "favourable", "rule"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductCard:
    """One product as the start page offers it."""

    name: str
    title: str
    description: str
    questions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductUse:
    """What a product asks of a new applicant, and what it never decides by."""

    title: str
    asked: tuple[str, ...]
    never_used: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonLine:
    """One reason in one language."""

    text: str
    tone: Tone


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """One grade of the scale, and whether it is the applicant's."""

    name: str
    mine: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A decision as the applicant reads it."""

    product: str
    outcome: str
    grade: str
    bands: tuple[Band, ...]
    reasons: tuple[ReasonLine, ...]
    reference: str
    decided_on: str
    decided_at: str
    reviewed: bool = False

    @property
    def position(self) -> int:
        """Return which band it is, counted from the riskiest; 0 where the scale has changed."""
        return next((n for n, band in enumerate(self.bands, 1) if band.mine), 0)


def present_product(product: Product, language: Language) -> ProductCard:
    """Describe a product for its card."""
    return ProductCard(
        name=product.name,
        title=product.title.in_language(language.code),
        description=_description(product, language),
        questions=len(product.inputs(SEGMENT)),
    )


def _description(product: Product, language: Language) -> str:
    text = product.description
    return "" if text is None else text.in_language(language.code)


def present_example() -> tuple[Band, ...]:
    """Return the bands of the made-up answer on the start page."""
    return tuple(Band(name=name, mine=name == EXAMPLE_GRADE) for name in EXAMPLE_GRADES)


def present_use(product: Product, language: Language) -> ProductUse:
    """Describe what a product asks and what it never uses."""

    def titles(features: tuple[Feature, ...]) -> tuple[str, ...]:
        return tuple(feature.title.in_language(language.code) for feature in features)

    asked = product.inputs(SEGMENT)
    never = tuple(
        feature
        for feature in product.features.values()
        if feature.protected and not feature.derived and feature not in asked
    )
    return ProductUse(
        title=product.title.in_language(language.code),
        asked=titles(asked),
        never_used=titles(never),
    )


def present_result(
    application: Mapping[str, Any], product: Product | None, language: Language
) -> Result:
    """Say a stored answer in the applicant's language; an unknown product has no scale to show."""
    decision = application["decision"]
    moment = datetime.fromisoformat(decision["decided_at"])
    title = application["product"] if product is None else product.title.in_language(language.code)
    return Result(
        product=title,
        outcome=decision["outcome"],
        grade=decision["grade"],
        bands=() if product is None else _bands(product, decision["grade"]),
        reasons=tuple(_present_reason(reason, language) for reason in decision["reasons"]),
        reference=application["id"],
        decided_on=language.day(moment.date()),
        decided_at=language.time(moment),
        reviewed=decision.get("reviewed", False),
    )


def _bands(product: Product, grade: str) -> tuple[Band, ...]:
    grades = sorted(product.scale["grades"], key=lambda g: g.get("score_from") or float("-inf"))
    return tuple(Band(name=g["name"], mine=g["name"] == grade) for g in grades)


def _present_reason(reason: Mapping[str, Any], language: Language) -> ReasonLine:
    tone: Tone = "rule"
    if reason["source"] == "model":
        tone = "adverse" if reason["contribution"] > 0 else "favourable"
    texts = reason["text"]
    return ReasonLine(text=texts.get(language.code, texts["en"]), tone=tone)
