"""The description of the API, as it really answers."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from loanwright.service.kit.documents import FieldErrorDocument, ProblemDocument

STRICT = "/v1/"
REFERENCES = "#/components/schemas/{model}"
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this application: sent again with the same body, it gets the same bytes.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def write_openapi(
    framework: FastAPI, *, bodies: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the description, with the bodies that the framework does not read itself."""
    description = get_openapi(
        title=framework.title,
        version=framework.version,
        description=framework.description,
        routes=framework.routes,
    )
    schemas = description["components"]["schemas"]
    models = [(FieldErrorDocument, "serialization"), (ProblemDocument, "serialization")]
    _, definitions = models_json_schema(models, ref_template=REFERENCES)  # type: ignore[arg-type]
    schemas.update(definitions["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for (method, path), body in bodies.items():
        operation = description["paths"][path][method]
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": dict(body)}},
        }
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    operations = {
        (method, path): operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }
    refusal = next(
        one["responses"]["422"] for one in operations.values() if "422" in one["responses"]
    )
    for (_, path), operation in operations.items():
        _one_of_both_keys(operation)
        if path.startswith(STRICT):
            # A parameter that nobody reads is refused everywhere.
            operation["responses"].setdefault("422", refusal)
    return description


def _one_of_both_keys(operation: dict[str, Any]) -> None:
    # Listed apart they mean "either"; the framework may have joined them into "both".
    names = {name for one in operation.get("security", ()) for name in one}
    if names:
        operation["security"] = [{name: []} for name in sorted(names)]
