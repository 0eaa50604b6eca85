"""What an application for a product may carry, as JSON Schema."""

from collections.abc import Iterable
from typing import Any

from loanwright.features.feature import Feature
from loanwright.features.product import Product

STATED = frozenset({"questionnaire", "bureau"})
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def stated_features(product: Product, segment: str) -> tuple[Feature, ...]:
    """Return the features that an application of this segment states itself."""
    return tuple(one for one in product.inputs(segment) if one.source in STATED)


def application_schema(products: Iterable[Product]) -> dict[str, Any]:
    """Return the schema of the body of an application, one alternative for each product."""
    return {
        "title": "Application",
        "oneOf": [_body_schema(product) for product in products],
    }


def _body_schema(product: Product) -> dict[str, Any]:
    forms: list[dict[str, Any]] = []
    for segment in product.segments:
        form = features_schema(product, segment)
        if form not in forms:
            forms.append(form)
    return {
        "title": product.title.en,
        "type": "object",
        "additionalProperties": False,
        "required": ["product", "features"],
        "properties": {
            "product": {"type": "string", "enum": [product.name]},
            "applicant": _APPLICANT,
            "features": forms[0] if len(forms) == 1 else {"anyOf": forms},
        },
    }


_APPLICANT = {
    "description": "Who applies. Without it, or unknown to the bank, the applicant is new.",
    "oneOf": [
        {
            "type": "object",
            "additionalProperties": False,
            "required": [name],
            "properties": {name: {"type": "string", "minLength": 1, "maxLength": 64, **more}},
        }
        for name, more in (
            ("document_number", {"description": "A document number that the caller has verified."}),
            ("id", {"description": "The applicant's id in an earlier answer."}),
        )
    ],
}


def features_schema(product: Product, segment: str) -> dict[str, Any]:
    """Return the schema of the features that an application of this segment states."""
    stated = stated_features(product, segment)
    names = {one.name for one in stated}
    kept_apart = [product.features[name] for name in product.fairness_inputs if name not in names]
    return {
        "type": "object",
        "title": product.segments[segment].title.en,
        "additionalProperties": False,
        "required": [one.name for one in stated if not one.missing.allowed],
        "properties": {
            one.name: feature_schema(one, nullable=one.missing.allowed)
            for one in (*stated, *(one for one in kept_apart if one.source in STATED))
        },
    }


def feature_schema(feature: Feature, *, nullable: bool) -> dict[str, Any]:
    """Return the schema of one feature."""
    described = {"title": feature.title.en, "description": feature.help.en}
    kinds = [_value_schema(feature)]
    if feature.special and feature.numeric:
        kinds.append({"enum": [one.value for one in feature.special]})
    if nullable:
        kinds.append({"type": "null"})
    return {**described, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})}


def _value_schema(feature: Feature) -> dict[str, Any]:
    if feature.type == "category":
        return {"type": "string", "enum": list(feature.codes)}
    if feature.type == "boolean":
        return {"type": "boolean"}
    if feature.type == "date":
        return {"type": "string", "format": "date", "pattern": DAY}
    schema: dict[str, Any] = {"type": "integer" if feature.type == "integer" else "number"}
    if feature.minimum is not None:
        schema["minimum"] = feature.minimum
    if feature.maximum is not None:
        schema["maximum"] = feature.maximum
    return schema
