"""Files of lines that are safe on disk before anybody is answered.

A line is a checksum, a space and a JSON object. Whoever writes a file, or replays it, holds its
lock: a file whose writer has died can be locked by another, and so is found.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from loanwright.errors import Unavailable

SUFFIX: Final = ".jsonl"
LARGEST: Final = 16 * 1024 * 1024
OWNER_ONLY: Final = 0o600
DIGITS: Final = 64


class SpoolUnavailable(Unavailable):
    """The spool cannot be written: {why}."""


def sealed_line(content: bytes) -> bytes:
    """Return a line with its checksum."""
    return hashlib.sha256(content).hexdigest().encode() + b" " + content + b"\n"


def content_of(line: bytes) -> bytes | None:
    """Return what a line says, or None where its checksum does not fit."""
    checksum, _, content = line.rstrip(b"\n").partition(b" ")
    whole = hashlib.sha256(content).hexdigest().encode() == checksum
    return content if whole and line.endswith(b"\n") else None


class Writer:
    """Appends lines to a file of its own; a line is on disk when `append` returns."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._opened: tuple[IO[bytes], Path] | None = None
        self._number = 0

    def append(self, content: bytes) -> Path:
        """Write one line, wait until it is durable, and return in which file it is."""
        with self._lock:
            try:
                return self._write(sealed_line(content))
            except OSError as failure:
                raise SpoolUnavailable(why=str(failure.strerror)) from failure

    def rotate(self) -> None:
        """Leave the present file to whoever replays it; the next line begins another."""
        with self._lock:
            self._close()

    def _write(self, line: bytes) -> Path:
        file, path = self._opened or self._open()
        end = file.tell()
        try:
            file.write(line)
            os.fsync(file.fileno())
        except OSError:
            # Half a line must not stand before a whole one.
            with suppress(OSError):
                file.truncate(end)
            self._close()
            raise
        if file.tell() >= LARGEST:
            self._close()
        return path

    def _open(self) -> tuple[IO[bytes], Path]:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Its name never comes again: neither in this process nor in one that has its number.
        name = f"{os.getpid()}-{os.urandom(6).hex()}-{self._number:06d}{SUFFIX}"
        self._number += 1
        path = self._directory / name
        draft = path.with_name(f"{name}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, OWNER_ONLY)
        file = os.fdopen(descriptor, "wb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX)
        # Only now can it be found: nobody may take a new file for one that was left behind.
        draft.rename(path)
        sync_directory(self._directory)
        self._opened = file, path
        return self._opened

    def _close(self) -> None:
        if self._opened is not None:
            self._opened[0].close()
        self._opened = None


@contextmanager
def left_behind(path: Path) -> Iterator[list[bytes] | None]:
    """Give the lines of a file that nobody writes any more, or None while somebody does."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield file.readlines()


def list_files(directory: Path) -> list[Path]:
    """Return the files of the spool, the oldest first."""
    found = []
    for path in directory.glob(f"*{SUFFIX}"):
        with suppress(FileNotFoundError):
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def size_of(directory: Path) -> int:
    """Return how many bytes the spool holds, but for what is being replayed just now."""
    size = 0
    for path in list_files(directory):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def set_aside(path: Path, lines: Sequence[bytes]) -> None:
    """Keep lines under another name, whole or not at all; a second time changes nothing."""
    draft = path.with_name(f"{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(line if line.endswith(b"\n") else line + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Wait until the names in a directory are durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
