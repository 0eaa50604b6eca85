"""Applicants as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from loanwright.service.kit.clock import iso
from loanwright.service.privacy.keys import Key

#: In place of a manager: nobody looks after them.
UNASSIGNED = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """What the bank knew of an applicant's behaviour with one product; versions only grow."""

    version: int
    features: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicant:
    """A person who asks for credit, with the newest behaviour by product.

    Attributes
    ----------
    key
        What opens and seals what is known of this person; None once the person was erased.
    """

    id: str
    document_hash: str | None
    created_at: datetime
    behaviours: Mapping[str, Behaviour]
    key: Key | None = field(repr=False, compare=False)


class Status(StrEnum):
    """Whether the lender still deals with an applicant."""

    ACTIVE = "active"
    CLOSED = "closed"


class Verification(StrEnum):
    """How somebody made sure that a document is the applicant's own."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    DIGITAL_IDENTITY = "digital_identity"
    DOCUMENT_COPY = "document_copy"
    BY_CALLER = "by_caller"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contacts:
    """What a person is called and where they can be reached; kept sealed."""

    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    date_of_birth: date | None = field(default=None, repr=False)

    def document(self) -> dict[str, Any]:
        """Return the contacts as they are answered and sealed."""
        born = self.date_of_birth
        return {
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "address": self.address,
            "date_of_birth": None if born is None else born.isoformat(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Contacts":
        """Return the contacts that a document holds."""
        born = document.get("date_of_birth")
        return cls(**{**document, "date_of_birth": date.fromisoformat(born) if born else None})


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A document number that somebody has verified, with how and when."""

    document_number: str = field(repr=False)
    verified_how: Verification
    verified_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """An applicant as the lender's people see them."""

    id: str
    status: Status
    version: int
    manager_id: str | None
    language: str | None
    has_document: bool
    verified_how: Verification | None
    verified_at: datetime | None
    contacts: Contacts
    created_at: datetime
    updated_at: datetime

    def document(self) -> dict[str, Any]:
        """Return the record as it is answered."""
        verified_at = self.verified_at
        return {
            "id": self.id,
            "status": self.status,
            "version": self.version,
            "manager_id": self.manager_id,
            "language": self.language,
            "identity": {
                "has_document": self.has_document,
                "verified_how": self.verified_how,
                "verified_at": None if verified_at is None else iso(verified_at),
            },
            "contacts": self.contacts.document(),
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which applicants a list is to have; what is None does not matter.

    Attributes
    ----------
    manager_id
        Whom they are assigned to; `none` finds those who have no manager.
    own
        Only those whom the caller looks after.
    """

    status: Status | None = None
    manager_id: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    has_account: bool | None = None
    document_number: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """What somebody wants changed; a member that is absent stays as it is, None clears it."""

    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    contacts: Mapping[str, Any] | None = field(default_factory=dict, repr=False)
    identity: Identity | None = None
