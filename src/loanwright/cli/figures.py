"""The figures of a validation report as rows of a table."""

from collections.abc import Iterator, Mapping
from typing import Any


def list_figures(report: Mapping[str, Any]) -> list[tuple[str, str, float, str]]:
    """Return every figure that has an interval: its sample, name, value and interval."""
    return list(_walk(report, ()))


def _walk(part: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str, float, str]]:
    if not isinstance(part, Mapping):
        return
    if {"value", "lower", "upper"} <= part.keys():
        interval = f"{part['lower']:.4f} to {part['upper']:.4f}"
        yield " ".join(path[:-1]), path[-1], part["value"], interval
        return
    for name, inner in part.items():
        yield from _walk(inner, (*path, name))
