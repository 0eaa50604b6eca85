"""Values of a feature as a few bands that people can read."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from loanwright.features.feature import Feature

MISSING: Final = "—"
MOST_BANDS: Final = 5
#: So many different numbers are bands of their own.
FEW: Final = 8


def band_names(
    feature: Feature, before: Sequence[object], after: Sequence[object]
) -> tuple[list[str], list[str]] | None:
    """Return the band of each value of two months; None where all are in one band.

    Categories are their own bands. Numbers are cut at the fifths of the first month, so that the
    second is told apart by what was usual in the first.
    """
    if not feature.numeric:
        found = [[MISSING if one is None else str(one) for one in some] for some in (before, after)]
        return _told_apart(found[0], found[1])
    edges = edges_of([float(one) for one in before if isinstance(one, int | float)])
    return _told_apart(_bands(before, edges), _bands(after, edges))


def edges_of(values: Sequence[float]) -> list[float]:
    """Return where numbers are cut: between few values each, else at their fifths.

    Examples
    --------
    >>> edges_of([1, 2, 2, 3])
    [1.0, 2.0]
    >>> edges_of(list(range(101)))
    [20.0, 40.0, 60.0, 80.0]
    """
    different = np.unique(np.asarray(values, dtype=np.float64))
    if len(different) <= FEW:
        return [float(one) for one in different[:-1]]
    inner = np.linspace(0, 1, MOST_BANDS + 1)[1:-1]
    found = np.quantile(np.asarray(values, dtype=np.float64), inner, method="lower")
    return [float(one) for one in np.unique(found)]


def band_of(value: object, edges: Sequence[float]) -> str:
    """Return the name of the band of a value.

    Examples
    --------
    >>> [band_of(one, [20.0, 40.0]) for one in (20, 21, 41, None)]
    ['≤ 20', '20 – 40', '> 40', '—']
    """
    if not isinstance(value, int | float) or value != value:
        return MISSING
    if not edges:
        return f"{value:,g}"
    place = int(np.searchsorted(np.asarray(edges), value, side="left"))
    if place == 0:
        return f"≤ {shown(edges[0])}"
    if place == len(edges):
        return f"> {shown(edges[-1])}"
    return f"{shown(edges[place - 1])} – {shown(edges[place])}"


def shown(value: float) -> str:
    """Return a number as people read it, without needless digits.

    Examples
    --------
    >>> shown(180000.0), shown(0.25)
    ('180\u202f000', '0.25')
    """
    text = f"{value:,.0f}" if value == round(value) else f"{value:,.6g}"
    return text.replace(",", "\u202f")


def order_of(name: str, edges: Sequence[float]) -> int:
    """Return the place of a band among the others; what is missing comes last."""
    names = [band_of(edge, edges) for edge in edges]
    if edges:
        names.append(f"> {shown(edges[-1])}")
    return names.index(name) if name in names else len(names)


def place_of(name: str) -> tuple[int, float, str]:
    """Return by what bands are sorted: numbers rising, then names, and what is missing last.

    Examples
    --------
    >>> sorted(["—", "> 40", "20 – 40", "≤ 20", "car"], key=place_of)
    ['≤ 20', '20 – 40', '> 40', 'car', '—']
    """
    if name == MISSING:
        return 3, 0.0, name
    number = name.removeprefix("≤ ").removeprefix("> ").split(" – ")[0].replace("\u202f", "")
    try:
        low = float(number)
    except ValueError:
        return 2, 0.0, name
    return (0 if name.startswith("≤") else 1), low + name.startswith(">") * 1e-9, name


def _bands(values: Sequence[object], edges: Sequence[float]) -> list[str]:
    return [band_of(one, edges) for one in values]


def _told_apart(before: list[str], after: list[str]) -> tuple[list[str], list[str]] | None:
    return None if len({*before, *after}) < 2 else (before, after)
