"""The figures of a validation report as a table: one row a figure, one column a sample."""

from collections.abc import Mapping
from typing import Any

# The samples that nothing has seen come first.
ORDER = ("out_of_time", "holdout", "calibration", "development")
FIGURE = {"value", "lower", "upper"}


def tabulate(report: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Return headers and rows: every figure with its interval, the judged sample first."""
    samples = report["samples"]
    names = [name for name in ORDER if name in samples]
    figures = [key for key, part in samples[names[0]].items() if _is_figure(part)]
    rows = [
        [figure.replace("_", " "), *(_cell(samples[name].get(figure)) for name in names)]
        for figure in figures
    ]
    return ["figure", *(name.replace("_", " ") for name in names)], rows


def _is_figure(part: Any) -> bool:
    return isinstance(part, Mapping) and part.keys() >= FIGURE


def _cell(part: Any) -> str:
    if not _is_figure(part):
        return "-"
    return f"{part['value']:.4f} [{part['lower']:.4f}, {part['upper']:.4f}]"
