"""Concurrent requests become one batch: whatever arrived while the last one was being committed."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future as ThreadFuture
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from loanwright.errors import LoanwrightError, Unavailable
from loanwright.service.telemetry.metrics import Metrics
from loanwright.service.telemetry.traces import NoTraces, Traces

Item = TypeVar("Item")
Result = TypeVar("Result")
SWEEPS_PER_TIMEOUT = 8
WORTH_STARTING = 4  # a quarter of a batch
Run: TypeAlias = Callable[[Sequence[Item]], Sequence[Result | LoanwrightError]]


class Overloaded(Unavailable):
    """Too many requests are waiting; try again shortly."""


class TookTooLong(Unavailable):
    """There was no answer within {seconds} seconds; repeat with the same Idempotency-Key."""


class Stopping(Unavailable):
    """The service is stopping; another one will answer shortly."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Item, Result]):
    item: Item
    answer: "asyncio.Future[Result]"
    deadline: float = field(default=0.0)
    origin: Any = None


class Gatherer(Generic[Item, Result]):
    """Runs items in batches, apart from the loop, and answers each when its batch is done.

    An idle gatherer starts at once, so gathering adds no wait at low load. With two threads, one
    batch is computed while the one before it is being committed.
    """

    def __init__(
        self,
        run: Run[Item, Result],
        *,
        batch: int,
        waiting: int,
        timeout: float,
        threads: int = 1,
        metrics: Metrics | None = None,
        traces: Traces | None = None,
    ) -> None:
        self._run = run
        self._metrics = metrics or Metrics()
        self._metrics.watch_load(lambda: self.load)
        self._traces = traces or NoTraces()
        self._batch = batch
        self._most_waiting = waiting
        self._timeout = timeout
        self._threads = threads
        self._queue: deque[_Waiting[Item, Result]] = deque()
        self._running: list[list[_Waiting[Item, Result]]] = []
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="gatherer")
        self._starting = False
        self._stopping = False
        self._sweeper: asyncio.TimerHandle | None = None
        self._idle: asyncio.Event | None = None

    @property
    def load(self) -> int:
        """Return how many items have no answer yet."""
        return len(self._queue) + sum(map(len, self._running))

    async def submit(self, item: Item) -> Result:
        """Return the result for this item, or raise its error."""
        if self._stopping:
            raise Stopping
        if len(self._queue) >= self._most_waiting:
            raise Overloaded
        loop = asyncio.get_running_loop()
        deadline, origin = loop.time() + self._timeout, self._traces.here()
        one = _Waiting[Item, Result](item, loop.create_future(), deadline, origin)
        self._queue.append(one)
        if not self._starting and self._may_start():
            # Not at once: whatever else this turn of the loop reads belongs to the same batch.
            self._starting = True
            loop.call_soon(self._start, loop)
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._timeout / SWEEPS_PER_TIMEOUT, self._sweep, loop)
        return await one.answer

    async def close(self, timeout: float) -> None:
        """Take nothing more, finish what is there, and end the threads."""
        self._stopping = True
        if self.load:
            self._idle = asyncio.Event()
            try:
                await asyncio.wait_for(self._idle.wait(), timeout)
            except TimeoutError:
                _refuse(self._queue, Stopping())
                self._queue.clear()
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _may_start(self) -> bool:
        # Beside a running batch only a good part of one is worth a transaction of its own:
        # less would cost more in transactions than it saves in waiting.
        beside = len(self._queue) * WORTH_STARTING >= self._batch
        return not self._running or (beside and len(self._running) < self._threads)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._starting = False
        if not self._may_start():
            return
        batch: list[_Waiting[Item, Result]] = []
        while self._queue and len(batch) < self._batch:
            one = self._queue.popleft()
            # Whoever has given up waiting before the work began gets no work done.
            if not one.answer.done():
                batch.append(one)
        if batch:
            self._running.append(batch)
            job = self._executor.submit(self._work, batch)
            job.add_done_callback(
                lambda done: loop.call_soon_threadsafe(self._finish, loop, batch, done)
            )
        elif self._idle is not None and not self._running:
            self._idle.set()

    def _work(self, batch: Sequence[_Waiting[Item, Result]]) -> Sequence[Result | LoanwrightError]:
        self._metrics.gathered(len(batch))
        with self._traces.batch("decide", [one.origin for one in batch]):
            return self._run([one.item for one in batch])

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: list[_Waiting[Item, Result]],
        job: "ThreadFuture[Sequence[Result | LoanwrightError]]",
    ) -> None:
        self._running = [one for one in self._running if one is not batch]
        failure = job.exception()
        if failure is not None:
            _refuse(batch, failure)
        else:
            for one, result in zip(batch, job.result(), strict=True):
                _answer(one, result)
        self._start(loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        self._sweeper = None
        now = loop.time()
        waiting = (*self._queue, *(one for batch in self._running for one in batch))
        _refuse([one for one in waiting if one.deadline <= now], TookTooLong(seconds=self._timeout))
        if self.load:
            self._sweeper = loop.call_later(self._timeout / SWEEPS_PER_TIMEOUT, self._sweep, loop)


def _refuse(
    batch: "Iterable[_Waiting[Item, Result]]",
    failure: BaseException,
) -> None:
    for one in batch:
        if not one.answer.done():
            one.answer.set_exception(failure)


def _answer(one: _Waiting[Item, Result], result: Result | LoanwrightError) -> None:
    if one.answer.done():
        return
    if isinstance(result, LoanwrightError):
        one.answer.set_exception(result)
    else:
        one.answer.set_result(result)
