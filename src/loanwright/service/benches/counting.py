"""Counts the rows of a bench by the command that a person would give, in a process of its own."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from loanwright.service.benches.errors import BenchTableRefused
from loanwright.service.training.errors import TrainingTooLong, TrainingUnfinished
from loanwright.service.training.runner import COMMAND

POLL_SECONDS: Final = 0.2
LONGEST_REASON: Final = 400


def count_rows(
    package: Path, table: Path, rows: Path, *, seconds: float, stopped: Callable[[], bool]
) -> dict[str, Any]:
    """Count a table for a scorecard; return how many rows, and whether it learned from them."""
    command = [*COMMAND, "bench", str(package), str(table), "--output", str(rows)]
    until = time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as work:
        try:
            while work.poll() is None:
                if stopped():
                    raise TrainingUnfinished
                if time.monotonic() > until:
                    raise TrainingTooLong(seconds=round(seconds))
                time.sleep(POLL_SECONDS)
            told, wrong = work.communicate()
        finally:
            if work.poll() is None:
                work.kill()
    if work.returncode != 0:
        raise BenchTableRefused(why=_reason(wrong, table))
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def _reason(said: str, table: Path) -> str:
    text = " ".join(line.strip() for line in said.splitlines() if line.strip())
    text = text.rpartition("Error:")[2].strip().rstrip(".") or "no reason was given"
    return text.replace(str(table), "the table")[:LONGEST_REASON]
