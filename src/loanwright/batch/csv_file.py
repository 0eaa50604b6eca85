"""CSV files in blocks: bad rows are told apart from good ones, and reading goes on after them."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import polars as pl

from loanwright.batch.blocks import BLOCK_ROWS, MOST_COLUMNS, Block, Place
from loanwright.batch.errors import RejectedField, TableUnreadable
from loanwright.features.cells import separator_of

LONGEST_LINE: Final = 2**22
MARK: Final = b"\xef\xbb\xbf"
HASHED_AT_ONCE: Final = 2**20


@dataclass(frozen=True, kw_only=True)
class CsvFile:
    """A CSV file in UTF-8; the separator is found in its first line.

    Parameters
    ----------
    path
        The file.
    block_rows
        Rows of a block.
    """

    path: Path
    block_rows: int = BLOCK_ROWS

    @property
    def name(self) -> str:
        """Return the path."""
        return str(self.path)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the header."""
        return self._head.columns

    @cached_property
    def size(self) -> int:
        """Return the bytes of the file."""
        return self.path.stat().st_size

    def fingerprint(self) -> str:
        """Return the SHA-256 of the file, in hexadecimal."""
        return hash_file(self.path)

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Return all: every cell of a CSV file is a text."""
        return list(columns)

    def blocks(self, columns: Sequence[str], *, start: Place | None = None) -> Iterator[Block]:
        """Read the blocks after a place, or all."""
        head = self._head
        place = start if start and start.offset else head.end
        with self.path.open("rb") as file:
            file.seek(place.offset)
            lines = _Lines(file, place)
            records = _Records(lines, head)
            while taken := records.take(self.block_rows):
                place = Place(block=place.block + 1, offset=lines.offset, line=lines.line)
                yield _block(taken, head, columns, place)

    @cached_property
    def _head(self) -> _Head:
        with self.path.open("rb") as file:
            first = file.readline(LONGEST_LINE)
            if len(first) == LONGEST_LINE:
                raise TableUnreadable(path=self.path, why="its first line is no header: too long")
            file.seek(len(MARK) if first.startswith(MARK) else 0)
            lines = _Lines(file, Place(offset=file.tell()))
            separator = separator_of(first.decode("utf-8", "replace"))
            columns = self._columns(csv.reader(lines, delimiter=separator), lines)
            end = Place(offset=lines.offset, line=lines.line)
        return _Head(columns=columns, separator=separator, end=end)

    def _columns(self, reader: Iterator[list[str]], lines: _Lines) -> tuple[str, ...]:
        try:
            columns = tuple(next(reader))
        except StopIteration:
            raise TableUnreadable(path=self.path, why="it is empty: it has no header") from None
        except csv.Error as problem:
            raise TableUnreadable(path=self.path, why=f"its header is damaged: {problem}") from None
        if lines.damaged:
            raise TableUnreadable(path=self.path, why="it is not UTF-8; save it as CSV UTF-8")
        if len(columns) > MOST_COLUMNS:
            why = f"it has {len(columns)} columns, more than {MOST_COLUMNS}"
            raise TableUnreadable(path=self.path, why=why)
        return columns


@dataclass(frozen=True, kw_only=True, slots=True)
class _Head:
    columns: tuple[str, ...]
    separator: str
    end: Place


class _Lines:
    """The lines of a file as texts, with the place of the next one."""

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self._file = file
        self.offset, self.line = place.offset, place.line
        self.damaged = ""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self._read()
        self.line += 1
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self.damaged = self.damaged or "row_not_utf8"
            return raw.decode("utf-8", "replace")

    def _read(self) -> bytes:
        raw = self._file.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        self.offset += len(raw)
        if len(raw) == LONGEST_LINE:
            self._pass_over_the_rest(raw)
            return b"\n"
        return raw

    def _pass_over_the_rest(self, part: bytes) -> None:
        self.damaged = "row_unreadable"
        while part and not part.endswith(b"\n"):
            part = self._file.readline(LONGEST_LINE)
            self.offset += len(part)


@dataclass(slots=True)
class _Taken:
    """Rows of one block, with the lines they begin at, and those that cannot be read."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejected: list[RejectedField] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) + len(self.rejected)


class _Records:
    """The rows of a file, some at a time."""

    def __init__(self, lines: _Lines, head: _Head) -> None:
        self._lines = lines
        self._width = len(head.columns)
        self._reader = csv.reader(lines, delimiter=head.separator)

    def take(self, count: int) -> _Taken:
        """Return the next rows; none at the end of the file."""
        taken, lines = _Taken(), self._lines
        while len(taken) < count:
            line = lines.line + 1
            lines.damaged = ""
            try:
                row = next(self._reader)
            except StopIteration:
                break
            except csv.Error:
                taken.rejected.append(_rejected(line, "row_unreadable"))
                continue
            if lines.damaged:
                taken.rejected.append(_rejected(line, lines.damaged))
            elif len(row) == self._width:
                taken.rows.append(row)
                taken.lines.append(line)
            elif row:
                taken.rejected.append(self._of_other_width(line, len(row)))
        return taken

    def _of_other_width(self, line: int, width: int) -> RejectedField:
        message = f"Give the row {self._width} cells, as the header has; it has {width}."
        return RejectedField(line=line, field="", code="row_of_other_width", message=message)


MESSAGES: Final = {
    "row_unreadable": "Mend the quotes of this row: it is no CSV.",
    "row_not_utf8": "Save this row as UTF-8.",
}


def _rejected(line: int, code: str) -> RejectedField:
    return RejectedField(line=line, field="", code=code, message=MESSAGES[code])


def _block(taken: _Taken, head: _Head, columns: Sequence[str], end: Place) -> Block:
    places = [head.columns.index(name) for name in columns]
    cells = {
        name: pl.Series(name, [row[place] for row in taken.rows], dtype=pl.String)
        for name, place in zip(columns, places, strict=True)
    }
    return Block(
        number=end.block - 1,
        frame=pl.DataFrame(cells),
        lines=np.array(taken.lines, dtype=np.int64),
        rejected=tuple(taken.rejected),
        end=end,
    )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(HASHED_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()
