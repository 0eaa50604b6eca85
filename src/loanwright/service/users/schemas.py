"""Who calls, as values: API keys, and the principal that every permission is asked of."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from loanwright.service.audit.schemas import Actor
from loanwright.service.users.permissions import PERMISSIONS, ROLES, Role

SCOPES = tuple(PERMISSIONS)
COMMAND_LINE: Final = Actor(id="system:command-line")


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key for machine calls: who has it and what it may do."""

    id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    created_by: str | None = None
    last_used_at: datetime | None = None
    previous_until: datetime | None = None

    @property
    def principal(self) -> "Principal":
        """Return whoever calls with this key; it reaches every applicant."""
        return Principal(id=self.id, kind="key", permissions=self.scopes)


class Reach(StrEnum):
    """Which applicants, and what belongs to them, a principal can see at all."""

    ALL = "all"
    ASSIGNED = "assigned"
    SELF = "self"


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Whoever calls: the holder of an API key, or a user who is logged in.

    Attributes
    ----------
    id
        `key_…` or `usr_…`.
    role
        Of a user; None of a key.
    applicant_id
        The applicant that a borrower is.
    request_id
        The request that is answered; it goes into the audit log.
    session_id
        The session that a user came with.
    """

    id: str
    kind: Literal["key", "user"]
    permissions: frozenset[str] = field(repr=False)
    role: Role | None = None
    applicant_id: str | None = None
    request_id: str | None = None
    session_id: str | None = field(default=None, repr=False)

    @property
    def actor(self) -> Actor:
        """Return who the audit log says did it."""
        return Actor(id=self.id, request_id=self.request_id)

    @property
    def reach(self) -> Reach:
        """Return which applicants this principal can see."""
        if self.role is Role.BORROWER:
            return Reach.SELF
        if self.kind == "key" or "applicants:all" in self.permissions:
            return Reach.ALL
        return Reach.ASSIGNED

    def sees(self, *, applicant_id: str | None, manager_id: str | None) -> bool:
        """Tell whether something of this applicant, looked after by this manager, is in reach."""
        if self.reach is Reach.ALL:
            return True
        if self.reach is Reach.SELF:
            return applicant_id is not None and applicant_id == self.applicant_id
        return manager_id is not None and manager_id == self.id


class Status(StrEnum):
    """Whether a user may log in."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """Somebody who may log in.

    Attributes
    ----------
    name, email
        None once the person was erased.
    applicant_id
        Of a borrower: the applicant who logs in.
    """

    id: str
    name: str | None = field(repr=False)
    email: str | None = field(repr=False)
    role: Role
    status: Status
    applicant_id: str | None
    has_password: bool
    version: int
    created_at: datetime
    changed_at: datetime


class Way(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105
    OIDC = "oidc"


class End(StrEnum):
    """Why a session ended before its time."""

    LOGOUT = "logout"
    LOGIN = "login"
    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    ROLE = "role"
    PASSWORD = "password"  # noqa: S105


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A user who is logged in, on one device."""

    id: str
    user_id: str
    way: Way
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """What a session tells of whoever comes with it."""

    session_id: str
    user_id: str
    role: Role
    applicant_id: str | None

    @property
    def principal(self) -> Principal:
        """Return whoever calls with this session."""
        return Principal(
            id=self.user_id,
            kind="user",
            permissions=ROLES[self.role],
            role=self.role,
            applicant_id=self.applicant_id,
            session_id=self.session_id,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleGrant:
    """A change of role: proposed by one, approved by another."""

    id: str
    user_id: str
    role: Role
    state: Literal["proposed", "approved", "replaced"]
    proposer: str
    approver: str | None
    proposed_at: datetime
    approved_at: datetime | None
