"""A thread that replays the spool as soon as the database is back."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from loanwright.errors import LoanwrightError
from loanwright.service.spool.schemas import Replayed

BETWEEN_LOOKS: Final = 1.0


class Events(Protocol):
    """Writes events."""

    def info(self, event: str, **facts: object) -> object:
        """Write an event of everyday life."""
        ...

    def warning(self, event: str, **facts: object) -> object:
        """Write an event that somebody should look at."""
        ...


class SpoolReplayer:
    """Looks into the spool every second, and replays what it finds."""

    def __init__(self, replay: Callable[[], Replayed], *, events: Events) -> None:
        self._replay = replay
        self._events = events
        self._stopping = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")

    def start(self) -> None:
        """Start the thread."""
        self._thread.submit(self._run)

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.shutdown()

    def _run(self) -> None:
        while not self._stopping.wait(BETWEEN_LOOKS):
            self._turn()

    def _turn(self) -> None:
        try:
            found = self._replay()
        except LoanwrightError as problem:
            self._events.warning("spool_waits", problem=problem.code)
            return
        if found != Replayed():
            self._events.info(
                "spool_replayed",
                decided=found.decided,
                refused=found.refused,
                broken=found.broken,
            )
