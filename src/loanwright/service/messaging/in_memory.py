"""Messages without a broker: threads of this process are told."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from loanwright.service.messaging.delivery import LONGER_PAUSE, Events, Handle, RelayLoop, report
from loanwright.service.messaging.schemas import Message


class InMemoryBroker:
    """Keeps subjects in memory; what a dead process held is announced again by its successor."""

    def __init__(self) -> None:
        self._subjects: queue.Queue[str] = queue.Queue()

    def publish(self, messages: Sequence[Message]) -> None:
        """Hand the messages to the threads that wait for them."""
        for message in messages:
            self._subjects.put(message.subject)

    def take(self, seconds: float) -> str | None:
        """Return the next subject, or None if there is none within these seconds."""
        try:
            return self._subjects.get(timeout=seconds)
        except queue.Empty:
            return None

    def put_back(self, subject: str) -> None:
        """Let a subject be told again."""
        self._subjects.put(subject)


class InMemoryWorkers:
    """Threads that work on messages, and one that carries them from the outbox."""

    def __init__(
        self,
        *,
        broker: InMemoryBroker,
        relay: RelayLoop,
        handle: Handle,
        events: Events,
        threads: int = 1,
    ) -> None:
        self._broker = broker
        self._handle = handle
        self._events = events
        self._relay = relay
        self._threads = threads
        self._stopping = threading.Event()
        self._loops = ThreadPoolExecutor(threads + 1, thread_name_prefix="loop")
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="work")

    def start(self) -> None:
        """Start the threads."""
        self._loops.submit(self._relay.run, self._stopping)
        for _ in range(self._threads):
            self._loops.submit(self._work)

    def stop(self) -> None:
        """Finish what is being worked on, and end the threads."""
        self._stopping.set()
        self._loops.shutdown()
        self._pool.shutdown()

    def _work(self) -> None:
        while not self._stopping.is_set():
            subject = self._broker.take(LONGER_PAUSE / 4)
            if subject is not None and not self._ended(subject):
                self._stopping.wait(LONGER_PAUSE)
                self._broker.put_back(subject)

    def _ended(self, subject: str) -> bool:
        done = self._pool.submit(self._handle, subject)
        # A worker outlives whatever its work does.
        failure = done.exception()
        if failure is None:
            return done.result()
        report(self._events, subject, failure)
        return False
