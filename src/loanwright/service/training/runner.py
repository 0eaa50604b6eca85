"""Runs `loanwright train` in a process of its own: what it needs and what it eats end with it."""

import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from loanwright.service.training.errors import (
    TrainingFailed,
    TrainingTooLong,
    TrainingUnfinished,
)

COMMAND: Final = (sys.executable, "-c", "from loanwright.cli.main import app; app()")
POLL_SECONDS: Final = 0.5
LAST_LINES: Final = 12
LONGEST_REASON: Final = 400
_SHARE = re.compile(r"\((\d{1,3})%\)\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Workplace:
    """Where one training takes place: its product file, its table, and where its packages go."""

    product: Path
    table: Path
    models: Path


class Trainer(Protocol):
    """Trains."""

    def train(
        self,
        place: Workplace,
        options: Sequence[str],
        *,
        tell: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> list[Path]:
        """Train on a table and return the packages that were written."""
        ...


class CommandTrainer:
    """Trains by the command that a person would give."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds

    def train(
        self,
        place: Workplace,
        options: Sequence[str],
        *,
        tell: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> list[Path]:
        """Train on a table and return the packages that were written."""
        command = [*COMMAND, "train", str(place.product), str(place.table)]
        command += ["--models", str(place.models), *options]
        work = subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        said: list[str] = []
        try:
            self._follow(work, said, tell=tell, stopped=stopped)
        finally:
            if work.poll() is None:
                work.kill()
            work.wait()
        if work.returncode != 0:
            raise TrainingFailed(why=_reason(said, place))
        return sorted(one.parent for one in place.models.glob("*/manifest.json"))

    def _follow(
        self,
        work: "subprocess.Popen[str]",
        said: list[str],
        *,
        tell: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> None:
        lines, until = _read_apart(work.stderr), time.monotonic() + self._seconds
        while work.poll() is None or not lines.empty():
            if stopped():
                raise TrainingUnfinished
            if time.monotonic() > until:
                raise TrainingTooLong(seconds=round(self._seconds))
            try:
                line = lines.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            said[:] = [*said[-LAST_LINES:], line]
            share = _SHARE.search(line)
            if share is not None:
                tell(int(share[1]) / 100)


def _read_apart(stream: IO[str] | None) -> "queue.Queue[str]":
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in stream or ():
            lines.put(line.rstrip())

    threading.Thread(None, read, "training-lines").start()
    return lines


def _reason(said: Sequence[str], place: Workplace) -> str:
    """Return what the command said was wrong, without the places of our files."""
    text = " ".join(line.strip() for line in said if line.strip()) or "it gave no reason"
    text = text.rpartition("Error:")[2].strip().rstrip(".")
    for path, name in ((place.table, "the table"), (place.product, "the product file")):
        text = text.replace(str(path), name)
    return text.replace(str(place.models.parent), "…")[:LONGEST_REASON]
