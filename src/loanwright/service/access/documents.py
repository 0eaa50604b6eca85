"""What users, sessions and API keys look like over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import ApiKey, RoleGrant, Session, Status, User, Way

LONGEST_SECRET = 1_024
Name = Annotated[str, Field(min_length=1, max_length=120, repr=False)]
Email = Annotated[str, Field(min_length=3, max_length=254, repr=False)]
Secret = Annotated[str, Field(min_length=1, max_length=LONGEST_SECRET, repr=False)]
Staff = Literal["manager", "underwriter", "analyst", "admin"]


class Document(BaseModel):
    """A part of what is sent or answered."""

    model_config = ConfigDict(extra="forbid")


class LoginBody(Document):
    """Who logs in."""

    email: Secret
    password: Secret


class PasswordChange(Document):
    """One's own password, changed."""

    present: Secret
    password: Secret = Field(description="15 to 128 signs; nothing that is guessed first.")


class PasswordByToken(Document):
    """A password, set with a one-time token."""

    token: Secret
    password: Secret = Field(description="15 to 128 signs; nothing that is guessed first.")


class UserBody(Document):
    """A new user."""

    name: Name
    email: Email = Field(description="The login name.")
    role: Role = Field(description="Not admin: that is proposed by one and approved by another.")
    applicant_id: str | None = Field(
        default=None, max_length=40, description="Of a borrower: the applicant who logs in."
    )


class UserChange(Document):
    """What is changed of a user; what is absent stays."""

    name: str | None = Field(default=None, min_length=1, max_length=120, repr=False)
    email: str | None = Field(default=None, min_length=3, max_length=254, repr=False)


class RoleBody(Document):
    """A role that is proposed."""

    role: Staff


class KeyBody(Document):
    """A new API key."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    scopes: list[str] = Field(min_length=1, max_length=100, description="What it may do.")
    expires_at: datetime | None = Field(
        default=None, description="By default and at most as the settings say."
    )


class RotationBody(Document):
    """For how long the token before the rotation is good yet."""

    grace_hours: int = Field(default=24, ge=0, le=168)


class UserDocument(Document):
    """Somebody who may log in."""

    id: str = Field(examples=["usr_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"])
    name: str | None = Field(description="null once the person was erased.")
    email: str | None
    role: Role
    status: Status
    applicant_id: str | None
    has_password: bool
    version: int
    created_at: datetime
    changed_at: datetime


class UserPage(Document):
    """A page of users."""

    items: list[UserDocument]
    next_cursor: str | None


class SessionStart(Document):
    """A session that has begun; its token is in the cookie alone."""

    user: UserDocument
    permissions: list[str]
    csrf_token: str = Field(description="Send it as X-CSRF-Token with whatever changes something.")


class SessionDocument(Document):
    """A session of one's own."""

    id: str
    way: Way
    current: bool
    created_at: datetime
    last_seen_at: datetime


class SessionList(Document):
    """One's own sessions, the newest first."""

    items: list[SessionDocument]


class TokenDocument(Document):
    """A one-time token, told once."""

    token: str
    expires_at: datetime


class RoleGrantDocument(Document):
    """A change of role: proposed by one, approved by another."""

    id: str
    user_id: str
    role: Role
    state: Literal["proposed", "approved", "replaced"]
    proposer: str
    approver: str | None
    proposed_at: datetime
    approved_at: datetime | None


class RoleGrantPage(Document):
    """A page of proposals, the newest first."""

    items: list[RoleGrantDocument]
    next_cursor: str | None


class KeyDocument(Document):
    """An API key, without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")
    previous_until: datetime | None = Field(
        description="Until when the token before the last rotation is good."
    )


class KeyPage(Document):
    """A page of API keys."""

    items: list[KeyDocument]
    next_cursor: str | None


class KeyWithToken(KeyDocument):
    """An API key and its token, told once."""

    token: str


def describe_user(user: User) -> UserDocument:
    """Return a user as it is answered."""
    return UserDocument(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        status=user.status,
        applicant_id=user.applicant_id,
        has_password=user.has_password,
        version=user.version,
        created_at=user.created_at,
        changed_at=user.changed_at,
    )


def describe_start(user: User, csrf_token: str) -> SessionStart:
    """Return a session as its user is told of it."""
    return SessionStart(
        user=describe_user(user), permissions=sorted(ROLES[user.role]), csrf_token=csrf_token
    )


def describe_session(session: Session, *, current: str | None) -> SessionDocument:
    """Return a session as it is listed."""
    return SessionDocument(
        id=session.id,
        way=session.way,
        current=session.id == current,
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
    )


def describe_grant(grant: RoleGrant) -> RoleGrantDocument:
    """Return a proposal as it is answered."""
    return RoleGrantDocument(
        id=grant.id,
        user_id=grant.user_id,
        role=grant.role,
        state=grant.state,
        proposer=grant.proposer,
        approver=grant.approver,
        proposed_at=grant.proposed_at,
        approved_at=grant.approved_at,
    )


def describe_key(key: ApiKey) -> KeyDocument:
    """Return an API key as it is answered."""
    return KeyDocument(
        id=key.id,
        name=key.name,
        scopes=sorted(key.scopes),
        created_at=key.created_at,
        created_by=key.created_by,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
        previous_until=key.previous_until,
    )
