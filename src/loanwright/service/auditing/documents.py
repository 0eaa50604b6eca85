"""The audit log as it is answered over HTTP."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.audit.schemas import Entry, Seal
from loanwright.service.jobs.documents import JobDocument


class AuditEntry(BaseModel):
    """One change of state."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    sequence: int
    id: str
    at: datetime
    actor: str = Field(description="Who has done it.")
    request_id: str | None = Field(description="The X-Request-ID of the request that asked for it.")
    action: str = Field(examples=["decision.made"])
    subject: str = Field(description="Id of what was changed.")
    person: str | None = Field(description="Id of the applicant whose data it is.")
    before_hash: str | None = Field(description="Salted hash of what it was.")
    after_hash: str | None = Field(description="Salted hash of what it is.")
    hash: str = Field(description="SHA-256 of the entry's canonical text.")


class AuditPage(BaseModel):
    """A part of the audit log."""

    model_config = ConfigDict(extra="forbid")

    items: list[AuditEntry]
    next_cursor: str | None


class AuditSeal(BaseModel):
    """What holds a stretch of the log together, signed."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    number: int
    sealed_at: datetime
    previous: str = Field(description="Hash of the seal before it.")
    entries: str = Field(description="Sequences of the entries, as ranges.", examples=["1-64"])
    count: int
    through: int
    decisions: str = Field(description="Places of the decisions these entries tell of, as ranges.")
    root: str = Field(description="Merkle root over the entries, after RFC 6962.")
    awaited: str = Field(description="Places that were empty, and may still be filled.")
    key_id: str
    hash: str
    signature: str = Field(description="Ed25519 over the canonical text of the seal.")


class AuditSeals(BaseModel):
    """Seals, and the public keys that check them."""

    model_config = ConfigDict(extra="forbid")

    items: list[AuditSeal]
    public_keys: list[str] = Field(description="Ed25519, 32 bytes in hexadecimal digits.")


class AuditVerifications(BaseModel):
    """Verifications of the log, the latest first."""

    model_config = ConfigDict(extra="forbid")

    items: list[JobDocument]


def describe_entry(entry: Entry) -> AuditEntry:
    """Return an entry as it is answered."""
    return AuditEntry.model_validate(entry)


def describe_seal(seal: Seal) -> AuditSeal:
    """Return a seal as it is answered."""
    return AuditSeal.model_validate(seal)
