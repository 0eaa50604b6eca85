"""What-if: a control for everything an applicant can change, and what would be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any, Final, Literal

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.service.origination.supposing import Supposed
from loanwright.service.web.languages import Language
from loanwright.service.web.manager.card_view import Assessed
from loanwright.service.web.manager.list_view import OUTCOMES
from loanwright.service.web.manager.questions import plain_of, written
from loanwright.service.web.public.forms import parse_number, read_answer

#: Whole numbers of so few values are chosen from a list.
FEW: Final = 15
STEPS: Final = 100

Kind = Literal["slider", "select", "number"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """One feature that can be supposed otherwise."""

    name: str
    title: str
    kind: Kind
    value: str
    start: str
    changed: bool
    shown: str = ""
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    options: Sequence[tuple[str, str]] = ()


def controls_of(supposed: Supposed, sent: Mapping[str, str], language: Language) -> list[Control]:
    """Return a control for every actionable feature, holding what is supposed."""
    return [_control(one, supposed, sent.get(one.name), language) for one in supposed.actionable]


def changes_of(supposed: Supposed, sent: Mapping[str, str], language: Language) -> dict[str, Any]:
    """Return what is supposed otherwise than it is known."""
    changed: dict[str, Any] = {}
    for feature in supposed.actionable:
        text = sent.get(feature.name, "").strip()
        value = supposed.start.get(feature.name)
        if feature.name not in sent or _means(text, value, language):
            continue
        changed[feature.name] = _value(feature, text, language) if text else None
    return changed


def _means(text: str, value: Any, language: Language) -> bool:
    if text == plain_of(value):
        return True
    number = parse_number(text, language.code)
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return number is not None and plain and float(number) == float(value)


def _value(feature: Feature, text: str, language: Language) -> object:
    if feature.numeric and text.startswith("-"):
        # A number that is a code may be below the range.
        number = parse_number(text, language.code)
        return text if number is None else number
    return read_answer(feature, text, language)


def _control(feature: Feature, supposed: Supposed, sent: str | None, language: Language) -> Control:
    product, start = supposed.product, supposed.start.get(feature.name)
    value = plain_of(start) if sent is None else sent
    title = feature.title.in_language(language.code)
    common: dict[str, Any] = {
        "name": feature.name,
        "title": title,
        "value": value,
        "start": written(feature, start, product, language),
        "changed": feature.name in supposed.changed,
    }
    options = _options(feature, product, start, language)
    if options:
        return Control(kind="select", options=options, **common)
    bounds = _bounds(feature, start)
    if bounds is None:
        return Control(kind="number", **common)
    low, high, step = bounds
    number = parse_number(value, "en")
    return Control(
        kind="slider",
        minimum=plain_of(low),
        maximum=plain_of(high),
        step=plain_of(step),
        shown=language.number(float(start or 0) if number is None else number),
        **common,
    )


def _options(
    feature: Feature, product: Product, start: Any, language: Language
) -> list[tuple[str, str]]:
    if feature.type == "category":
        codes = feature.actionable.codes or feature.codes
        values: list[Any] = [one for one in feature.codes if one in codes or one == start]
    elif feature.type == "boolean":
        values = [True, False]
    elif _is_short(feature):
        low, high = int(feature.minimum or 0), int(feature.maximum or 0)
        values = [*sorted(feature.special_values), *range(low, high + 1)]
    else:
        return []
    if start is None:
        values = [None, *values]
    return [(plain_of(one), written(feature, one, product, language)) for one in values]


def _is_short(feature: Feature) -> bool:
    ends = feature.minimum, feature.maximum
    whole = feature.type == "integer" and None not in ends
    return whole and (ends[1] or 0) - (ends[0] or 0) <= FEW


def _bounds(feature: Feature, start: Any) -> tuple[float, float, float] | None:
    """Return the ends and the step of a slider on whose grid the known value lies."""
    if not feature.numeric or start is None:
        return None
    meant = feature.actionable
    low = feature.minimum if meant.minimum is None else meant.minimum
    high = feature.maximum if meant.maximum is None else meant.maximum
    if low is None or high is None:
        return None
    low, high = min(low, start), max(high, start)
    step = meant.step or (1.0 if feature.type == "integer" else (high - low) / STEPS) or 1.0
    return start - floor((start - low) / step) * step, high, step


def assessed_of(supposed: Supposed) -> Assessed:
    """Return what would be decided as it is drawn."""
    judged = supposed.judged
    intake, assessment = judged.intake, judged.assessment
    outcome = str(judged.decision.outcome)
    return Assessed(
        outcome=outcome,
        tone=OUTCOMES[outcome][1],
        score=assessment.score,
        grade=assessment.grade,
        probability_of_default=assessment.probability_of_default,
        cutoffs=intake.policy.policy.cutoffs_of(intake.segment),
        product=supposed.product,
        weights=list(zip(assessment.features, assessment.contributions, strict=True)),
    )
