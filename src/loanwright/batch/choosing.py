"""Which columns of a table are which features, and which segment the table is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from loanwright.batch.blocks import BlockReader
from loanwright.batch.errors import ColumnsMissing, ColumnTwice, ColumnUnknown
from loanwright.features.feature import Feature
from loanwright.features.product import Product

SHOWN: int = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenColumns:
    """What of a table is read.

    Attributes
    ----------
    features
        Feature name to column; features whose column may be absent and is are left out.
    kept
        Columns that pass through to the result, the first of them naming the row where there is
        an id.
    left_out
        Columns that nothing asks for.
    """

    features: Mapping[str, str]
    kept: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def all(self) -> list[str]:
        """Return the columns to read."""
        return list(dict.fromkeys((*self.features.values(), *self.kept)))


def choose_columns(
    reader: BlockReader,
    inputs: Sequence[Feature],
    *,
    extra: Sequence[Feature] = (),
    kept: Sequence[str] = (),
    allow_absent: bool = False,
) -> ChosenColumns:
    """Return the columns of the inputs, by the name of the feature or of its sample's column.

    Parameters
    ----------
    reader
        The table.
    inputs
        The raw features that are needed.
    extra
        Raw features that are read where the table has their columns.
    kept
        Columns that pass through.
    allow_absent
        Whether a feature that may be missing may lack its column.

    Raises
    ------
    ColumnsMissing
        With every column that is absent, and what it may be called in this table.
    ColumnUnknown
        If a column to be kept is not there.
    ColumnTwice
        If a column that is read is there twice.
    """
    header = set(reader.columns)
    found = {one.name: _column(one, header) for one in inputs}
    needed = [one for one in inputs if not (allow_absent and one.missing.allowed)]
    absent = [one for one in needed if found[one.name] is None]
    chosen = {name: column for name, column in found.items() if column is not None}
    if absent or not chosen:
        free = sorted(header - set(chosen.values()))
        listing = "; ".join(_missing(one, free) for one in absent or inputs)
        raise ColumnsMissing(path=reader.name, listing=listing)
    stated = {one.name: _column(one, header) for one in extra}
    chosen |= {name: column for name, column in stated.items() if column is not None}
    for column in kept:
        if column not in header:
            known = ", ".join(reader.columns[:SHOWN])
            raise ColumnUnknown(path=reader.name, column=column, known=known)
    columns = ChosenColumns(features=chosen, kept=tuple(kept))
    for column in columns.all:
        if reader.columns.count(column) > 1:
            raise ColumnTwice(path=reader.name, column=column)
    left_out = tuple(name for name in reader.columns if name not in set(columns.all))
    return ChosenColumns(features=chosen, kept=tuple(kept), left_out=left_out)


def find_segment(product: Product, header: Sequence[str]) -> str:
    """Return the segment that a table is of: the most demanding whose columns are all there.

    Where no segment has all of its columns, it is the one that lacks least.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> find_segment(bundled_product("credit-card"), ["limit", "education"])
    'new'
    """
    names = set(header)

    def fit(segment: str) -> tuple[bool, int, int]:
        inputs = product.inputs(segment)
        there = sum(_column(one, names) is not None for one in inputs)
        return there == len(inputs), there, -len(inputs)

    return max(product.segments, key=fit)


def _column(feature: Feature, header: set[str]) -> str | None:
    return next((name for name in (feature.name, feature.column) if name in header), None)


def _missing(feature: Feature, free: Sequence[str]) -> str:
    named = [feature.name, feature.column]
    own = feature.name if feature.column in ("", feature.name) else " or ".join(named)
    near = [match for name in named for match in get_close_matches(name, free, n=1, cutoff=0.75)]
    return f"{own} (is it {near[0]}?)" if near else own
