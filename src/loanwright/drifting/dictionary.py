"""Tables of a product: columns by its dictionary, answers by a model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loanwright.batch.choosing import choose_columns
from loanwright.batch.encoding import converted
from loanwright.batch.opening import open_file
from loanwright.drift.grid import Grid, grid_of_values
from loanwright.drift.profile import Profile
from loanwright.drift.profiling import NEW, Profiler, watched_columns, watched_features
from loanwright.drift.sketch import QuantileSketch
from loanwright.drifting.errors import TableHasNoRows
from loanwright.drifting.frames import Frames
from loanwright.features.product import Product
from loanwright.features.tidying import Habit
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.profiles import answering

Columns = Mapping[str, NDArray[np.float64]]

#: Values of a sketch that stand for all where edges are made.
STANDING: int = 20_000
#: Values of each batch that the sketch is given; sorting all of them would take longest.
SKETCHED: int = 16_384
#: Rows whose contributions are computed, over all batches.
MOST_EXPLAINED: int = 20_000


@dataclass(kw_only=True)
class Reading:
    """Reads a table by the dictionary of a product.

    Parameters
    ----------
    frames
        The table.
    product, segment
        Whose rows they are. Inputs that may be missing may lack their column.

    Attributes
    ----------
    unreadable
        Cells by feature that hold something else than the feature; they count as missing.
    """

    frames: Frames
    product: Product
    segment: str
    unreadable: dict[str, int] = field(default_factory=dict, init=False)
    _columns: Mapping[str, str] = field(init=False, repr=False)
    _habits: Mapping[str, Habit] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find the columns of the inputs, and how their texts are written."""
        inputs = self.product.inputs(self.segment)
        chosen = choose_columns(open_file(self.frames.path), inputs, allow_absent=True)
        self._columns = chosen.features
        self._habits = self.frames.habits(list(self._columns.values()))

    def __iter__(self) -> Iterator[Columns]:
        for batch in self.frames.batches(list(dict.fromkeys(self._columns.values()))):
            yield self._encoded(batch)

    def _encoded(self, batch: pl.DataFrame) -> Columns:
        found = {}
        for feature in self.product.inputs(self.segment):
            column = self._columns.get(feature.name)
            if column is None:
                found[feature.name] = np.full(len(batch), np.nan)
                continue
            series = batch.get_column(column)
            if series.dtype == pl.String:
                series = self._habits.get(column, Habit()).read(series)
            values, present = converted(feature, series)
            encoded = values.fill_null(np.nan).to_numpy().astype(np.float64, copy=True)
            encoded[np.isinf(encoded)] = np.nan
            strange = present.to_numpy() & np.isnan(encoded)
            if feature.type == "category":
                encoded[strange] = NEW
            elif strange.any():
                known = self.unreadable.get(feature.name, 0)
                self.unreadable[feature.name] = known + int(strange.sum())
            found[feature.name] = encoded
        return found


def thinned(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return some of a batch's values, evenly spread: enough to say where bins begin.

    Examples
    --------
    >>> len(thinned(np.zeros(262_144))), len(thinned(np.zeros(100)))
    (16384, 100)
    """
    return values[:: max(len(values) // SKETCHED, 1)]


def grids_of_table(reading: Reading) -> dict[str, Grid]:
    """Return bins by the values of a table; one pass, memory that does not grow."""
    features = watched_features(reading.product, reading.segment)
    sketches = {one.name: QuantileSketch() for one in features if one.type != "category"}
    for columns in reading:
        values, _ = watched_columns(reading.product, reading.segment, columns)
        for name, sketch in sketches.items():
            special = reading.product.features[name].special_values
            known = values[name]
            sketch.add(thinned(known[~np.isin(known, special)] if special else known))
    return {
        one.name: Grid(name=one.name, kind="category", codes=one.codes)
        if one.type == "category"
        else grid_of_values(
            one.name, sketches[one.name].values(STANDING), special=one.special_values
        )
        for one in features
    }


def profile_of_table(
    reading: Reading,
    grids: Mapping[str, Grid],
    assessor: Assessor | None = None,
    *,
    threads: int = 1,
) -> Profile:
    """Return the profile of a table in given bins, and what a model says of its rows.

    Raises
    ------
    TableHasNoRows
        If it has none.
    """
    profiler = Profiler(
        product=reading.product,
        segment=reading.segment,
        grids=grids,
        model=None if assessor is None else answering(assessor),
        threads=threads,
    )
    explained = 0
    for columns in reading:
        profiler.most_explained = max(MOST_EXPLAINED - explained, 0) // 2
        profiler.add(columns)
        explained += profiler.most_explained
    found = profiler.profile()
    if not found.rows:
        raise TableHasNoRows(path=reading.frames.path)
    return found
