"""What problem documents look like to a reader of the API's documentation."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.kit.problem import MEDIA_TYPE

MEANINGS = {
    401: "No valid API key.",
    403: "The API key does not have the scope that this needs.",
    404: "There is no such thing.",
    408: "The body did not arrive in time.",
    409: "What was asked contradicts what is recorded.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "What was sent is not acceptable; `errors` says why, field by field.",
    429: "Too many requests; `Retry-After` says when to try again.",
    500: "Something went wrong on our side.",
    503: "Something that is needed does not answer now; `Retry-After` says when to try again.",
}


class FieldErrorDocument(BaseModel):
    """One thing that is wrong with one field."""

    model_config = ConfigDict(extra="forbid", title="FieldError")

    field: str = Field(description="Path of the field; empty for the body as a whole.")
    code: str = Field(description="What is wrong, stable.", examples=["out_of_range"])
    message: str = Field(description="What is wrong, in words.")


class ProblemDocument(BaseModel):
    """An error, after RFC 9457."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: str = Field(examples=["urn:loanwright:problem:record_rejected"])
    title: str
    status: int
    detail: str
    code: str = Field(description="Name of the error, stable.", examples=["record_rejected"])
    request_id: str = Field(description="The X-Request-ID of the answer; it is in our logs.")
    errors: list[FieldErrorDocument] | None = None


class Title(BaseModel):
    """A text in every language."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    en: str
    ru: str


def problems(statuses: Iterable[int]) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of error answers."""
    reference = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        status: {
            "description": MEANINGS[status],
            "content": {MEDIA_TYPE: {"schema": reference}},
        }
        for status in statuses
    }
