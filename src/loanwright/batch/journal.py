"""What has been done of a run, so that the same command goes on after any end."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from loanwright.batch.blocks import Place
from loanwright.batch.errors import JournalDamaged, ResumeRefused

NAME: Final = "journal.jsonl"
SCHEMA: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """One block that is wholly written.

    Attributes
    ----------
    rows, rejected
        How many rows it had, and how many of them were rejected.
    end
        Where the next block begins.
    digest
        SHA-256 of its rows, where the source as a whole has none.
    """

    rows: int
    rejected: int
    end: Place
    digest: str = ""


class Journal:
    """A file of lines: what the run is of, then each block that is done.

    Parameters
    ----------
    directory
        Where it is kept, beside the parts.
    about
        What must be the same for the run to go on: hashes and wishes by name.
    """

    def __init__(self, directory: Path, about: Mapping[str, Any]) -> None:
        self._directory = directory
        self._path = directory / NAME
        self._about = dict(about)
        self.done: list[Done] = []

    @property
    def end(self) -> Place:
        """Return where the next block begins."""
        return self.done[-1].end if self.done else Place()

    def open(self) -> dict[str, Any]:
        """Begin, or read what was begun.

        Returns
        -------
        dict
            What was noted at the beginning beside ``about``; empty for a new run.

        Raises
        ------
        ResumeRefused
            If the run was begun with something else, which is named.
        JournalDamaged
            If the first line cannot be read.
        """
        lines = self._read()
        if not lines:
            return {}
        first, *rest = lines
        begun = first.get("about", {})
        for name in {**begun, **self._about}:
            if begun.get(name) != self._about.get(name):
                raise ResumeRefused(path=self._directory, what=f"the {name}")
        self.done = [_done(line) for line in rest]
        self._write_anew(lines)
        noted: dict[str, Any] = first.get("noted", {})
        return noted

    def begin(self, noted: Mapping[str, Any]) -> None:
        """Write the first line."""
        self._write_anew([{"schema": SCHEMA, "about": self._about, "noted": dict(noted)}])

    def append(self, done: Done) -> None:
        """Note a block as done; it is on disk when this returns."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(done)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.done.append(done)

    def _read(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        lines = self._path.read_bytes().split(b"\n")
        # The last line was being written when the run ended, unless it ends the file.
        whole = lines[:-1]
        try:
            found = [json.loads(line) for line in whole]
        except ValueError as problem:
            raise JournalDamaged(path=self._path, why=str(problem)) from problem
        if found and found[0].get("schema") != SCHEMA:
            raise JournalDamaged(path=self._path, why="it is of another version")
        return found

    def _write_anew(self, lines: list[dict[str, Any]]) -> None:
        text = "".join(json.dumps(line) + "\n" for line in lines)
        write_whole(self._path, text.encode())


def _done(line: Mapping[str, Any]) -> Done:
    return Done(
        rows=line["rows"],
        rejected=line["rejected"],
        end=Place(**line["end"]),
        digest=line["digest"],
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, even if the machine stops."""
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_directory(path.parent)


def sync_file(path: Path) -> None:
    """Wait until a file is on disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
