"""The spool: applications answered without the database, decided exactly once when it is back."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from loanwright.errors import LoanwrightError, Unavailable
from loanwright.service.kit.clock import Clock, from_iso, iso
from loanwright.service.kit.ids import Ids, id_from
from loanwright.service.privacy.keys import Key
from loanwright.service.spool.files import (
    SpoolUnavailable,
    Writer,
    content_of,
    left_behind,
    list_files,
    set_aside,
    size_of,
)
from loanwright.service.spool.schemas import Entry, Page, Replayed

PREFIX: Final = "spl"
MOST_BYTES: Final = 256 * 1024 * 1024
PLACE: Final = "spool"
BROKEN: Final = ".broken"
REFUSED: Final = ".refused"

BLOCK: Final = 64

#: Decides entries and returns what refuses each, if anything; it must find what was decided before.
Decide = Callable[[Sequence[Entry]], Sequence[LoanwrightError | None]]


class Spool:
    """Entries in a directory, sealed; each process writes a file of its own."""

    def __init__(self, directory: Path, *, seal: Key, clock: Clock, new_id: Ids) -> None:
        self._directory = directory
        self._seal = seal
        self._clock = clock
        self._new_id = new_id
        self._writer = Writer(directory)
        self._held: dict[tuple[str, str], tuple[Entry, Path]] = {}
        self._lock = threading.Lock()

    def find(self, caller_id: str, key: str | None) -> Entry | None:
        """Return what this process has spooled for a caller's key and has not replayed."""
        entry, path = self._held.get((caller_id, key or ""), (None, None))
        # Another process may have replayed the file of this one.
        return entry if path is not None and path.exists() else None

    def put(self, draft: Entry) -> Entry:
        """Keep an entry, durably, and return it with its id; the same key gives the same id."""
        entry = replace(draft, id=self._name(draft), at=self._clock.now())
        if size_of(self._directory) > MOST_BYTES:
            raise SpoolUnavailable(why="it is full")
        with self._lock:
            known = self.find(entry.caller_id, entry.key)
            if known is not None:
                return known
            path = self._writer.append(self._write(entry))
            if entry.key is not None:
                self._held[entry.caller_id, entry.key] = entry, path
        return entry

    def pages(self) -> Iterator[Page]:
        """Read every file, also those that are still written to."""
        for path in list_files(self._directory):
            with suppress(FileNotFoundError):
                yield self._page(path.name, path.read_bytes().splitlines(keepends=True))

    def replay(self, decide: Decide) -> Replayed:
        """Decide whatever waits, and forget a file once each of its entries was dealt with.

        Where something is unavailable the file stays as it is, to be replayed from its beginning:
        what was decided already is found by its key.
        """
        self._writer.rotate()
        total = Replayed()
        for path in list_files(self._directory):
            with left_behind(path) as lines:
                if lines is not None:
                    total += self._replay(path, lines, decide)
        return total

    def _replay(self, path: Path, lines: list[bytes], decide: Decide) -> Replayed:
        page = self._page(path.name, lines)
        refused: list[tuple[Entry, LoanwrightError]] = []
        for first in range(0, len(page.entries), BLOCK):
            block = page.entries[first : first + BLOCK]
            for entry, refusal in zip(block, decide(block), strict=True):
                if isinstance(refusal, Unavailable):
                    raise refusal
                if refusal is not None:
                    refused.append((entry, refusal))
        if page.broken:
            set_aside(path.with_suffix(BROKEN), page.broken)
        if refused:
            set_aside(path.with_suffix(REFUSED), [self._why(*one) for one in refused])
        path.unlink(missing_ok=True)
        with self._lock:
            for entry in page.entries:
                self._held.pop((entry.caller_id, entry.idempotency_key), None)
        return Replayed(
            decided=len(page.entries) - len(refused),
            refused=len(refused),
            broken=len(page.broken),
        )

    def _why(self, entry: Entry, refusal: LoanwrightError) -> bytes:
        return json.dumps({"problem": refusal.code, **json.loads(self._write(entry))}).encode()

    def _name(self, entry: Entry) -> str:
        if entry.key is None:
            return self._new_id(PREFIX)
        # Whichever process is asked, and however often: the same key has the same name.
        return id_from(PREFIX, self._seal.salt(f"{PLACE}:{entry.caller_id}:{entry.key}"))

    def _page(self, name: str, lines: list[bytes]) -> Page:
        entries, broken = [], []
        for line in lines:
            entry = self._read(line)
            if entry is None:
                broken.append(line)
            else:
                entries.append(entry)
        return Page(name=name, entries=tuple(entries), broken=tuple(broken))

    def _write(self, entry: Entry) -> bytes:
        told = {
            "caller_id": entry.caller_id,
            "caller_kind": entry.caller_kind,
            "key": entry.key,
            "received": entry.received,
        }
        sealed = self._seal.seal(json.dumps(told), place=_place(entry.id))
        return json.dumps({"id": entry.id, "at": iso(entry.at), "sealed": sealed}).encode()

    def _read(self, line: bytes) -> Entry | None:
        content = content_of(line)
        if content is None:
            return None
        try:
            outer = json.loads(content)
            told: Mapping[str, Any] = json.loads(
                self._seal.open(outer["sealed"], place=_place(outer["id"]))
            )
            return Entry(id=outer["id"], at=from_iso(outer["at"]), **told)
        except (LoanwrightError, ValueError, LookupError, TypeError):
            return None


def _place(entry_id: str) -> str:
    return f"{PLACE}:{entry_id}"
