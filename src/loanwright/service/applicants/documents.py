"""What applicants look like over HTTP: what is sent, and what is answered."""

import unicodedata
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from loanwright.features.feature import Source
from loanwright.service.applicants.schemas import Status, Verification
from loanwright.service.kit.documents import Instant

LINE_BREAK = "\n"
CONTROL = frozenset({"Cc", "Cs", "Cn", "Co"})


def _normalised(text: str) -> str:
    plain = unicodedata.normalize("NFC", text)
    if not plain.strip():
        raise PydanticCustomError("blank", "Write something, or null to clear it")
    if any(unicodedata.category(one) in CONTROL and one != LINE_BREAK for one in plain):
        raise PydanticCustomError("control_character", "Remove the control characters")
    return plain


def _one_line(text: str) -> str:
    if LINE_BREAK in text:
        raise PydanticCustomError("control_character", "Write it in one line")
    return _normalised(text)


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Address = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_normalised)]
Email = Annotated[
    str,
    Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"),
    AfterValidator(_one_line),
]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9 ().-]{5,32}$")]
Born = Annotated[date, Field(ge=date(1900, 1, 1))]


class Sent(BaseModel):
    """A part of a body."""

    model_config = ConfigDict(extra="forbid")


class ContactsSent(Sent):
    """What a person is called and where they can be reached; null clears."""

    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    address: Address | None = None
    date_of_birth: Born | None = None


class IdentitySent(Sent):
    """A document number that somebody has verified; only its keyed hash is kept."""

    document_number: Annotated[str, Field(min_length=1, max_length=64)]
    verified_how: Verification
    verified_at: Instant | None = Field(default=None, description="Without it: now.")


class ApplicantSent(Sent):
    """A new applicant."""

    contacts: ContactsSent = Field(default_factory=ContactsSent)
    language: Literal["en", "ru"] | None = None
    identity: IdentitySent | None = None


class ApplicantPatch(Sent):
    """A JSON merge patch: what is absent stays, null clears."""

    contacts: ContactsSent | None = None
    language: Literal["en", "ru"] | None = None
    status: Status = Status.ACTIVE
    identity: IdentitySent = Field(default=None)  # type: ignore[assignment]


class Document(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid")


class ContactsDocument(Document):
    """What a person is called and where they can be reached."""

    name: str | None
    email: str | None
    phone: str | None
    address: str | None
    date_of_birth: date | None


class IdentityDocument(Document):
    """What is known of a document; never its number."""

    has_document: bool
    verified_how: Verification | None
    verified_at: datetime | None


class ApplicantDocument(Document):
    """An applicant."""

    id: str
    status: Status
    version: int = Field(description="It is in the ETag, and grows with every change.")
    manager_id: str | None
    language: Literal["en", "ru"] | None
    identity: IdentityDocument
    contacts: ContactsDocument
    created_at: datetime
    updated_at: datetime


class ApplicantPage(Document):
    """A page of applicants."""

    items: list[ApplicantDocument]
    next_cursor: str | None = Field(description="Where the next page begins; null at the end.")


class FeaturePatch(Sent):
    """What is to be changed of one feature."""

    value: bool | int | float | Annotated[str, Field(max_length=200)] | None = None
    valid_from: date = Field(default=None, description="First day.")  # type: ignore[assignment]
    valid_until: date | None = Field(default=None, description="Last day; null: no end.")


class ProfilePatch(Sent):
    """A JSON merge patch of a profile; null takes a feature away."""

    features: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=64)], FeaturePatch | None],
        Field(max_length=300),
    ]


class KnownDocument(Document):
    """One feature of a profile."""

    source: Source
    value: bool | int | float | str | None
    valid_from: date
    valid_until: date | None
    valid: bool = Field(description="Whether it holds today.")
    recorded_at: datetime
    recorded_by: str | None


class ProfileDocument(Document):
    """What is known of an applicant for one product."""

    applicant_id: str
    product: str
    version: int
    features: dict[str, KnownDocument]


class HeldDocument(Document):
    """What a feature was or is."""

    value: bool | int | float | str | None
    valid_from: date
    valid_until: date | None


class ChangeDocument(Document):
    """What an edit did to one feature."""

    feature: str
    source: Source | None
    before: HeldDocument | None
    after: HeldDocument | None


class HistoryEntryDocument(Document):
    """One edit."""

    at: datetime
    by: str | None
    changes: list[ChangeDocument]


class HistoryPage(Document):
    """A page of edits, the newest first."""

    items: list[HistoryEntryDocument]
    next_cursor: str | None
