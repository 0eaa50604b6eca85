"""What an application for a product may carry, as JSON Schema."""

from collections.abc import Iterable
from typing import Any

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.schema import json_schema

STATED = frozenset({"questionnaire", "bureau"})
APPLICANT_NAMES = {
    "document_number": "A document number that the caller has verified.",
    "id": "The applicant's id in an earlier answer.",
}


def stated_features(product: Product, segment: str) -> tuple[Feature, ...]:
    """Return the features that an application of this segment states itself."""
    asked = (*product.inputs(segment), *_means(product, segment))
    return tuple(one for one in asked if one.source in STATED)


def _means(product: Product, segment: str) -> tuple[Feature, ...]:
    return tuple(one for one in product.extra_inputs(segment) if not one.protected)


def application_schema(products: Iterable[Product]) -> dict[str, Any]:
    """Return the schema of the body of an application, one alternative for each product."""
    return {"title": "Application", "oneOf": [_body_schema(product) for product in products]}


def _body_schema(product: Product) -> dict[str, Any]:
    forms: list[dict[str, Any]] = []
    for segment in product.segments:
        form = json_schema(product, segment, accept_sources=STATED)
        # OpenAPI 3.1 says for the whole document which draft of JSON Schema it means.
        del form["$schema"]
        if form not in forms:
            forms.append(form)
    return {
        "title": product.title.en,
        "type": "object",
        "additionalProperties": False,
        "required": ["product", "features"],
        "properties": {
            "product": {"type": "string", "enum": [product.name]},
            "applicant": {
                "description": "Who applies. Without it, or unknown to the bank, they are new.",
                "oneOf": [_applicant_schema(*named) for named in APPLICANT_NAMES.items()],
            },
            "features": forms[0] if len(forms) == 1 else {"anyOf": forms},
        },
    }


def _applicant_schema(name: str, description: str) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": 64, "description": description}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name],
        "properties": {name: text},
    }
