"""What a run of an experiment leaves: plain facts, written as they come."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from loanwright.errors import NotFound, Rejected
from loanwright.lab.search import TriedSettings
from loanwright.models.choosing import Comparison
from loanwright.training import TrainedModel

SCHEMA: Final = 1
FIGURES: Final = ("auc", "gini", "ks", "pr_auc", "brier", "log_loss", "calibration_slope")


class ExperimentUnknown(NotFound):
    """There is no experiment {name} in {directory}; known: {known}."""


class RecordRefused(Rejected):
    """The record {path} cannot be read: {cause}."""


@dataclass(kw_only=True, slots=True)
class Record:
    """The facts of one run, growing while it runs.

    Attributes
    ----------
    started
        When the run began, aware, in UTC.
    experiment
        As `loanwright.lab.experiment.Experiment.to_mapping` tells it.
    sample
        Hash, rows and defaults of the table.
    trials
        Finished trials of this process, each with segment and family.
    comparisons
        Segment to its comparison, with the seconds of each family.
    models
        What was packaged, with the figures of the judged sample.
    finished
        When the run ended, or None while it runs, or if it was killed.
    """

    started: datetime
    experiment: Mapping[str, Any]
    sample: dict[str, Any] = field(default_factory=dict)
    trials: list[dict[str, Any]] = field(default_factory=list)
    comparisons: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: list[dict[str, Any]] = field(default_factory=list)
    finished: datetime | None = None

    def add_trial(self, segment: str, family: str, tried: TriedSettings) -> None:
        """Note a finished trial."""
        self.trials.append(
            {
                "segment": segment,
                "family": family,
                "number": tried.number,
                "state": tried.state,
                "value": tried.value,
                "settings": dict(tried.settings),
                "seconds": round(tried.seconds, 3),
            }
        )

    def add_comparison(self, segment: str, comparison: Comparison) -> None:
        """Note what a choice was made from."""
        told = comparison.to_mapping()
        for row in told["families"]:
            row["seconds"] = round(comparison.find(row["family"]).result.seconds, 3)
        self.comparisons[segment] = told

    def add_model(self, model: TrainedModel) -> None:
        """Note a package and its figures on the judged sample."""
        judged = model.report["samples"][model.report["judged"]]
        self.models.append(
            {
                "segment": model.segment,
                "family": model.family,
                "hash": model.hash,
                "package": str(model.path),
                "chosen": model.chosen,
                "champion": model.champion,
                "judged": model.report["judged"],
                "figures": {name: judged[name] for name in FIGURES if name in judged},
            }
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "schema": SCHEMA,
            "started": self.started.isoformat(),
            "finished": None if self.finished is None else self.finished.isoformat(),
            "experiment": dict(self.experiment),
            "sample": self.sample,
            "comparisons": self.comparisons,
            "models": self.models,
            "trials": self.trials,
        }


def write_record(directory: Path, record: Record) -> Path:
    """Write a record whole, so that a reader never sees half of one.

    Returns
    -------
    Path
        ``<directory>/<experiment>/<when it began>.json``.
    """
    place = directory / str(record.experiment["name"])
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{record.started:%Y%m%dT%H%M%S%f}.json"
    text = json.dumps(record.to_mapping(), ensure_ascii=False, indent=1)
    handle, temporary = tempfile.mkstemp(dir=place, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    Path(temporary).replace(path)
    return path


def read_record(path: Path) -> dict[str, Any]:
    """Return a record as plain values.

    Raises
    ------
    RecordRefused
        If the file is none.
    """
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise RecordRefused(path=path, cause=error) from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise RecordRefused(path=path, cause=f"its schema is not {SCHEMA}")
    return found


def list_records(directory: Path) -> list[Path]:
    """Return the records of all experiments, the newest first."""
    return sorted(directory.glob("*/*.json"), key=lambda path: path.name, reverse=True)


def find_records(directory: Path, name: str) -> list[Path]:
    """Return the records of one experiment, the newest first.

    Raises
    ------
    ExperimentUnknown
        If there is none of this name.
    """
    found = [path for path in list_records(directory) if path.parent.name == name]
    if not found:
        known = ", ".join(sorted({path.parent.name for path in list_records(directory)}))
        raise ExperimentUnknown(name=name, directory=directory, known=known or "none")
    return found
