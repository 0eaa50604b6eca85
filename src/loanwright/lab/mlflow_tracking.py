"""MLflow: a parent run per experiment, a child per family, a child per trial, a loadable model."""

import logging
import math
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from loanwright.charts import curves
from loanwright.lab.record import Record
from loanwright.lab.search import alone
from loanwright.training import TrainedModel, TrainingRun

STORE: Final = "mlflow.db"
FILES: Final = "mlflow-files"
NOISY: Final = ("mlflow", "alembic")
LONGEST_PARAMETER: Final = 500
MODEL: Final = "model"
PARENT: Final = "mlflow.parentRunId"


@dataclass(frozen=True, kw_only=True, slots=True)
class MlflowTracker:
    """Writes finished runs to MLflow.

    Attributes
    ----------
    directory
        The SQLite store and the files lie in it where no other store is named.
    tracking_uri
        Of another store; None takes what MLflow's own settings name, and else the directory.
    warn
        Called with a sentence where MLflow refuses: a finished training is not lost for it.
    """

    directory: Path
    tracking_uri: str | None
    warn: Callable[[str], None]

    def note(self, record: Record) -> None:
        """Wait: MLflow is told when the run is finished."""

    def finish(self, record: Record, run: TrainingRun) -> None:
        """Write parent and children, plots, reports, packages and registered models."""
        from mlflow.exceptions import MlflowException

        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            # Two processes that make the tables of one store at once break it.
            with alone(self.directory), _quiet():
                _Writing(self, record).write(run)
        except (MlflowException, OSError, ValueError) as error:
            self.warn(f"MLflow did not take the run: {error}. Its facts are kept as JSON.")

    def store(self) -> str:
        """Return the address of the store."""
        import mlflow

        if self.tracking_uri is not None:
            return self.tracking_uri
        if mlflow.environment_variables.MLFLOW_TRACKING_URI.defined:
            return str(mlflow.get_tracking_uri())
        return store_of(self.directory)


def store_of(directory: Path) -> str:
    """Return the address of the SQLite store in a directory.

    Examples
    --------
    >>> store_of(Path("/var/experiments"))
    'sqlite:////var/experiments/mlflow.db'
    """
    return f"sqlite:///{(directory / STORE).resolve()}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MLflow's remarks and progress bars off the screen."""
    levels = {name: logging.getLogger(name).level for name in NOISY}
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


class _Writing:
    """One run on its way into MLflow."""

    def __init__(self, tracker: MlflowTracker, record: Record) -> None:
        from mlflow.tracking import MlflowClient

        self.record = record
        store = tracker.store()
        self.mlflow = MlflowClient(tracking_uri=store, registry_uri=store)
        own = store == store_of(tracker.directory)
        self.files = (tracker.directory / FILES).resolve().as_uri() if own else None
        self.name = str(record.experiment["name"])

    def write(self, run: TrainingRun) -> None:
        known = self.mlflow.get_experiment_by_name(self.name)
        self.experiment = (
            self.mlflow.create_experiment(self.name, self.files)
            if known is None
            else known.experiment_id
        )
        parent = self._run(f"{self.name} {self.record.started:%Y-%m-%d %H:%M}", None)
        self._parameters(parent, {**self.record.experiment, **self.record.sample})
        self.mlflow.log_dict(parent, self.record.to_mapping(), "record.json")
        for model in run.models:
            self._family(parent, model)
        self.mlflow.set_terminated(parent)

    def _run(self, name: str, parent: str | None, **tags: str) -> str:
        told = {"mlflow.runName": name, **tags}
        if parent is not None:
            told[PARENT] = parent
        return str(self.mlflow.create_run(self.experiment, tags=told).info.run_id)

    def _family(self, parent: str, model: TrainedModel) -> None:
        segment, family = model.segment, model.family
        row = self._row(segment, family)
        chosen = "yes" if model.chosen else "no"
        run = self._run(
            f"{segment} {family}", parent, segment=segment, family=family, chosen=chosen
        )
        self._parameters(run, row.get("settings", {}))
        self._metrics(run, {name: row.get(name) for name in ("mean", "spread", "seconds")})
        judged = model.report["samples"][model.report["judged"]]
        self._metrics(run, {name: _value(judged[name]) for name in judged})
        self._files(run, model)
        self._register(run, model)
        for trial in self.record.trials:
            if (trial["segment"], trial["family"]) == (segment, family):
                self._trial(run, trial)
        self.mlflow.set_terminated(run)

    def _row(self, segment: str, family: str) -> Mapping[str, Any]:
        rows = self.record.comparisons.get(segment, {}).get("families", [])
        return next((row for row in rows if row["family"] == family), {})

    def _trial(self, parent: str, trial: Mapping[str, Any]) -> None:
        name = f"{trial['segment']} {trial['family']} {trial['number']}"
        run = self._run(name, parent, state=trial["state"])
        self._parameters(run, trial["settings"])
        figure = {str(self.record.experiment["metric"]): trial["value"]}
        self._metrics(run, {**figure, "seconds": trial["seconds"]})
        self.mlflow.set_terminated(run)

    def _parameters(self, run: str, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self.mlflow.log_param(run, name, str(value)[:LONGEST_PARAMETER])

    def _metrics(self, run: str, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if isinstance(value, int | float) and math.isfinite(value):
                self.mlflow.log_metric(run, name, float(value))

    def _files(self, run: str, model: TrainedModel) -> None:
        roc = model.report["roc"]
        self.mlflow.log_text(run, curves.roc(roc["goods"], roc["bads"]), "plots/roc.svg")
        for name in ("report.html", "card.md"):
            self.mlflow.log_artifact(run, str(model.path / name))

    def _register(self, run: str, model: TrainedModel) -> None:
        import mlflow.pyfunc

        with tempfile.TemporaryDirectory() as directory:
            place = os.path.join(directory, MODEL)  # noqa: PTH118
            mlflow.pyfunc.save_model(
                path=place,
                loader_module="loanwright.lab.pyfunc",
                data_path=str(model.path),
                pip_requirements=["loanwright[train]"],
            )
            self.mlflow.log_artifacts(run, place, MODEL)
        name = f"{model.report['subject']['product']}-{model.segment}"
        if not self.mlflow.search_registered_models(filter_string=f"name = '{name}'"):
            self.mlflow.create_registered_model(name)
        uri = self.mlflow.get_run(run).info.artifact_uri
        version = self.mlflow.create_model_version(
            name,
            source=f"{uri}/{MODEL}",
            run_id=run,
            tags={"family": model.family, "package": model.hash},
        )
        for alias in _aliases(model):
            self.mlflow.set_registered_model_alias(name, alias, version.version)


def _aliases(model: TrainedModel) -> tuple[str, ...]:
    """Return the aliases of a model: its family's, the candidate's, the champion's."""
    chosen = ("candidate",) if model.chosen else ()
    champion = ("champion",) if model.champion else ()
    return (model.family, *chosen, *champion)


def _value(figure: Any) -> Any:
    return figure.get("value") if isinstance(figure, Mapping) else figure
