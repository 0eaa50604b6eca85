"""What managers look like over HTTP."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.kit.ids import ALPHABET, LENGTH

ApplicantName = Annotated[str, Field(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")]
MANAGER = f"^usr_[{ALPHABET}]{{{LENGTH}}}$"


class Part(BaseModel):
    """A part of a body or of an answer."""

    model_config = ConfigDict(extra="forbid")


class ManagerDocument(Part):
    """A manager, and how many applicants they look after."""

    id: str
    name: str | None
    status: Literal["active", "suspended"]
    applicants: int


class ManagerPage(Part):
    """A page of managers."""

    items: list[ManagerDocument]
    next_cursor: str | None


class AssignmentSent(Part):
    """Whom a manager is to look after."""

    applicants: Annotated[list[ApplicantName], Field(min_length=1, max_length=1000)]


class DismissalSent(Part):
    """How a manager is dismissed."""

    suspend: bool = Field(default=False, description="Whether they may no longer log in.")


class ReassignmentSent(Part):
    """Who takes all applicants over."""

    to: Annotated[str, Field(pattern=MANAGER)]


class MovedDocument(Part):
    """How many applicants have another manager now, or none."""

    moved: int
