"""From the columns of a block to the encoded columns of the dictionary.

Whole columns are read at once. Rows with anything that is not plainly in order are then read one by
one, exactly as an application that comes alone: what that refuses is refused here, word for word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loanwright.batch.blocks import Block
from loanwright.batch.errors import RejectedField
from loanwright.features.cells import ABSENT, TRUTHS, read_cell
from loanwright.features.columns import encode
from loanwright.features.errors import RecordRejected
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.records import validate_record
from loanwright.features.tidying import Habit

Column = NDArray[np.float64]

FIRST_DAY: Final = -719_162
LAST_DAY: Final = 2_932_896
DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
#: How Python and polars write numbers alike; anything else is read one by one.
WHOLE: Final = r"^[+-]?[0-9]{1,18}$"
DECIMAL: Final = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoded:
    """The good rows of a block.

    Attributes
    ----------
    columns
        Raw feature name to (n,) float64; NaN is missing.
    kept
        (n,) int64: their places in the block.
    rejected
        What is wrong with the others.
    """

    columns: Mapping[str, Column]
    kept: NDArray[np.int64]
    rejected: tuple[RejectedField, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoder:
    """Reads the cells of a table as the features of one segment.

    Parameters
    ----------
    product, segment
        Whose inputs are read.
    columns
        Feature name to column of the table; an input without one is missing everywhere, and
        what may be stated beside the inputs is read where it has one.
    habits
        Column of texts to how it is written.
    """

    product: Product
    segment: str
    columns: Mapping[str, str]
    habits: Mapping[str, Habit]

    def encode(self, block: Block) -> Encoded:
        """Return the encoded columns of the good rows, and what is wrong with the others."""
        rows = len(block.lines)
        doubtful = np.zeros(rows, dtype=bool)
        found: dict[str, pl.Series] = {}
        encoded: dict[str, Column] = {}
        for feature in self._features:
            if feature.name not in self.columns:
                encoded[feature.name] = np.full(rows, np.nan)
                doubtful |= not feature.missing.allowed
                continue
            found[feature.name] = self._read(feature, block.frame)
            values, present = converted(feature, found[feature.name])
            encoded[feature.name] = _checked(feature, values, present, doubtful)
        rejected = self._one_by_one(block, found, encoded, np.flatnonzero(doubtful))
        good = np.setdiff1d(np.arange(rows), np.array(list(rejected), dtype=np.int64))
        if rejected:
            encoded = {name: column[good] for name, column in encoded.items()}
        problems = tuple(problem for one in rejected.values() for problem in one)
        return Encoded(columns=encoded, kept=good, rejected=problems)

    @property
    def _features(self) -> tuple[Feature, ...]:
        extra = self.product.readable_inputs(self.segment)
        stated = (one for one in extra if one.name in self.columns)
        return (*self.product.inputs(self.segment), *stated)

    def _read(self, feature: Feature, frame: pl.DataFrame) -> pl.Series:
        series = frame.get_column(self.columns[feature.name])
        if series.dtype == pl.String:
            return self.habits.get(series.name, Habit()).read(series)
        return series

    def _one_by_one(
        self,
        block: Block,
        found: Mapping[str, pl.Series],
        encoded: Mapping[str, Column],
        rows: NDArray[np.int64],
    ) -> dict[int, list[RejectedField]]:
        """Write the doubtful rows that are good after all; return what is wrong with the others."""
        cells = {name: series.gather(rows).to_list() for name, series in found.items()}
        features = {name: self.product.features[name] for name in encoded}
        rejected = {}
        for place, row in enumerate(rows.tolist()):
            raw = {name: read_cell(cells[name][place], features[name].type) for name in cells}
            try:
                record = validate_record(self.product, self.segment, raw)
            except RecordRejected as refusal:
                rejected[row] = _problems(int(block.lines[row]), refusal)
                continue
            for name, column in encoded.items():
                column[row] = encode(features[name], record.get(name))
        return rejected


def _problems(line: int, refusal: RecordRejected) -> list[RejectedField]:
    return [
        RejectedField(line=line, field=one.feature, code=one.code, message=one.message.en)
        for one in refusal.problems
    ]


def _checked(
    feature: Feature, values: pl.Series, present: pl.Series, doubtful: NDArray[np.bool_]
) -> Column:
    """Return a column as numpy; mark the rows that are not plainly in order."""
    column: Column = values.fill_null(np.nan).to_numpy().astype(np.float64, copy=True) + 0.0
    known, there = ~np.isnan(column), present.to_numpy()
    doubtful |= there & ~known
    if not feature.missing.allowed:
        doubtful |= ~there
    if feature.numeric or feature.type == "date":
        doubtful |= known & ~_in_range(feature, column)
    if feature.type == "integer":
        doubtful |= known & (column != np.rint(column))
    return column


def _in_range(feature: Feature, column: Column) -> NDArray[np.bool_]:
    low = -np.inf if feature.minimum is None else feature.minimum
    high = np.inf if feature.maximum is None else feature.maximum
    inside = np.isfinite(column) & (column >= low) & (column <= high)
    if feature.special_values:
        inside |= np.isin(column, feature.special_values)
    return inside


def converted(feature: Feature, series: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the values that plainly fit, as Float64, and which cells say anything at all."""
    series = _plain(series)
    present = series.is_not_null()
    convert = CONVERTERS.get(feature.type, _numbers)
    return convert(feature, series), present


def _plain(series: pl.Series) -> pl.Series:
    if series.dtype.is_float():
        return series.cast(pl.Float64).fill_nan(None)
    if series.dtype in (pl.Categorical, pl.Enum) or series.dtype.is_decimal():
        series = series.cast(pl.String)
    if series.dtype == pl.String:
        series = series.str.strip_chars()
        return series.set(series.is_in(ABSENT).fill_null(False), None)
    return series


def _nothing(series: pl.Series) -> pl.Series:
    return pl.repeat(None, len(series), dtype=pl.Float64, eager=True).alias(series.name)


def _only(series: pl.Series, keep: pl.Series) -> pl.Series:
    return series.set(~keep.fill_null(False), None)


def _numbers(feature: Feature, series: pl.Series) -> pl.Series:
    if series.dtype == pl.String:
        if feature.type == "integer":
            whole = _only(series, series.str.contains(WHOLE)).cast(pl.Int64).cast(pl.Float64)
            with_point = _only(series, series.str.contains(r"\.") & series.str.contains(DECIMAL))
            return whole.fill_null(with_point.cast(pl.Float64))
        return _only(series, series.str.contains(DECIMAL)).cast(pl.Float64, strict=False)
    return series.cast(pl.Float64) if series.dtype.is_numeric() else _nothing(series)


def _categories(feature: Feature, series: pl.Series) -> pl.Series:
    if series.dtype.is_integer():
        series = series.cast(pl.String)
    if series.dtype != pl.String:
        return _nothing(series)
    positions = {code: float(place) for place, code in enumerate(feature.codes)}
    return series.replace_strict(positions, default=None, return_dtype=pl.Float64)


def _booleans(feature: Feature, series: pl.Series) -> pl.Series:  # noqa: ARG001
    if series.dtype == pl.Boolean:
        return series.cast(pl.Float64)
    if series.dtype != pl.String:
        return _nothing(series)
    truths = {word: float(truth) for word, truth in TRUTHS.items()}
    lowered = series.str.to_lowercase()
    return lowered.replace_strict(truths, default=None, return_dtype=pl.Float64)


def _days(feature: Feature, series: pl.Series) -> pl.Series:  # noqa: ARG001
    if series.dtype == pl.String:
        series = _only(series, series.str.contains(DAY)).str.to_date("%Y-%m-%d", strict=False)
    if series.dtype != pl.Date:
        return _nothing(series)
    days = series.to_physical()
    return _only(days, days.is_between(FIRST_DAY, LAST_DAY)).cast(pl.Float64)


CONVERTERS: Final[Mapping[str, Callable[[Feature, pl.Series], pl.Series]]] = {
    "category": _categories,
    "boolean": _booleans,
    "date": _days,
}
