"""The fields of an application form, generated from the dictionary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final, Literal

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.records import Value
from loanwright.features.schema import plain
from loanwright.features.text import Text
from loanwright.features.wording import shown_number

InputKind = Literal["number", "select", "checkbox", "date"]
ASKED: Final = frozenset({"questionnaire"})
LONGEST_ANSWER: Final = 200
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer to choose; an empty code stands for no answer."""

    code: str
    title: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class FormField:
    """One field of a form.

    Attributes
    ----------
    name, title, help, unit
        From the dictionary.
    kind
        "number", "select", "checkbox" or "date".
    options
        Answers of a select, in the order of the dictionary.
    minimum, maximum
        As an HTML attribute wants them, or None.
    step
        "1" for whole numbers, "any" for other numbers, else None.
    required
        Whether an answer is needed. A checkbox never needs one: unticked is false.
    """

    name: str
    title: Text
    help: Text
    unit: Text | None
    kind: InputKind
    options: tuple[Option, ...]
    minimum: str | None
    maximum: str | None
    step: str | None
    required: bool


def form_fields(
    product: Product, segment: str, *, sources: Set[str] = ASKED
) -> tuple[FormField, ...]:
    """Return the fields to ask an applicant, in dictionary order.

    Parameters
    ----------
    product, segment
        Whose inputs are asked for.
    sources
        Sources to ask for; by default the questionnaire alone.

    Returns
    -------
    tuple of FormField
        One for each raw input.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> [(f.name, f.kind) for f in form_fields(bundled_product("credit-card"), "new")]
    [('limit', 'number'), ('education', 'select')]
    """
    inputs = (f for f in product.inputs(segment) if f.source in sources)
    return tuple(_field(feature) for feature in inputs)


def parse_answers(fields: tuple[FormField, ...], answers: Mapping[str, str]) -> dict[str, Value]:
    """Return what was typed into a form as a raw record for ``validate_record``.

    Parameters
    ----------
    fields
        The fields that were shown.
    answers
        Field name to typed text. Spaces and a decimal comma are understood in numbers; a comma
        before three digits could mean thousands and is left for the applicant to correct.

    Returns
    -------
    dict
        One entry per answered field; a text that is not a number stays a text, so that
        ``validate_record`` can say what is wrong with it. Unknown names stay as they are.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> fields = form_fields(bundled_product("credit-card"), "new")
    >>> parse_answers(fields, {"limit": "200 000", "education": ""})
    {'limit': 200000}
    """
    kinds: dict[str, InputKind] = {field.name: field.kind for field in fields}
    record: dict[str, Value] = {f.name: False for f in fields if f.kind == "checkbox"}
    for name, answer in answers.items():
        text = answer.strip()[:LONGEST_ANSWER]
        if kinds.get(name) == "checkbox":
            record[name] = text.lower() in ("on", "true", "1")
        elif kinds.get(name) == "number" and text:
            record[name] = _typed_number(text)
        elif text:
            record[name] = text
    return record


def _typed_number(text: str) -> float | int | str:
    compact = "".join(text.split()).replace("−", "-")
    whole, comma, decimals = compact.partition(",")
    if comma and "." not in whole and len(decimals) != 3:
        compact = f"{whole}.{decimals}"
    if not _NUMBER.fullmatch(compact):
        return text
    return plain(float(compact))


def _field(feature: Feature) -> FormField:
    kinds: dict[str, InputKind] = {"category": "select", "boolean": "checkbox", "date": "date"}
    kind = kinds.get(feature.type, "number")
    steps = {"integer": "1", "number": "any", "money": "any"}
    return FormField(
        name=feature.name,
        title=feature.title,
        help=feature.help,
        unit=feature.unit,
        kind=kind,
        options=_options(feature),
        minimum=_end(feature, feature.minimum),
        maximum=_end(feature, feature.maximum),
        step=steps.get(feature.type),
        required=not feature.missing.allowed and kind != "checkbox",
    )


def _options(feature: Feature) -> tuple[Option, ...]:
    options = tuple(Option(code=c.code, title=c.title) for c in feature.categories)
    if options and feature.missing.allowed:
        return (*options, Option(code="", title=feature.missing.title))
    return options


def _end(feature: Feature, value: float | None) -> str | None:
    if value is None:
        return None
    return shown_number(feature, value).en if feature.type == "date" else str(plain(value))
