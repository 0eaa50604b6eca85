"""What keeps a person's data from being erased, as values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from loanwright.service.kit.clock import iso


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One thing that keeps a person from being erased; `until` is None where nobody knows."""

    code: str
    source: str
    until: datetime | None

    def document(self) -> dict[str, Any]:
        """Return the block as it is answered."""
        until = None if self.until is None else iso(self.until)
        return {"code": self.code, "source": self.source, "until": until}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ties:
    """What ties the lender to a person.

    Attributes
    ----------
    decided_at
        The last decision, or the first record of a person on whom none was made.
    account_ended_at
        The end of the last account, None where there is no account.
    account_open
        Whether an account is still open.
    """

    decided_at: datetime
    account_ended_at: datetime | None = None
    account_open: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """An order to keep what is known of a person, whatever the rules say."""

    id: str
    applicant_id: str
    reason: str
    placed_by: str
    placed_at: datetime
    until: datetime | None
    released_by: str | None
    released_at: datetime | None

    def document(self) -> dict[str, Any]:
        """Return the hold as it is answered."""
        moments = ("placed_at", "until", "released_at")
        told = {name: getattr(self, name) for name in moments}
        return {
            "id": self.id,
            "applicant_id": self.applicant_id,
            "reason": self.reason,
            "placed_by": self.placed_by,
            "released_by": self.released_by,
            **{name: None if value is None else iso(value) for name, value in told.items()},
        }


class RequestState(StrEnum):
    """Whether a request for erasure was carried out."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasureRequest:
    """Somebody's wish that a person be erased, and what became of it."""

    id: str
    applicant_id: str
    state: RequestState
    reason: str | None
    requested_by: str
    requested_at: datetime
    due_at: datetime
    blocks: Sequence[Block] = field(default=())
    possible_from: datetime | None = None
    forced: bool = False
    done_at: datetime | None = None

    def document(self) -> dict[str, Any]:
        """Return the request as it is answered."""
        moments = ("requested_at", "due_at", "possible_from", "done_at")
        told = {name: getattr(self, name) for name in moments}
        return {
            "id": self.id,
            "applicant_id": self.applicant_id,
            "state": self.state,
            "reason": self.reason,
            "requested_by": self.requested_by,
            "forced": self.forced,
            "blocked_by": [one.document() for one in self.blocks],
            **{name: None if value is None else iso(value) for name, value in told.items()},
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What erasing a person would destroy, and what keeps it from being done."""

    applicant_id: str
    decisions: int
    accounts: int
    blocks: Sequence[Block]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What a retention run did, or would do."""

    looked_at: int = 0
    erased: Sequence[str] = ()
    held: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(
            looked_at=self.looked_at + other.looked_at,
            erased=(*self.erased, *other.erased),
            held=self.held + other.held,
        )
