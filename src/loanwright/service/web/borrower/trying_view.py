"""What a borrower may change to see what would be decided: sliders and choices, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.service.decisions.trials import Tried
from loanwright.service.web.borrower.decisions_view import OUTCOMES
from loanwright.service.web.languages import Language
from loanwright.service.web.parts import Tone

STEPS: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Knob:
    """One answer that may be changed.

    Attributes
    ----------
    options
        Pairs of value and title, for a choice.
    """

    name: str
    title: str
    help: str
    kind: Literal["slider", "select"]
    value: str
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    shown: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedAnswer:
    """What would have been decided, in words."""

    said: str
    tone: Tone
    grade: str
    same: bool


def present_knobs(
    features: Sequence[tuple[Feature, Any]],
    form: Mapping[str, str],
    product: Product,
    language: Language,
) -> list[Knob]:
    """Return the answers that may be changed, as they were or as they were just tried."""
    return [_knob(one, before, form, product, language) for one, before in features]


def _knob(
    feature: Feature, before: Any, form: Mapping[str, str], product: Product, language: Language
) -> Knob:
    title, help_text = (
        feature.title.in_language(language.code),
        feature.help.in_language(language.code),
    )
    if feature.categories or feature.type == "boolean":
        return Knob(
            name=feature.name,
            title=title,
            help=help_text,
            kind="select",
            value=form.get(feature.name, _written(before)),
            options=_options(feature, language),
        )
    low, high = _range(feature)
    value = form.get(feature.name, _written(low if before is None else before))
    return Knob(
        name=feature.name,
        title=title,
        help=help_text,
        kind="slider",
        value=value,
        minimum=_written(low),
        maximum=_written(high),
        step=_written(_step(feature, before, low, high)),
        shown=_shown(value, feature, product, language),
    )


def _range(feature: Feature) -> tuple[float, float]:
    able = feature.actionable
    low = able.minimum if able.minimum is not None else feature.minimum
    high = able.maximum if able.maximum is not None else feature.maximum
    return (low if low is not None else 0.0), (high if high is not None else 100.0)


def _step(feature: Feature, before: Any, low: float, high: float) -> float:
    """Return in which steps a slider moves; what was answered must be one of its places."""
    step = feature.actionable.step or max(1.0, round((high - low) / STEPS))
    fits = before is None or (before - low) % step == 0
    return step if fits else 1.0


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _shown(value: str, feature: Feature, product: Product, language: Language) -> str:
    try:
        number = float(value)
    except ValueError:
        return value
    if feature.type == "money":
        return language.money(number, product.currency)
    return language.number(number)


def _options(feature: Feature, language: Language) -> tuple[tuple[str, str], ...]:
    if feature.type == "boolean":
        return (("yes", language.gettext("Yes")), ("no", language.gettext("No")))
    return tuple((one.code, one.title.in_language(language.code)) for one in feature.categories)


def read_changes(
    features: Sequence[tuple[Feature, Any]], form: Mapping[str, str]
) -> dict[str, Any]:
    """Return what was changed, as the dictionary expects it; what cannot be read stays text."""
    changes: dict[str, Any] = {}
    for feature, before in features:
        text = form.get(feature.name, "").strip()
        if text and text != _written(before):
            changes[feature.name] = _read(feature, text)
    return changes


def _read(feature: Feature, text: str) -> Any:
    if feature.type == "boolean":
        return {"yes": True, "no": False}.get(text, text)
    if not feature.numeric:
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if feature.type == "integer" and number.is_integer() else number


def present_tried(tried: Tried, before: tuple[str, str], language: Language) -> TriedAnswer:
    """Return what would have been decided; ``before`` are the outcome and band of the decision."""
    said, tone = OUTCOMES[tried.outcome]
    return TriedAnswer(
        said=language.gettext(said),
        tone=tone,
        grade=tried.grade,
        same=before == (str(tried.outcome), tried.grade),
    )
