"""Notes on applicants: added, read, never changed; sealed, so that erasure takes them along."""

import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from loanwright.errors import Rejected
from loanwright.service.applicants.records import Records
from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.audit.schemas import Change
from loanwright.service.kit.pagination import Page
from loanwright.service.notes import repository
from loanwright.service.notes.schemas import Note
from loanwright.service.privacy.keys import Key
from loanwright.service.users.schemas import Principal, Reach

LONGEST: Final = 4_000
_LINES: Final = frozenset("\n\t")


class NoteRefused(Rejected):
    """A note has 1 to 4,000 characters that can be read."""


@dataclass(frozen=True, kw_only=True)
class Notes:
    """What the lender's people write down about applicants; the applicants do not read it here."""

    records: Records

    def write(self, principal: Principal, applicant_id: str, text: str) -> Note:
        """Add a note, and put on record that it was written."""
        cleaned = plain(text)
        now = self.records.clock.now()
        with self.records.database.write() as connection:
            self._check_seen(connection, principal, applicant_id, lock=True)
            note = Note(
                id=self.records.new_id("nte"),
                applicant_id=applicant_id,
                text=cleaned,
                written_by=principal.id,
                written_at=now,
            )
            key = self.records.key_of(connection, applicant_id)
            repository.insert_note(connection, _row(note, key))
            change = Change(
                action="note.written",
                subject=note.id,
                person=applicant_id,
                after=note.document(),
            )
            self.records.audit.record(connection, principal.actor, [change])
        return note

    def list_page(
        self, principal: Principal, applicant_id: str, *, limit: int = 20, cursor: str | None = None
    ) -> Page[Note]:
        """Return a page of the notes on an applicant, the newest first."""
        with self.records.database.read() as connection:
            self._check_seen(connection, principal, applicant_id)
            page = repository.page_of(connection, applicant_id, limit=limit, cursor=cursor)
            key = self.records.vault.get(connection, applicant_id) if page.items else None
        items = [] if key is None else [_opened(row, key) for row in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    def list_all(self, applicant_id: str) -> list[Note]:
        """Return every note on a person, for the copy of their data that they are given."""
        with self.records.database.read() as connection:
            rows = repository.list_all(connection, applicant_id)
            key = self.records.vault.get(connection, applicant_id) if rows else None
        return [] if key is None else [_opened(row, key) for row in rows]

    def _check_seen(
        self,
        connection: Connection,
        principal: Principal,
        applicant_id: str,
        *,
        lock: bool = False,
    ) -> None:
        if principal.reach is Reach.SELF:
            raise ApplicantNotFound(applicant_id=applicant_id)
        self.records.get_seen(connection, principal, applicant_id, lock=lock)


def plain(text: str) -> str:
    r"""Return a note as it is kept: its lines as they are, without what nobody can see.

    Examples
    --------
    >>> plain("  Called.\r\nWill send papers. ")
    'Called.\nWill send papers.'
    """
    lined = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    seen = all(one in _LINES or unicodedata.category(one) not in {"Cc", "Cs"} for one in lined)
    if not seen or not 1 <= len(lined) <= LONGEST:
        raise NoteRefused
    return lined


def _row(note: Note, key: Key) -> dict[str, Any]:
    return {
        "id": note.id,
        "applicant_id": note.applicant_id,
        "text": key.seal(note.text, place=_place(note.id)),
        "written_by": note.written_by,
        "written_at": note.written_at,
    }


def _opened(row: Row[Any], key: Key) -> Note:
    opened = key.open(row.text, place=_place(row.id))
    return Note(**{**row._mapping, "text": opened})


def _place(note_id: str) -> str:
    return f"notes.text:{note_id}"
