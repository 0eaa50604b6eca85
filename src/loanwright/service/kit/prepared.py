"""Values that take long to make: made once, beside whatever else is done, and kept a while."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Value = TypeVar("Value")

#: Is told how much is done, from 0 to 1.
Advance = Callable[[float], None]
KEPT_SECONDS: Final = 900.0
MOST_KEPT: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Underway:
    """A value that is being made: how much of it is done, from 0 to 1."""

    share: float


@dataclass(slots=True)
class _Making(Generic[Value]):
    """One value, made or being made."""

    asked_at: float
    future: Future[Value]
    told: "_Told"


class _Told:
    """Keeps how much of something is done."""

    share = 0.0

    def __call__(self, share: float) -> None:
        """Note how much is done."""
        self.share = share


class Prepared(Generic[Value]):
    """Makes values in the background, one after another, and keeps the latest ones."""

    def __init__(
        self,
        *,
        seconds: float = KEPT_SECONDS,
        most: int = MOST_KEPT,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._most = most
        self._tick = tick
        self._held: OrderedDict[Hashable, _Making[Value]] = OrderedDict()
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def ask(
        self, key: Hashable, make: Callable[[Advance], Value], *, wait: float = 1.5
    ) -> Value | Underway:
        """Return the value of a key, waiting a little for it, or how far it is.

        What was raised in making it is raised here, and it is made anew when it is asked again.
        """
        making = self._begun(key, make)
        try:
            return making.future.result(timeout=wait)
        except NotYet:
            return Underway(share=making.told.share)
        except BaseException:
            self._drop(key, making)
            raise

    def forget(self, key: Hashable) -> None:
        """Make the value of this key anew when it is asked for again."""
        with self._lock:
            self._held.pop(key, None)

    def close(self) -> None:
        """Begin nothing more."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _begun(self, key: Hashable, make: Callable[[Advance], Value]) -> _Making[Value]:
        now = self._tick()
        with self._lock:
            held = self._held.get(key)
            if held is not None and now - held.asked_at < self._seconds:
                self._held.move_to_end(key)
                return held
            self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="prepare")
            told = _Told()
            making = _Making(asked_at=now, told=told, future=self._pool.submit(make, told))
            self._held[key] = making
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
            return making

    def _drop(self, key: Hashable, making: _Making[Value]) -> None:
        with self._lock:
            if self._held.get(key) is making:
                del self._held[key]
