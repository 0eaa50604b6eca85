"""What problem documents look like to a reader of the API's documentation."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from loanwright.service.kit.problem import MEDIA_TYPE

MEANINGS = {
    401: "Neither a valid API key nor a session.",
    403: "Whoever calls may not do this, or it did not come from a page of ours.",
    404: "There is no such thing.",
    408: "The body did not arrive in time.",
    409: "What was asked contradicts what is recorded.",
    412: "Somebody else has changed it; `current` is what it is now.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "What was sent is not acceptable; `errors` says why, field by field.",
    428: "An If-Match header is needed.",
    429: "Too many requests; `Retry-After` says when to try again.",
    500: "Something went wrong on our side.",
    503: "Something that is needed does not answer now; `Retry-After` says when to try again.",
}


FIRST_YEAR, LAST_YEAR = 1900, 9998


def _instant(moment: datetime) -> datetime:
    # At the ends of the calendar a moment cannot be written in another time zone.
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise PydanticCustomError("out_of_range", "Give a year between 1900 and 9998")
    there = moment.astimezone(UTC)
    return there.replace(microsecond=there.microsecond // 1000 * 1000)


Instant = Annotated[AwareDatetime, AfterValidator(_instant)]


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
    current: dict[str, Any] | None = Field(
        default=None, description="What somebody else has made of it, with status 412."
    )


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
