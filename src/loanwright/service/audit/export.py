"""Signed roots outside the database: what they hold cannot be cut off unseen."""

import fcntl
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Final

from loanwright.errors import Rejected, Unavailable
from loanwright.service.audit import repository
from loanwright.service.audit.canonical import canonical
from loanwright.service.audit.schemas import Seal
from loanwright.service.audit.signing import PublicKeys
from loanwright.service.kit.clock import from_iso
from loanwright.service.kit.database import Database

SEALS: Final = "seals.jsonl"
ENTRIES: Final = "entries.jsonl"
PUBLIC_KEYS: Final = "public-keys.json"
AT_ONCE: Final = 1_000
LAST_LINE_WITHIN: Final = 1 << 21


class ExportUnwritable(Unavailable):
    """The roots of the audit log cannot be written to {path}: {why}."""


class ExportUnreadable(Rejected):
    """There is no export of the audit log in {path}: {why}."""


class SealFile:
    """A file of seals that only grows; several processes may write it."""

    def __init__(self, directory: Path, keys: PublicKeys) -> None:
        self._directory = directory
        self._keys = keys

    @property
    def path(self) -> Path:
        """Return where the seals are."""
        return self._directory / SEALS

    def follow(self, database: Database) -> int:
        """Append the seals that the file does not have yet; return how many."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                written = self._follow(database, file)
        except OSError as problem:
            raise ExportUnwritable(path=str(self._directory), why=str(problem)) from problem
        return written

    def _follow(self, database: Database, file: BinaryIO) -> int:
        written, last = 0, _last_number(file)
        while True:
            with database.read() as connection:
                seals = repository.list_seals(connection, after=last, most=AT_ONCE)
            if not seals:
                break
            file.write(b"".join(seal_line(seal) for seal in seals))
            file.flush()
            written, last = written + len(seals), seals[-1].number
        if written or not (self._directory / PUBLIC_KEYS).exists():
            write_public_keys(self._directory, self._keys)
        return written


def seal_line(seal: Seal) -> bytes:
    """Return a seal as a line of an export."""
    return canonical(asdict(seal)) + b"\n"


def write_public_keys(directory: Path, keys: PublicKeys) -> None:
    """Write the public keys beside the seals that they can check."""
    (directory / PUBLIC_KEYS).write_text(json.dumps(sorted(keys), indent=1) + "\n")


def write_entries(directory: Path, rows: Iterable[Any]) -> int:
    """Write entries, one a line; return how many."""
    count = 0
    with (directory / ENTRIES).open("wb") as file:
        for row in rows:
            file.write(canonical(dict(row)) + b"\n")
            count += 1
    return count


def read_export(directory: Path) -> Iterator[Seal]:
    """Go through the seals of an export."""
    try:
        with (directory / SEALS).open("rb") as file:
            for line in file:
                yield _seal_of(json.loads(line))
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise ExportUnreadable(path=str(directory), why=str(problem)) from problem


def read_public_keys(directory: Path) -> list[str]:
    """Return the public keys of an export."""
    try:
        return [str(key) for key in json.loads((directory / PUBLIC_KEYS).read_text())]
    except (OSError, ValueError) as problem:
        raise ExportUnreadable(path=str(directory), why=str(problem)) from problem


def _seal_of(told: dict[str, Any]) -> Seal:
    return Seal(**{**told, "sealed_at": from_iso(told["sealed_at"])})


def _last_number(file: BinaryIO) -> int:
    """Return the number of the last seal in a file; cut off a line that was left unfinished."""
    size = file.seek(0, 2)
    start = max(0, size - LAST_LINE_WITHIN)
    file.seek(start)
    content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    file.truncate(start + len(whole))
    lines = whole.splitlines()
    return int(json.loads(lines[-1])["number"]) if lines else 0
