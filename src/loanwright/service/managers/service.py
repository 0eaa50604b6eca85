"""Who looks after whom: assigned, reassigned, detached; nobody is left with a manager who is none.

Whoever gives applicants to a manager holds on to the manager's row, and whoever takes a manager
out of office holds it alone: one of the two comes first, and the other one sees what it did.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from loanwright.errors import Conflict, NotFound
from loanwright.service.applicants.records import Records
from loanwright.service.applicants.schemas import Record, Status, Wanted
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.kit.database import Database
from loanwright.service.kit.pagination import Page
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import Principal, User
from loanwright.service.users.schemas import Status as UserStatus
from loanwright.service.users.service import UserNotFound, Users

ROLE_GIVEN = "role.approved"


class ManagerNotFound(NotFound):
    """There is no manager {manager_id}."""


class ManagerSuspended(Conflict):
    """The manager {manager_id} is suspended; choose somebody else."""


class ApplicantClosed(Conflict):
    """The record of {applicant_id} is closed; make it active first."""


class SameManager(Conflict):
    """They have this manager already; choose somebody else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manager:
    """A user who looks after applicants, and after how many."""

    user: User
    applicants: int


@dataclass(frozen=True, kw_only=True)
class Managers:
    """The lender's people who look after applicants."""

    database: Database
    users: Users
    records: Records

    def list_page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Manager]:
        """Return a page of the managers, the newest first."""
        page = self.users.list_page({"role": Role.MANAGER.value}, limit=limit, cursor=cursor)
        counts = self.records.count_by_manager()
        items = [Manager(user=one, applicants=counts.get(one.id, 0)) for one in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    def list_applicants(
        self, principal: Principal, manager_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Record]:
        """Return a page of the applicants of a manager."""
        with self.database.read() as connection:
            self._find(connection, manager_id)
        wanted = Wanted(manager_id=manager_id)
        return self.records.list_page(principal, wanted, limit=limit, cursor=cursor)

    def assign(self, principal: Principal, manager_id: str, ids: Collection[str]) -> int:
        """Give applicants to a manager, all or none; return how many had another one before."""
        with self.database.write() as connection:
            self._in_office(connection, manager_id)
            rows = self.records.hold(connection, ids)
            for row in rows:
                if row.status == Status.CLOSED:
                    raise ApplicantClosed(applicant_id=row.id)
            return self.records.assign(connection, principal.actor, rows, manager_id)

    def dismiss(self, principal: Principal, manager_id: str, *, suspend: bool = False) -> int:
        """Take all applicants from a manager, who may be suspended too; return how many."""
        with self.database.write() as connection:
            self._find(connection, manager_id, alone=True)
            detached = self._detach(connection, principal.actor, manager_id)
            if suspend:
                self.users.set_status(
                    connection, manager_id, UserStatus.SUSPENDED, actor=principal.actor
                )
        if suspend:
            self.users.forget_sessions()
        return detached

    def reassign(self, principal: Principal, manager_id: str, to: str) -> int:
        """Give all applicants of one manager to another one; return how many."""
        if manager_id == to:
            raise SameManager
        with self.database.write() as connection:
            # In one order, so that two who exchange their applicants do not wait for each other.
            for one in sorted((manager_id, to)):
                if one == to:
                    self._in_office(connection, to)
                else:
                    self._find(connection, manager_id)
            rows = self.records.hold_of(connection, manager_id)
            return self.records.assign(connection, principal.actor, rows, to)

    def detach_former(
        self, connection: Connection, actor: Actor, changes: Sequence[Change]
    ) -> None:
        """Take the applicants from whoever is given another role, in the same transaction."""
        for change in changes:
            role = (change.after or {}).get("role")
            if change.action == ROLE_GIVEN and role != Role.MANAGER:
                self._detach(connection, actor, change.subject)

    def _detach(self, connection: Connection, actor: Actor, manager_id: str) -> int:
        rows = self.records.hold_of(connection, manager_id)
        return self.records.assign(connection, actor, rows, None)

    def _in_office(self, connection: Connection, manager_id: str) -> None:
        if self._find(connection, manager_id).status is UserStatus.SUSPENDED:
            raise ManagerSuspended(manager_id=manager_id)

    def _find(self, connection: Connection, manager_id: str, *, alone: bool = False) -> User:
        try:
            user = self.users.hold(connection, manager_id, alone=alone)
        except UserNotFound:
            raise ManagerNotFound(manager_id=manager_id) from None
        if user.role is not Role.MANAGER:
            raise ManagerNotFound(manager_id=manager_id)
        return user
