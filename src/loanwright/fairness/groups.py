"""The groups of a protected feature: its categories, or bands of its numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.features.feature import Feature
from loanwright.features.text import Text

MISSING: Final = Text(en="not stated", ru="не указано")

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group of people and the rows that belong to it.

    Attributes
    ----------
    title
        What it is called.
    rows
        (n,) True for its rows.
    """

    title: Text
    rows: Flags


def groups_of(
    feature: Feature, column: NDArray[np.float64], *, cuts: Sequence[float] = ()
) -> tuple[Group, ...]:
    """Return the groups of a protected feature that have rows, those without an answer last.

    Parameters
    ----------
    feature
        A category or boolean gives a group for each code; a number gives bands.
    column
        (n,) encoded values.
    cuts
        Where bands begin, such as 62 for an age; quartiles where none is given.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> age = bundled_product("credit-card").feature("age")
    >>> found = groups_of(age, np.array([20.0, 40.0, 70.0, np.nan]), cuts=[62])
    >>> [(group.title.en, int(group.rows.sum())) for group in found]
    [('below 62', 2), ('from 62', 1), ('not stated', 1)]
    """
    missing = np.isnan(column)
    if feature.codes:
        named = _categories(feature, column)
    elif feature.type == "boolean":
        named = _answers(column)
    else:
        named = _bands(column, ~missing, cuts) if cuts else _quartiles(column, ~missing)
    found = (Group(title=title, rows=rows) for title, rows in (*named, (MISSING, missing)))
    return tuple(group for group in found if group.rows.any())


_Named = list[tuple[Text, Flags]]


def _categories(feature: Feature, column: NDArray[np.float64]) -> _Named:
    return [(one.title, column == place) for place, one in enumerate(feature.categories)]


def _answers(column: NDArray[np.float64]) -> _Named:
    return [(Text(en="no", ru="нет"), column == 0), (Text(en="yes", ru="да"), column == 1)]


def _bands(column: NDArray[np.float64], present: Flags, cuts: Sequence[float]) -> _Named:
    edges = (-np.inf, *sorted(cuts), np.inf)
    return [
        (_band(low, high), present & (column >= low) & (column < high))
        for low, high in pairwise(edges)
    ]


def _band(low: float, high: float) -> Text:
    if low == -np.inf:
        return Text(en=f"below {high:g}", ru=f"до {high:g}")
    if high == np.inf:
        return Text(en=f"from {low:g}", ru=f"от {low:g}")
    return Text(en=f"from {low:g} to below {high:g}", ru=f"от {low:g} до {high:g}")


def _quartiles(column: NDArray[np.float64], present: Flags) -> _Named:
    if not present.any():
        return []
    return list(_quarters(column, present))


def _quarters(column: NDArray[np.float64], present: Flags) -> Iterator[tuple[Text, Flags]]:
    edges = np.unique(np.quantile(column[present], (0.25, 0.5, 0.75), method="lower"))
    quarter = np.searchsorted(edges, column, side="left")
    for place in range(len(edges) + 1):
        rows = present & (quarter == place)
        if rows.any():
            span = f"{column[rows].min():g}–{column[rows].max():g}"
            yield Text(en=span, ru=span), rows
