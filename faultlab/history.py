"""What callers have seen: every attempt and how it ended, a line each.

`invoke` is written before anything is sent. `ok` and `fail` are certain ends. `info` is an end
that says nothing: what was asked may have happened or not.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["invoke", "ok", "fail", "info"]
Mode = Literal["now", "later"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the history."""

    at: float
    kind: Kind
    mode: Mode
    key: str
    status: int = 0
    body: str = ""
    digest: str = ""
    found: str = ""


class History:
    """Writes events as they happen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def add(self, kind: Kind, mode: Mode, key: str, **facts: object) -> None:
        """Append an event; it can be read at once."""
        event = {"at": time.time(), "kind": kind, "mode": mode, "key": key, **facts}
        with self._lock:
            self._file.write(json.dumps(event) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_history(path: Path) -> list[Event]:
    """Return the events of a file."""
    return [Event(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write_history(path: Path, events: Iterable[Event]) -> None:
    """Write events to a file."""
    path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in events), encoding="utf-8")


@dataclass
class Asked:
    """What is known of one key: what was sent, and every answer."""

    mode: Mode = "now"
    body: str = ""
    answers: list[Event] = field(default_factory=list)
    refused: bool = False
    doubtful: int = 0

    @property
    def acknowledged(self) -> bool:
        """Tell whether somebody was told that it is done, or that it will be."""
        return bool(self.answers)


def by_key(events: Iterable[Event]) -> dict[str, Asked]:
    """Return what is known of each key."""
    known: dict[str, Asked] = defaultdict(Asked)
    for event in events:
        asked = known[event.key]
        if event.kind == "invoke":
            asked.mode, asked.body = event.mode, event.body or asked.body
        elif event.kind == "ok":
            asked.answers.append(event)
        elif event.kind == "fail":
            asked.refused = True
        else:
            asked.doubtful += 1
    return dict(known)
