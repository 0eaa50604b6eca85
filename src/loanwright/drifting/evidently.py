"""Evidently's report of the same tables, for those who know it (extra ``evidently``)."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from loanwright.batch.errors import ExtraMissing

EXTRA: Final = "evidently"


def check_evidently() -> None:
    """Refuse to begin where the extra is not installed."""
    if find_spec("evidently") is None:
        raise ExtraMissing(package="evidently", extra=EXTRA)


def evidently_report(reference: Path, chunk: Path) -> Any:
    """Return Evidently's drift report of two tables, PSI for every column.

    Parameters
    ----------
    reference, chunk
        CSV or Parquet; unlike our own report, they are read whole.

    Returns
    -------
    object
        Evidently's snapshot: ``save_html``, ``json`` and ``dict``.

    Raises
    ------
    ExtraMissing
        If Evidently is not installed.
    """
    check_evidently()
    from evidently import Report
    from evidently.presets import DataDriftPreset

    report = Report([DataDriftPreset(num_method="psi", cat_method="psi")])
    return report.run(_read(chunk), _read(reference))


def drifted_columns(snapshot: Any) -> set[str]:
    """Return the columns that Evidently calls drifted: those at or above its threshold."""
    return {
        str(metric["config"]["column"])
        for metric in snapshot.dict()["metrics"]
        if metric["config"]["type"].endswith(":ValueDrift")
        and metric["value"] >= metric["config"]["threshold"]
    }


def _read(path: Path) -> Any:
    import pandas as pd

    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
