"""A value that may be a moment old, so that not every call asks the database."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Reads a value again when the one at hand is older than some seconds."""

    def __init__(
        self,
        read: Callable[[], Value],
        *,
        seconds: float = 1.0,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._tick = tick
        self._held: tuple[float, Value] | None = None

    def get(self, read: Callable[[], Value] | None = None) -> Value:
        """Return the value, at most some seconds old, read anew in this way if it must be."""
        held = self._held
        if held is not None and self._tick() - held[0] < self._seconds:
            return held[1]
        asked = self._tick()
        value = (read or self._read)()
        self._held = (asked, value)
        return value

    def forget(self) -> None:
        """Read anew at the next call."""
        self._held = None
