"""Work and messages, measured and traced on their way."""

import time
from collections.abc import Callable, Sequence

from loanwright.errors import LoanwrightError
from loanwright.service.jobs.service import Progress
from loanwright.service.kit.clock import Clock
from loanwright.service.messaging.relay import Publisher
from loanwright.service.messaging.schemas import Message
from loanwright.service.telemetry.metrics import Metrics
from loanwright.service.telemetry.traces import Traces

UNAVAILABLE = "unavailable"
FAILED = "failed"


class WatchedPublisher:
    """Publishes, and counts what was published and how long it had waited."""

    def __init__(
        self, publisher: Publisher, *, clock: Clock, metrics: Metrics, traces: Traces
    ) -> None:
        self._publisher = publisher
        self._clock = clock
        self._metrics = metrics
        self._traces = traces

    def publish(self, messages: Sequence[Message]) -> None:
        """Return when every message is safe with the broker."""
        with self._traces.job("relay", [message.subject for message in messages]):
            self._publisher.publish(messages)
        now = self._clock.now()
        self._metrics.relayed((now - one.created_at).total_seconds() for one in messages)


class WatchedWork:
    """Works on a job, and counts what came of it."""

    def __init__(
        self, work: Callable[[str], Progress], *, metrics: Metrics, traces: Traces
    ) -> None:
        self._work = work
        self._metrics = metrics
        self._traces = traces

    def __call__(self, job_id: str) -> bool:
        """Do a job.

        Where another is at work on it, or has died over it, nobody waits here: when its lease is
        over it is announced again. Waiting workers would soon be all there are.
        """
        started, result = time.perf_counter(), FAILED
        try:
            with self._traces.job("work", [job_id]) as tell:
                progress = self._work(job_id)
                tell(progress=progress.value)
            result = progress.value
        except LoanwrightError:
            result = UNAVAILABLE
            raise
        finally:
            self._metrics.attempted(result, time.perf_counter() - started)
        return True
