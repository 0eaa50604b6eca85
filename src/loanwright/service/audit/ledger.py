"""The ledger: the audit log as it is read, sealed, verified, exported and proven."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from loanwright.errors import NotFound
from loanwright.service.audit import merkle, repository
from loanwright.service.audit.canonical import salted_hash
from loanwright.service.audit.export import (
    SealFile,
    read_export,
    read_public_keys,
    write_entries,
)
from loanwright.service.audit.findings import Verification
from loanwright.service.audit.proof import CannotBeOpened, NotSealedYet, write_proof
from loanwright.service.audit.ranges import numbers_in, read_ranges
from loanwright.service.audit.schemas import COMMAND_LINE, Change, Entry, Seal
from loanwright.service.audit.sealing import Sealer
from loanwright.service.audit.service import Audit
from loanwright.service.audit.signing import PublicKeys, Signer
from loanwright.service.audit.verification import Verifier
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.pagination import Page

AT_ONCE = 5_000


class EntryNotFound(NotFound):
    """No entry {action} tells of {subject}."""


class EntryUnknown(NotFound):
    """There is no entry {entry_id} in the audit log."""


class Ledger:
    """Everything about the log but writing into it."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        signer: Signer,
        keys: PublicKeys,
        directory: Path,
    ) -> None:
        self._database = database
        self._audit = audit
        self._signer = signer
        self._keys = keys
        self._directory = directory
        self._file = SealFile(directory, keys)
        self._sealer = Sealer(
            database=database, clock=clock, audit=audit, signer=signer, files=[self._file]
        )

    @property
    def keys(self) -> PublicKeys:
        """Return the public keys that are trusted."""
        return self._keys

    def seal(self) -> int:
        """Seal what no seal holds yet; return how many entries these were."""
        return self._sealer.seal()

    def verify(
        self,
        against: Path | None = None,
        *,
        advance: Callable[[int], None] = lambda _entries: None,
    ) -> Verification:
        """Verify everything, against the roots that were exported.

        ``advance`` is told now and then how many entries are verified.
        """
        keys = self._keys
        exported = [read_export(self._directory)] if self._file.path.exists() else []
        if against is not None:
            exported.append(read_export(against))
            keys = PublicKeys([*keys, *read_public_keys(against)])
        verifier = Verifier(database=self._database, audit=self._audit, keys=keys)
        return verifier.verify(chain.from_iterable(exported), advance=advance)

    def export(self, directory: Path, *, entries: bool = False) -> tuple[int, int]:
        """Write seals and public keys, and entries if wanted; return how many of each."""
        seals = SealFile(directory, self._keys).follow(self._database)
        return seals, write_entries(directory, self._rows()) if entries else 0

    def prove(self, subject: str, action: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Return a proof of what the first such entry on a subject says, opened by its content."""
        with self._database.read() as connection:
            entry = repository.find_of_subject(connection, subject, action)
            if entry is None:
                raise EntryNotFound(subject=subject, action=action)
            salts = self._audit.salts_of(connection, entry.id, entry.person)
            seal = repository.find_seal_over(connection, entry.sequence)
            if seal is None:
                raise NotSealedYet(entry_id=entry.id)
            places = list(numbers_in(read_ranges(seal.entries)))
            rows = repository.list_between(connection, places[0], places[-1])
        salt = next((one for one in salts if salted_hash(content, one) == entry.after_hash), None)
        if salt is None:
            raise CannotBeOpened(entry_id=entry.id)
        held = {row["sequence"]: row["hash"] for row in rows}
        leaves = [merkle.leaf(place, held[place]) for place in places]
        public_key = self._keys.find(seal.key_id)
        return write_proof(entry, seal, leaves, opened=(salt, content), public_key=public_key)

    def record_rotation(self) -> str:
        """Record that seals are signed with another key from now on; return its id."""
        change = Change(action="audit.key-rotated", subject=self._signer.key_id)
        with self._database.write() as connection:
            self._audit.record(connection, COMMAND_LINE, [change])
        return self._signer.key_id

    def list_page(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        **wanted: str | None,
    ) -> Page[Entry]:
        """Return one page of the log, the newest first."""
        where = repository.conditions(wanted, since=since, until=until)
        with self._database.read() as connection:
            page = repository.list_page(connection, where, limit=limit, cursor=cursor)
        items = [Entry(**row._mapping) for row in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    def list_seals(self, *, after: int = 0, limit: int = 50) -> list[Seal]:
        """Return seals after a number, in their order."""
        with self._database.read() as connection:
            return repository.list_seals(connection, after=after, most=limit)

    def get_entry(self, entry_id: str) -> Entry:
        """Return one entry of the log."""
        with self._database.read() as connection:
            entry = repository.find_entry(connection, entry_id)
        if entry is None:
            raise EntryUnknown(entry_id=entry_id)
        return entry

    def find_seal_over(self, entry: Entry) -> Seal | None:
        """Return the seal that holds an entry, or None as long as none does."""
        with self._database.read() as connection:
            return repository.find_seal_over(connection, entry.sequence)

    def count(self) -> int:
        """Return how many entries there are."""
        with self._database.read() as connection:
            return repository.count_entries(connection)

    def _rows(self) -> Iterator[Any]:
        after = 0
        while True:
            with self._database.read() as connection:
                rows = repository.list_after(connection, after, AT_ONCE)
            if not rows:
                return
            after = rows[-1]["sequence"]
            yield from rows
