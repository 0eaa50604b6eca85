"""The JSON Schema of a record, for OpenAPI."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.wording import shown_number

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(
    product: Product,
    segment: str,
    *,
    accept_sources: Set[str] | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the records that ``validate_record`` accepts.

    Parameters
    ----------
    product, segment
        Whose inputs are described.
    accept_sources
        As in ``validate_record``.
    language
        Language of titles and descriptions.

    Returns
    -------
    dict
        An object schema without further properties.

    Raises
    ------
    SegmentUnknown
        If the product has no such segment.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> schema = json_schema(bundled_product("credit-card"), "new")
    >>> schema["required"], schema["properties"]["limit"]["maximum"]
    (['limit'], 1000000)
    """
    inputs = product.inputs(segment)
    shown = [
        feature
        for feature in (*inputs, *product.extra_inputs(segment))
        if accept_sources is None or feature.source in accept_sources
    ]
    required = [f.name for f in shown if f in inputs and not f.missing.allowed]
    return {
        "$schema": DRAFT,
        "type": "object",
        "title": product.title.in_language(language),
        "properties": {f.name: _property(f, f.name not in required, language) for f in shown},
        "required": required,
        "additionalProperties": False,
    }


def _property(feature: Feature, optional: bool, language: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "title": feature.title.in_language(language),
        "description": _description(feature, language),
    }
    value = _value(feature)
    if not optional:
        return schema | value
    if "type" in value and "enum" not in value:
        return schema | value | {"type": [value["type"], "null"]}
    return schema | {"anyOf": [value, {"type": "null"}]}


def _value(feature: Feature) -> dict[str, Any]:
    if feature.type == "category":
        return {"type": "string", "enum": list(feature.codes)}
    if feature.type == "boolean":
        return {"type": "boolean"}
    if feature.type == "date":
        return {"type": "string", "format": "date"}
    number: dict[str, Any] = {"type": "integer" if feature.type == "integer" else "number"}
    ends = {"minimum": feature.minimum, "maximum": feature.maximum}
    number |= {key: plain(value) for key, value in ends.items() if value is not None}
    if not feature.special:
        return number
    specials = [plain(value) for value in feature.special_values]
    return {"anyOf": [number, {"enum": specials}]}


def _description(feature: Feature, language: str) -> str:
    parts = [feature.help.in_language(language)]
    if feature.unit is not None:
        parts.append(f"({feature.unit.in_language(language)})")
    codes = [(c.code, c.title) for c in feature.categories]
    codes += [(shown_number(feature, s.value).en, s.title) for s in feature.special]
    if codes:
        parts.append("; ".join(f"{code}: {title.in_language(language)}" for code, title in codes))
    return " ".join(parts)


def plain(value: float) -> float | int:
    """Return a whole number as int, so that JSON shows 5 and not 5.0.

    Examples
    --------
    >>> plain(5.0), plain(0.5)
    (5, 0.5)
    """
    return int(value) if value == int(value) else value
