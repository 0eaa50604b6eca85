"""Changes of role: proposed by one administrator, approved by another."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row

from loanwright.errors import Conflict, Forbidden, NotFound
from loanwright.service.audit.schemas import Change
from loanwright.service.audit.service import Audit
from loanwright.service.kit.database import Database, database_now
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import Page
from loanwright.service.users import repository
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import End, Principal, RoleGrant
from loanwright.service.users.service import UserNotFound
from loanwright.service.users.sessions import Sessions

# Whoever could have logged in as the second person is no first one.
SUSPECT_FOR: Final = timedelta(days=7)


class RoleGrantNotFound(NotFound):
    """There is no proposal {grant_id}."""


class RoleGrantClosed(Conflict):
    """The proposal {grant_id} is {state} already."""


class RoleUnchangeable(Conflict):
    """A borrower stays a borrower, nobody becomes one, and everybody has their role already."""


class PersonNeeded(Forbidden):
    """Only somebody who is logged in can do this, not an API key."""


class SecondApproverNeeded(Forbidden):
    """Somebody else must approve this: not who proposed it, nor whose role it is."""


@dataclass(frozen=True, kw_only=True)
class RoleGrants:
    """The proposals, and what became of them."""

    database: Database
    new_id: Ids
    audit: Audit
    sessions: Sessions

    def propose(self, user_id: str, role: Role, *, by: Principal) -> RoleGrant:
        """Propose that a user gets another role; it takes the place of an earlier proposal."""
        _require_person(by)
        grant_id = self.new_id("grt")
        with self.database.write() as connection:
            user = repository.find_user(connection, id=user_id)
            if user is None:
                raise UserNotFound(user_id=user_id)
            if user.role == role or Role.BORROWER in (user.role, role):
                raise RoleUnchangeable
            row = {
                "id": grant_id,
                "user_id": user_id,
                "role": str(role),
                "state": "proposed",
                "proposer": by.id,
                "proposed_at": database_now(connection),
            }
            repository.insert_grant(connection, row)
            after = {"user_id": user_id, "role": str(role)}
            change = Change(action="role.proposed", subject=grant_id, after=after)
            self.audit.record(connection, by.actor, [change])
        return self.get(grant_id)

    def approve(self, grant_id: str, *, by: Principal) -> RoleGrant:
        """Give the proposed role, by somebody who neither proposed it nor gets it."""
        _require_person(by)
        with self.database.write() as connection:
            found = repository.find_grant(connection, grant_id)
            if found is None:
                raise RoleGrantNotFound(grant_id=grant_id)
            if by.id in (found.proposer, found.user_id):
                raise SecondApproverNeeded
            if could_be(connection, found.proposer, by.id):
                raise SecondApproverNeeded
            if not repository.approve_grant(connection, grant_id, by.id):
                raise RoleGrantClosed(grant_id=grant_id, state=found.state)
            repository.update_user(connection, found.user_id, {"role": found.role})
            change = Change(
                action="role.approved",
                subject=found.user_id,
                after={"role": found.role, "proposer": found.proposer},
            )
            self.audit.record(connection, by.actor, [change])
            self.sessions.end_all(connection, by.actor, End.ROLE, user_id=found.user_id)
        self.sessions.forget()
        return self.get(grant_id)

    def get(self, grant_id: str) -> RoleGrant:
        """Return one proposal."""
        with self.database.read() as connection:
            found = repository.find_grant(connection, grant_id)
        if found is None:
            raise RoleGrantNotFound(grant_id=grant_id)
        return _grant(found)

    def list_page(
        self, *, state: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[RoleGrant]:
        """Return a page of proposals, the newest first."""
        wanted = {} if state is None else {"state": state}
        with self.database.read() as connection:
            page = repository.list_grant_page(connection, wanted, limit=limit, cursor=cursor)
        return Page(items=[_grant(row) for row in page.items], next_cursor=page.next_cursor)


def could_be(connection: Connection, giver: str, user_id: str) -> bool:
    """Tell whether somebody has lately let a user set a password, and so could log in as them."""
    since = database_now(connection) - SUSPECT_FOR
    return repository.gave_password(connection, giver=giver, user_id=user_id, since=since)


def _require_person(by: Principal) -> None:
    if by.kind != "user":
        raise PersonNeeded


def _grant(row: Row[Any]) -> RoleGrant:
    return RoleGrant(**{**row._mapping, "role": Role(row.role)})
