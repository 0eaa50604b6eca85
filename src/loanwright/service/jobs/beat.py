"""Long work says every second that it goes on, and hears whether it still should."""

import threading
from collections.abc import Callable
from typing import Any, Final

from loanwright.errors import LoanwrightError

BEAT_SECONDS: Final = 1.0


class Beat:
    """Tells how far work is while it goes on.

    Parameters
    ----------
    note
        Is given what was told last, and returns whether the work is cancelled, and whether another
        worker has taken it.
    """

    def __init__(
        self, note: Callable[[dict[str, Any]], tuple[bool, bool]], *, told: dict[str, Any]
    ) -> None:
        self._note = note
        self._ended = threading.Event()
        self._thread = threading.Thread(None, self._run, "beat")
        self.told = told
        self.cancelled = False
        self.lost = False

    def tell(self, **told: Any) -> None:
        """Remember how far the work is."""
        self.told = told

    def __enter__(self) -> "Beat":
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            try:
                self.cancelled, self.lost = self._note(self.told)
            except LoanwrightError:
                # The database is away for a moment: the next beat will say it.
                continue
