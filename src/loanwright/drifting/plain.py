"""Tables that no dictionary describes: columns by their types, bins by their values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loanwright.drift.counting import Counter
from loanwright.drift.grid import MOST_CODES, Grid, grid_of_values
from loanwright.drift.profile import Profile
from loanwright.drift.profiling import NEW, with_single
from loanwright.drift.sketch import QuantileSketch
from loanwright.drift.tally import Tally
from loanwright.drifting.dictionary import STANDING, thinned
from loanwright.drifting.errors import TableHasNoRows, TablesShareNothing
from loanwright.drifting.frames import Frames

#: What CSV files write where they have nothing.
NOTHING: tuple[str, ...] = ("", "NA", "null", "NaN", "nan", "None")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainGrids:
    """Bins of the columns that two tables share.

    Attributes
    ----------
    grids
        By column.
    left_out
        Columns that are not compared, and why, by language.
    """

    grids: Mapping[str, Grid]
    left_out: Sequence[tuple[str, Mapping[str, str]]] = field(default=())


def grids_of_tables(reference: Frames, chunk: Frames) -> PlainGrids:
    """Return bins of the columns that both tables have, by the values of the reference.

    Numbers and truths get bins of equal size, texts one for each. Days are left out, because they
    move by themselves, and so are texts of which there are more than a thousand.

    Raises
    ------
    TablesShareNothing
        If no column can be compared.
    """
    shared = [name for name in reference.columns if name in chunk.columns]
    left_out = [
        (name, ONLY_ONE) for name in (*reference.columns, *chunk.columns) if name not in shared
    ]
    dated = [name for name in shared if reference.types[name].is_temporal()]
    left_out += [(name, DAYS) for name in dated]
    columns = [name for name in shared if name not in dated]
    learnt = _learnt(reference, columns) if columns else {}
    grids = {name: one for name, one in learnt.items() if one is not None}
    left_out += [(name, TOO_MANY) for name, one in learnt.items() if one is None]
    if not grids:
        shown = ", ".join(reference.columns[:12])
        raise TablesShareNothing(reference=reference.path, chunk=chunk.path, columns=shown)
    return PlainGrids(grids=grids, left_out=left_out)


ONLY_ONE: Mapping[str, str] = {
    "en": "only one of the tables has it",
    "ru": "есть только в одной из таблиц",
}
DAYS: Mapping[str, str] = {"en": "days move by themselves", "ru": "даты движутся сами"}
TOO_MANY: Mapping[str, str] = {
    "en": f"more than {MOST_CODES} different texts, or none",
    "ru": f"больше {MOST_CODES} разных текстов или ни одного",
}


@dataclass(slots=True)
class _Column:
    """What is learnt of one column in one pass."""

    sketch: QuantileSketch = field(default_factory=QuantileSketch)
    codes: set[str] = field(default_factory=set)
    numeric: bool = True

    def add(self, series: pl.Series) -> None:
        """Take in a batch."""
        if not _is_text(series.dtype):
            self.sketch.add(thinned(numbers(series)))
            return
        texts = plain_texts(series)
        if self.numeric:
            values = texts.cast(pl.Float64, strict=False)
            self.numeric = values.null_count() == texts.null_count()
            self.sketch.add(thinned(numbers(values)))
        if len(self.codes) <= MOST_CODES:
            self.codes.update(texts.drop_nulls().unique().head(MOST_CODES + 1).to_list())

    def grid(self, name: str) -> Grid | None:
        """Return the bins, None where there are too many texts."""
        if self.numeric and self.sketch.rows:
            return grid_of_values(name, self.sketch.values(STANDING))
        if not self.codes or len(self.codes) > MOST_CODES:
            return None
        return Grid(name=name, kind="category", codes=tuple(sorted(self.codes)))


def _learnt(frames: Frames, columns: Sequence[str]) -> dict[str, Grid | None]:
    found = {name: _Column() for name in columns}
    for batch in frames.batches(columns):
        for name, one in found.items():
            one.add(batch.get_column(name))
    return {name: one.grid(name) for name, one in found.items()}


def profile_of_plain(
    frames: Frames, grids: Mapping[str, Grid], *, threads: int = 1, own: bool = False
) -> Profile:
    """Return the profile of a table in given bins.

    Parameters
    ----------
    frames, grids
        The table, and bins of some of its columns.
    threads
        Columns that are counted side by side.
    own
        Whether the categories are those of this very table.
    """
    counter = Counter(list(grids.values()), threads=threads)
    for batch in frames.batches(list(grids)):
        counter.add({name: _values(batch.get_column(name), one) for name, one in grids.items()})
    if not counter.rows:
        raise TableHasNoRows(path=frames.path)
    found = Profile(rows=counter.rows, tallies=Tally.all_of(counter, grids))
    return with_single(found, list(grids.values())) if own else found


def _values(series: pl.Series, grid: Grid) -> NDArray[np.float64]:
    if grid.kind == "numeric":
        return numbers(plain_texts(series) if _is_text(series.dtype) else series)
    texts = plain_texts(series.cast(pl.String))
    places = {code: float(place) for place, code in enumerate(grid.codes)}
    found = texts.replace_strict(places, default=NEW, return_dtype=pl.Float64)
    return np.where(texts.is_null().to_numpy(), np.nan, found.fill_null(NEW).to_numpy())


def plain_texts(series: pl.Series) -> pl.Series:
    """Return texts without spaces around them; what stands for nothing is missing."""
    texts = series.cast(pl.String).str.strip_chars()
    return texts.set(texts.is_in(NOTHING).fill_null(value=False), None)


def numbers(series: pl.Series) -> NDArray[np.float64]:
    """Return a column as numbers; NaN where there is none."""
    if series.dtype != pl.Float64:
        series = series.cast(pl.Float64, strict=False)
    return series.to_numpy()


def _is_text(kind: pl.DataType) -> bool:
    return kind in (pl.String, pl.Categorical, pl.Enum)
