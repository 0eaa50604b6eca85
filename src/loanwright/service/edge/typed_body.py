"""Bodies that a pydantic model describes: read strictly, documented as they are read."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from loanwright.service.edge.headers import read_headers
from loanwright.service.kit.problem import ContentTypeUnsupported, FieldError, PayloadRejected
from loanwright.service.kit.strict_json import parse

Model = TypeVar("Model", bound=BaseModel)
MEDIA_TYPES = ("application/json", "application/merge-patch+json")
MOST_ERRORS = 100


def body_of(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """Return a dependency that reads the body as this model.

    Use it with `openapi_extra=takes(Model)` on the route, which documents the body.
    """

    async def read(request: Request) -> Model:
        headers = read_headers(request.scope["headers"])
        media_type = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0]
        if media_type.strip().lower() not in MEDIA_TYPES:
            raise ContentTypeUnsupported
        return read_document(model, await request.body())

    return read


def read_document(model: type[Model], body: bytes) -> Model:
    """Return the document in a body, or say everything that is wrong with it."""
    parse(body)
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as failure:
        raise PayloadRejected([_field_error(one) for one in failure.errors()]) from None


def _field_error(error: Any) -> FieldError:
    # Neither the value nor the context: both repeat what was sent.
    field = ".".join(str(part) for part in error["loc"])
    code = "unknown_field" if error["type"] == "extra_forbidden" else str(error["type"])
    return FieldError(field=field[:120], code=code, message=str(error["msg"])[:200])


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """Return the documentation of a body."""
    schema = model.model_json_schema()
    plain = _inlined(schema, schema.get("$defs", {}))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": plain}}}}


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        named = definitions[part["$ref"].rsplit("/", 1)[1]]
        beside = {name: value for name, value in part.items() if name != "$ref"}
        return _inlined({**named, **beside}, definitions)
    return {name: _inlined(value, definitions) for name, value in part.items() if name != "$defs"}
