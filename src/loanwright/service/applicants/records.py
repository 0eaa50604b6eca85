"""The records of applicants: added, read, listed, edited and closed, each change audited."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Table

from loanwright.service.applicants import repository
from loanwright.service.applicants.errors import BornInFuture, DocumentTaken, VerifiedInFuture
from loanwright.service.applicants.names import NameTokens
from loanwright.service.applicants.schemas import (
    Contacts,
    Edit,
    Identity,
    Record,
    Status,
    Verification,
    Wanted,
)
from loanwright.service.applicants.service import ApplicantNotFound, Applicants, new_row
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import Page
from loanwright.service.kit.problem import ScopeMissing
from loanwright.service.kit.versions import check_version
from loanwright.service.privacy.keys import Key
from loanwright.service.privacy.vault import PersonErased, Vault
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import Principal, Reach
from loanwright.service.users.schemas import Status as UserStatus
from loanwright.service.users.service import Users

NEWEST_FIRST = "-created_at"


@dataclass(frozen=True, kw_only=True)
class Records:
    """What the lender's people know of applicants, and edit."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    vault: Vault
    applicants: Applicants
    users: Users
    account_holders: ColumnElement[str] | None = None
    _tokens: NameTokens = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare what makes the tokens of names."""
        object.__setattr__(self, "_tokens", NameTokens(self.applicants.keyed_hash))

    def add(
        self,
        principal: Principal,
        *,
        contacts: Contacts,
        language: str | None,
        identity: Identity | None,
    ) -> Record:
        """Add an applicant with the key that seals what is known of them; one transaction."""
        now, applicant_id = self.clock.now(), self.new_id("apl")
        self._check_past(contacts, identity, now)
        row = {
            **new_row(applicant_id, None, now),
            **self._identified(identity, now),
            "language": language,
        }
        with self.database.write() as connection:
            row["manager_id"] = self._manager(connection, principal)
            if not repository.insert_applicants(connection, [row]):
                raise DocumentTaken
            key = self.vault.make(connection, [applicant_id])[applicant_id]
            sealed = _sealed(key, applicant_id, contacts)
            repository.update_record(connection, applicant_id, {"contacts": sealed})
            repository.replace_names(connection, applicant_id, self._found_by(contacts))
            record = self._whole(connection, applicant_id)
            self._audit(connection, principal, "applicant.added", None, record)
        return record

    def get(self, principal: Principal, applicant_id: str) -> Record:
        """Return one applicant, if the caller may see them."""
        with self.database.read() as connection:
            return self.get_seen(connection, principal, applicant_id)

    def get_seen(
        self, connection: Connection, principal: Principal, applicant_id: str, *, lock: bool = False
    ) -> Record:
        """Return one applicant; out of reach is the same as not there."""
        row = repository.find_record(connection, applicant_id, lock=lock)
        if (
            row is None
            and principal.reach is Reach.ALL
            and repository.is_erased(connection, applicant_id)
        ):
            raise PersonErased(person_id=applicant_id)
        if row is None or not principal.sees(applicant_id=row.id, manager_id=row.manager_id):
            raise ApplicantNotFound(applicant_id=applicant_id)
        return self.open(connection, [row])[0]

    def list_page(
        self,
        principal: Principal,
        wanted: Wanted,
        *,
        sort: str = NEWEST_FIRST,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Record]:
        """Return a page of the applicants that the caller may see and wants to."""
        where = self.conditions(principal, wanted)
        with self.database.read() as connection:
            page = repository.page_records(
                connection, where=where, sort=sort, limit=limit, cursor=cursor
            )
            records = self.open(connection, page.items)
        return Page(items=records, next_cursor=page.next_cursor)

    @property
    def rows(self) -> Table:
        """Return the rows of applicants, for the lists of other rooms."""
        return repository.ROWS

    def conditions(self, principal: Principal, wanted: Wanted) -> list[ColumnElement[bool]]:
        """Return what is asked of a row in a list that a principal may see."""
        return self._reached(principal, own=wanted.own) + self._asked(wanted)

    def edit(self, principal: Principal, applicant_id: str, *, seen: int, edit: Edit) -> Record:
        """Change what an edit names; the second of two editors is told what the first one did."""
        with self.database.write() as connection:
            return self.edit_in(connection, principal, applicant_id, seen=seen, edit=edit)

    def edit_in(
        self,
        connection: Connection,
        principal: Principal,
        applicant_id: str,
        *,
        seen: int,
        edit: Edit,
    ) -> Record:
        """Change what an edit names, inside a transaction."""
        now = self.clock.now()
        before = self.get_seen(connection, principal, applicant_id, lock=True)
        check_version(seen, before.version, before.document())
        contacts = _merged(before.contacts, edit.contacts)
        self._check_past(contacts, edit.identity, now)
        changed = {n: v for n, v in edit.fields.items() if v != getattr(before, n)}
        values = {**changed, **self._identified(edit.identity, now)}
        if contacts != before.contacts:
            key = self.key_of(connection, applicant_id)
            values["contacts"] = _sealed(key, applicant_id, contacts)
        if not values:
            return before
        if contacts.name != before.contacts.name:
            repository.replace_names(connection, applicant_id, self._found_by(contacts))
        values |= {"version": before.version + 1, "updated_at": now}
        repository.update_record(connection, applicant_id, values)
        record = self._whole(connection, applicant_id)
        self._audit(connection, principal, "applicant.edited", before, record)
        return record

    def close(self, principal: Principal, applicant_id: str, *, seen: int) -> Record:
        """Close a record: it is kept, but leaves its manager and the everyday lists."""
        closed = Edit(fields={"status": Status.CLOSED.value, "manager_id": None})
        return self.edit(principal, applicant_id, seen=seen, edit=closed)

    def assign(
        self,
        connection: Connection,
        actor: Actor,
        rows: Sequence[Row[Any]],
        manager_id: str | None,
    ) -> int:
        """Give applicants, whose rows are locked, to a manager or to nobody; return how many."""
        moved = [row for row in rows if row.manager_id != manager_id]
        now = self.clock.now()
        for start in range(0, len(moved), repository.CHUNK):
            block = moved[start : start + repository.CHUNK]
            repository.assign(connection, [row.id for row in block], manager_id, now)
            changes = [
                Change(
                    action="applicant.detached" if manager_id is None else "applicant.assigned",
                    subject=row.id,
                    person=row.id,
                    before={"manager_id": row.manager_id, "version": row.version},
                    after={"manager_id": manager_id, "version": row.version + 1},
                )
                for row in block
            ]
            self.audit.record(connection, actor, changes)
        return len(moved)

    def hold(self, connection: Connection, ids: Collection[str]) -> list[Row[Any]]:
        """Return the rows of applicants, locked until the transaction ends; all must be there."""
        rows = repository.list_assigned(connection, ids=ids)
        missing = set(ids) - {row.id for row in rows}
        if missing:
            raise ApplicantNotFound(applicant_id=min(missing))
        return rows

    def hold_of(self, connection: Connection, manager_id: str) -> list[Row[Any]]:
        """Return the rows of a manager's applicants, locked until the transaction ends."""
        return repository.list_assigned(connection, manager_id=manager_id)

    def count_by_manager(self) -> dict[str, int]:
        """Return how many applicants each manager looks after."""
        with self.database.read() as connection:
            return repository.count_by_manager(connection)

    def _reached(self, principal: Principal, *, own: bool) -> list[ColumnElement[bool]]:
        if principal.reach is Reach.SELF:
            return [repository.only(principal.applicant_id or "")]
        if own or principal.reach is Reach.ASSIGNED:
            return [repository.of_manager(principal.id)]
        return []

    def _manager(self, connection: Connection, principal: Principal) -> str | None:
        """Return who looks after somebody new: the manager who adds them, while in office."""
        if principal.reach is not Reach.ASSIGNED:
            return None
        user = self.users.hold(connection, principal.id)
        in_office = user.role is Role.MANAGER and user.status is UserStatus.ACTIVE
        return user.id if in_office else None

    def _asked(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        number, name = wanted.document_number, wanted.name
        return repository.conditions(
            wanted,
            document_hash=None if number is None else self.applicants.document_hash(number),
            tokens=None if name is None else self._tokens.of_query(name),
            account_holders=self.account_holders,
        )

    def _identified(self, identity: Identity | None, now: datetime) -> dict[str, Any]:
        if identity is None:
            return {}
        return {
            "document_hash": self.applicants.document_hash(identity.document_number),
            "verified_how": identity.verified_how.value,
            "verified_at": identity.verified_at or now,
        }

    def _check_past(self, contacts: Contacts, identity: Identity | None, now: datetime) -> None:
        if contacts.date_of_birth is not None and contacts.date_of_birth > now.date():
            raise BornInFuture
        if identity is not None and identity.verified_at is not None and identity.verified_at > now:
            raise VerifiedInFuture

    def _found_by(self, contacts: Contacts) -> set[int]:
        return set() if contacts.name is None else self._tokens.of_name(contacts.name)

    def key_of(self, connection: Connection, applicant_id: str) -> Key:
        """Return the key that seals what is known of an applicant, whose row is locked."""
        found = self.vault.open(connection, [applicant_id])
        # Who came before people had keys gets one with the first edit; the row is locked.
        return found.get(applicant_id) or self.vault.make(connection, [applicant_id])[applicant_id]

    def _whole(self, connection: Connection, applicant_id: str) -> Record:
        row = repository.find_record(connection, applicant_id)
        if row is None:
            raise ApplicantNotFound(applicant_id=applicant_id)
        return self.open(connection, [row])[0]

    def open(self, connection: Connection, rows: Iterable[Row[Any]]) -> list[Record]:
        """Return the records that rows hold, opened with the keys of their persons."""
        rows = list(rows)
        keys = self.vault.open(connection, [row.id for row in rows if row.contacts is not None])
        return [_record(row, keys.get(row.id)) for row in rows]

    def _audit(
        self,
        connection: Connection,
        principal: Principal,
        action: str,
        before: Record | None,
        after: Record,
    ) -> None:
        change = Change(
            action=action,
            subject=after.id,
            person=after.id,
            before=None if before is None else before.document(),
            after=after.document(),
        )
        self.audit.record(connection, principal.actor, [change])


def _place(applicant_id: str) -> str:
    return f"applicants.contacts:{applicant_id}"


def _sealed(key: Key, applicant_id: str, contacts: Contacts) -> str | None:
    if contacts == Contacts():
        return None
    text = msgspec.json.encode(contacts.document()).decode()
    return key.seal(text, place=_place(applicant_id))


def _record(row: Row[Any], key: Key | None) -> Record:
    contacts = Contacts()
    if row.contacts is not None and key is not None:
        opened = key.open(row.contacts, place=_place(row.id))
        contacts = Contacts.from_document(msgspec.json.decode(opened))
    return Record(
        id=row.id,
        status=Status(row.status),
        version=row.version,
        manager_id=row.manager_id,
        language=row.language,
        has_document=row.document_hash is not None,
        verified_how=None if row.verified_how is None else Verification(row.verified_how),
        verified_at=row.verified_at,
        contacts=contacts,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _merged(contacts: Contacts, changes: Mapping[str, Any] | None) -> Contacts:
    return Contacts() if changes is None else replace(contacts, **changes)


def check_scope(principal: Principal, *, everyone: bool) -> None:
    """Refuse whoever asks for everyone and may see but their own."""
    if everyone and principal.reach is not Reach.ALL:
        raise ScopeMissing(scope="applicants:all")
