"""What a full report is made of: chapters of figures, tables, plots and notes; plain values."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loanwright.features.text import Text
from loanwright.metrics.estimate import Estimate

Result: TypeAlias = Literal["ok", "attention", "breach", "not_available"]
Kind: TypeAlias = Literal["number", "share", "count", "p_value", "words"]
Numbers: TypeAlias = Sequence[float] | NDArray[np.float64]
Cell: TypeAlias = str | int | float | Text | Estimate | None

#: From the worst to the best.
RESULTS: Final[tuple[Result, ...]] = ("breach", "attention", "not_available", "ok")
DIGITS: Final = 6


def said(en: str, ru: str | None = None) -> Text:
    """Return a text in both languages; one that is the same in both is given once.

    Examples
    --------
    >>> said("AUC").ru, said("Rows", "Строк").ru
    ('AUC', 'Строк')
    """
    return Text(en=en, ru=en if ru is None else ru)


def dotted(function: Callable[..., Any]) -> str:
    """Return the name by which a function can be imported.

    Examples
    --------
    >>> dotted(said)
    'loanwright.validation.values.said'
    """
    return f"{function.__module__}.{function.__qualname__}"


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: floats rounded to six digits, NaN and infinity as None.

    Examples
    --------
    >>> plain({"a": 1 / 3, "b": float("nan"), "c": said("x")})
    {'a': 0.333333, 'b': None, 'c': {'en': 'x', 'ru': 'x'}}
    """
    if isinstance(value, Text):
        return value.to_mapping()
    if isinstance(value, Estimate):
        return {key: plain(getattr(value, key)) for key in ("value", "lower", "upper")}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    return _number(value)


def _number(value: Any) -> Any:
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    number = float(value)
    if not math.isfinite(number):
        return None
    # A tiny p-value keeps its size; everything else keeps its places.
    small = 0 < abs(number) < 1e-3
    return float(f"{number:.3g}") if small else round(number, DIGITS) + 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One number of a report with all that is needed to judge it.

    Attributes
    ----------
    name
        Stable name, unique in its chapter; a finding carries it.
    title
        What people call it.
    value, lower, upper
        The number and its interval; None where it has none. A value may be words, such as names.
    kind
        How it is written.
    threshold
        What it is held against, in words.
    result
        ``ok``, ``attention``, ``breach``, or ``not_available`` where the data for it is absent.
    made_by
        Dotted name of the function that made it.
    remark
        What else is to be said, such as which features are meant or what data is needed.
    """

    name: str
    title: Text
    value: float | int | str | Text | None = None
    lower: float | None = None
    upper: float | None = None
    kind: Kind = "number"
    threshold: Text
    result: Result
    made_by: str
    remark: Text | None = None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "name": self.name,
            "title": plain(self.title),
            "value": plain(self.value),
            "lower": plain(self.lower),
            "upper": plain(self.upper),
            "kind": self.kind,
            "threshold": plain(self.threshold),
            "result": self.result,
            "made_by": self.made_by,
            "remark": plain(self.remark),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """The heading of a table's column and how its cells are written."""

    title: Text
    kind: Kind = "number"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of cells; the first cell of a row is its heading."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "name": self.name,
            "title": plain(self.title),
            "columns": [{"title": plain(c.title), "kind": c.kind} for c in self.columns],
            "rows": [plain(row) for row in self.rows],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One line, band, row of points, or row of bars of a plot.

    Attributes
    ----------
    shape
        ``line``, ``dashed``, ``band`` (between lower and upper), ``points`` (with whiskers where
        lower and upper are given), ``bars``, or ``cells`` of a heat map, row by row.
    tone
        ``accent``, ``safer``, ``riskier``, ``mark`` or ``muted``.
    x, y, lower, upper
        Numbers of equal length; x of bars are the positions of the plot's names.
    """

    shape: Literal["line", "dashed", "band", "points", "bars", "cells"]
    label: Text
    tone: Literal["accent", "safer", "riskier", "mark", "muted"] = "accent"
    x: Numbers = ()
    y: Numbers = ()
    lower: Numbers = ()
    upper: Numbers = ()

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        numbers = {key: plain(getattr(self, key)) for key in ("x", "y", "lower", "upper")}
        return {"shape": self.shape, "label": plain(self.label), "tone": self.tone, **numbers}


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """A chart as values; whoever shows the report draws it.

    Attributes
    ----------
    title, description
        Its name, and in a sentence what it shows, for those who cannot see it.
    x, y
        Titles of the axes.
    percent
        Axes whose values are shares: "", "x", "y" or "xy".
    names
        Names of the places on the x axis where they are not numbers.
    rows
        Names of the rows of a heat map.
    """

    name: str
    title: Text
    description: Text
    x: Text
    y: Text
    series: tuple[Series, ...]
    percent: str = ""
    names: tuple[str | Text, ...] = ()
    rows: tuple[str | Text, ...] = ()

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        words = {key: plain(getattr(self, key)) for key in ("title", "description", "x", "y")}
        return {
            "name": self.name,
            **words,
            "percent": self.percent,
            "names": plain(self.names),
            "rows": plain(self.rows),
            "series": [one.to_mapping() for one in self.series],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """One of the sixteen chapters.

    Attributes
    ----------
    number, name, title
        Its place, its stable name and its heading.
    about
        What question it answers, in a sentence or two.
    """

    number: int
    name: str
    title: Text
    about: Text
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    notes: tuple[Text, ...] = field(default=())

    @property
    def result(self) -> Result:
        """Return the worst result of its figures; an absent one weighs only where all are."""
        found = {figure.result for figure in self.figures}
        for result in ("breach", "attention", "ok"):
            if result in found:
                return result
        return "not_available"

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "number": self.number,
            "name": self.name,
            "title": plain(self.title),
            "about": plain(self.about),
            "result": self.result,
            "figures": [figure.to_mapping() for figure in self.figures],
            "tables": [table.to_mapping() for table in self.tables],
            "plots": [plot.to_mapping() for plot in self.plots],
            "notes": [plain(note) for note in self.notes],
        }
