"""Where the facts of a run go: JSON files always, MLflow as well where it is installed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from loanwright.lab.record import Record, write_record
from loanwright.training import TrainingRun

STORE: Final = "mlflow.db"


class Tracker(Protocol):
    """Keeps what a run tells."""

    def note(self, record: Record) -> None:
        """Keep the record as it is now; called again and again."""
        ...

    def finish(self, record: Record, run: TrainingRun) -> None:
        """Keep the finished record, and what was made."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class JsonTracker:
    """Writes ``<directory>/<experiment>/<when it began>.json``.

    Attributes
    ----------
    directory
        Of all experiments.
    """

    directory: Path

    def note(self, record: Record) -> None:
        """Write the record as it is now."""
        write_record(self.directory, record)

    def finish(self, record: Record, run: TrainingRun) -> None:  # noqa: ARG002
        """Write the finished record."""
        write_record(self.directory, record)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trackers:
    """Several trackers as one."""

    all: tuple[Tracker, ...] = field(default=())

    def note(self, record: Record) -> None:
        """Keep the record everywhere."""
        for tracker in self.all:
            tracker.note(record)

    def finish(self, record: Record, run: TrainingRun) -> None:
        """Keep the finished record everywhere."""
        for tracker in self.all:
            tracker.finish(record, run)


def has_mlflow() -> bool:
    """Return whether MLflow is installed, in its slim or in its full form."""
    return find_spec("mlflow") is not None


def open_tracker(
    directory: Path, *, tracking_uri: str | None = None, warn: Callable[[str], None]
) -> Trackers:
    """Return the JSON tracker, and MLflow's where it is installed.

    Parameters
    ----------
    directory
        Of all experiments; the SQLite store of MLflow lies in it.
    tracking_uri
        Of an MLflow server or store of one's own; None takes the one that MLflow's own
        environment variable names, and else the store in the directory.
    warn
        Called with a sentence when MLflow does not take what it is given: training is not lost
        for it.
    """
    always: tuple[Tracker, ...] = (JsonTracker(directory=directory),)
    if not has_mlflow():
        return Trackers(all=always)
    from loanwright.lab.mlflow_tracking import MlflowTracker

    kept = MlflowTracker(directory=directory, tracking_uri=tracking_uri, warn=warn)
    return Trackers(all=(*always, kept))
