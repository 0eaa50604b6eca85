"""Changes of state as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol


class Salter(Protocol):
    """A key that gives salts which nobody can give without it."""

    def salt(self, name: str) -> bytes:
        """Return 32 bytes that only this key can give for this name."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who changes something.

    Attributes
    ----------
    id
        `key_…`, `usr_…`, or the name of a part of the system such as `system:worker`.
    request_id
        The request that asked for it, if one did.
    """

    id: str
    request_id: str | None = None


#: Whoever has a shell on the machine.
COMMAND_LINE: Final = Actor(id="command line")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change of state.

    Attributes
    ----------
    action
        What was done, such as `applicant.edited`.
    subject
        Id of what was changed.
    person
        Id of the applicant whose data it is, or None.
    before, after
        The subject as it was and as it is, without what must not be known from the log: only
        salted hashes of them are kept. None where there was or is nothing.
    stored
        Rows that never change, as they are stored, by `table:key`; the log vouches for them. None
        stands for a row that has been removed.
    key
        The person's key, where whoever makes the change has it open already.
    """

    action: str
    subject: str
    person: str | None = None
    before: Mapping[str, Any] | None = field(default=None, repr=False)
    after: Mapping[str, Any] | None = field(default=None, repr=False)
    stored: Mapping[str, Mapping[str, Any] | None] | None = field(default=None, repr=False)
    key: Salter | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of the log."""

    sequence: int
    id: str
    at: datetime
    actor: str
    request_id: str | None
    action: str
    subject: str
    person: str | None
    before_hash: str | None
    after_hash: str | None
    stored: str | None
    hash: str
    mac: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """What holds a stretch of the log together, signed."""

    number: int
    sealed_at: datetime
    previous: str
    entries: str
    count: int
    through: int
    decisions: str
    root: str
    awaited: str
    key_id: str
    hash: str
    signature: str
    leaves: str = field(repr=False)
