"""What ways of delivery have in common: somebody who is told, and a relay kept going."""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeAlias

from loanwright.errors import LoanwrightError, Unavailable
from loanwright.service.messaging.relay import Relay

#: Is told the subject of a message; False asks to be told again a little later.
Handle: TypeAlias = Callable[[str], bool]

PAUSE: Final = 0.1
LONGER_PAUSE: Final = 1.0
BETWEEN_REMINDERS: Final = 5.0


class Events(Protocol):
    """Writes events."""

    def info(self, event: str, **facts: object) -> object:
        """Write an event of everyday life."""
        ...

    def warning(self, event: str, **facts: object) -> object:
        """Write an event that somebody should look at."""
        ...

    def error(self, event: str, **facts: object) -> object:
        """Write a failure of ours."""
        ...


def report(events: Events, subject: str, failure: BaseException) -> None:
    """Write down that work on a subject did not end, and why; messages may repeat what was sent."""
    if isinstance(failure, Unavailable):
        events.warning("work_waits", subject=subject, problem=failure.code)
    else:
        events.error("work_failed", subject=subject, exception=type(failure).__name__)


class RelayLoop:
    """Lets a relay pass messages on until it is stopped, whatever fails in between."""

    def __init__(
        self, relay: Relay, *, chores: Sequence[Callable[[], object]], events: Events
    ) -> None:
        self._relay = relay
        self._chores = chores
        self._events = events

    def run(self, stopping: threading.Event) -> None:
        """Pass messages on; now and then do the chores, which must be harmless when repeated."""
        turns = 0
        while not stopping.is_set():
            stopping.wait(self._turn())
            turns += 1
            if turns % round(BETWEEN_REMINDERS / PAUSE) == 0:
                self._tidy()

    def _turn(self) -> float:
        try:
            passed_on = self._relay.pass_on()
        except LoanwrightError as problem:
            self._events.warning("relay_waits", problem=problem.code)
            return LONGER_PAUSE
        return 0.0 if passed_on else PAUSE

    def _tidy(self) -> None:
        for chore in (*self._chores, self._relay.forget):
            try:
                chore()
            except LoanwrightError as problem:
                self._events.warning("chore_waits", problem=problem.code)
