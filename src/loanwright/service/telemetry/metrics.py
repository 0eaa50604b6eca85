"""Figures for Prometheus: how much, how long, how many wait."""

import platform
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "other"
PREFIX: Final = "loanwright_"
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LONGER_SECONDS: Final = (0.01, 0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0)
SIZES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)


class Metrics:
    """Counts what happens in this process; every service has its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        self._requests = self._counter(
            "requests",
            "Requests answered, by the template of their address.",
            ("method", "route", "status"),
        )
        self._request_seconds = self._histogram(
            "request_seconds",
            "Time from a request's head to the end of its answer.",
            SECONDS,
            ("route",),
        )
        self._decisions = self._counter(
            "decisions",
            "Decisions made and committed by this process.",
            ("product", "segment", "outcome"),
        )
        self._batch_size = self._histogram(
            "gatherer_batch_size", "Applications decided together in one transaction.", SIZES
        )
        self._load = self._gauge(
            "gatherer_load", "Applications that wait for their decision in this process."
        )
        self._watch_work()
        build = self._gauge("build_info", "1, with the versions.", ("version", "python"))
        build.labels(version("loanwright"), platform.python_version()).set(1)
        # Looking a label up costs more than counting: each is looked up once.
        self._answers: dict[tuple[str, str, int], Callable[[], None]] = {}
        self._durations: dict[str, Callable[[float], None]] = {}

    def _watch_work(self) -> None:
        self._attempts = self._counter(
            "job_attempts",
            "Times that a worker took up a job: ended, busy, unknown, unavailable or failed.",
            ("result",),
        )
        self._attempt_seconds = self._histogram(
            "job_attempt_seconds", "Time a worker spent on one attempt.", LONGER_SECONDS
        )
        self._relayed = self._counter(
            "relay_messages", "Messages passed on from the outbox by this process."
        )
        self._relay_lag = self._histogram(
            "relay_lag_seconds",
            "Time a message waited in the outbox until the broker had confirmed it.",
            LONGER_SECONDS,
        )

    def _counter(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(PREFIX + name, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(PREFIX + name, meaning, labels, registry=self.registry)

    def _histogram(
        self, name: str, meaning: str, steps: Sequence[float], labels: Sequence[str] = ()
    ) -> Histogram:
        return Histogram(PREFIX + name, meaning, labels, buckets=steps, registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; on the way of every request, so it must cost next to nothing."""
        key = (method, route, status)
        count = self._answers.get(key)
        if count is None:
            # Whoever invents methods must not fill the memory.
            known = method if method in METHODS else OTHER
            count = self._requests.labels(known, route, status).inc
            if known == method:
                self._answers[key] = count
        observe = self._durations.get(route)
        if observe is None:
            observe = self._durations[route] = self._request_seconds.labels(route).observe
        count()
        observe(seconds)

    def decided(self, decisions: Iterable[tuple[str, str, str]]) -> None:
        """Count decisions that were committed: product, segment and outcome of each."""
        for labels in decisions:
            self._decisions.labels(*labels).inc()

    def gathered(self, size: int) -> None:
        """Count a batch of applications that are decided together."""
        self._batch_size.observe(size)

    def watch_load(self, load: Callable[[], float]) -> None:
        """Ask here how many applications wait, whenever somebody wants to know."""
        self._load.set_function(load)

    def attempted(self, result: str, seconds: float) -> None:
        """Count one attempt of a worker at a job."""
        self._attempts.labels(result).inc()
        self._attempt_seconds.observe(seconds)

    def relayed(self, lags: Iterable[float]) -> None:
        """Count messages that were passed on, with how long each had waited."""
        for lag in lags:
            self._relayed.inc()
            self._relay_lag.observe(max(0.0, lag))

    def watch(self, read: Callable[[], Iterable[Metric]]) -> None:
        """Ask here for figures that are read only when somebody wants to know."""
        self.registry.register(_Asked(read))

    def render(self) -> bytes:
        """Return every figure in the text format of Prometheus."""
        return generate_latest(self.registry)


class _Asked(Collector):
    """Figures that are read when they are asked for."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Return nothing: asking the database at registration would be too early."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the figures of this moment."""
        return self._read()
