"""Figures that are read from the database when Prometheus asks."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric

from loanwright.errors import LoanwrightError


class LiveModel(Protocol):
    """A model that decides."""

    @property
    def product(self) -> str:
        """Return its product."""
        ...

    @property
    def segment(self) -> str:
        """Return its segment."""
        ...

    @property
    def hash(self) -> str:
        """Return its hash."""
        ...

    @property
    def family(self) -> str:
        """Return its family."""
        ...


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Where the figures come from."""

    connections: Callable[[], tuple[int, int]]
    jobs: Callable[[], Mapping[str, int]]
    outbox: Callable[[], tuple[int, float | None]]
    models: Callable[[], Iterable[LiveModel]]
    spool: Callable[[], tuple[int, int]] | None = None

    def read(self) -> Iterator[Metric]:
        """Return the figures of this moment; without the database, those that need none."""
        used, most = self.connections()
        yield _gauge("database_connections_in_use", "Connections that work now.", used)
        yield _gauge("database_connections_most", "Connections this process may open.", most)
        if self.spool is not None:
            files, size = self.spool()
            yield _gauge("spool_files", "Files of applications answered without it.", files)
            yield _gauge("spool_bytes", "How large they are.", size)
        try:
            found = list(self._asked())
        except LoanwrightError:
            yield _gauge("database_up", "1 if the database answers.", 0)
            return
        yield _gauge("database_up", "1 if the database answers.", 1)
        yield from found

    def _asked(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily(
            "loanwright_jobs", "Jobs that are not done, by state.", labels=("state",)
        )
        for state, count in self.jobs().items():
            jobs.add_metric((state,), count)
        yield jobs
        waiting, oldest = self.outbox()
        yield _gauge("outbox_waiting", "Messages that no broker has confirmed.", waiting)
        yield _gauge("outbox_oldest_seconds", "Age of the oldest of them.", oldest or 0.0)
        models = InfoMetricFamily(
            "loanwright_model", "The models that decide.", labels=("product", "segment")
        )
        for model in self.models():
            told = {"hash": model.hash, "family": model.family}
            models.add_metric((model.product, model.segment), told)
        yield models


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"loanwright_{name}", meaning, value=value)
