"""A training or batch table, checked and encoded column by column; needs polars."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from loanwright.features.errors import ColumnsRefused
from loanwright.features.feature import Feature
from loanwright.features.product import Product

Column = npt.NDArray[np.float64]


def encode_table(product: Product, table: pl.DataFrame) -> dict[str, Column]:
    """Return the encoded raw columns of a table; see ``columns_from_table``."""
    columns: dict[str, Column] = {}
    problems: list[str] = []
    for feature in product.features.values():
        if feature.derived or feature.column not in table.columns:
            continue
        encoded = _encode(feature, table.get_column(feature.column), problems)
        columns[feature.name] = encoded.to_numpy().astype(np.float64, copy=False)
    if not columns:
        problems.append(f"the table has no column of product {product.name}; check its header")
    if problems:
        raise ColumnsRefused(tuple(problems))
    return columns


def encode_labels(product: Product, table: pl.DataFrame) -> npt.NDArray[np.int8]:
    """Return the label of every row; see ``labels_from_table``."""
    name, bad = product.sample.default, product.sample.bad
    if name not in table.columns:
        raise ColumnsRefused((f"column {name}: is absent; it must hold the label, 1 = bad",))
    series = table.get_column(name)
    if bad is not None:
        texts = _as_codes(_tidy(series))
        labels = (texts == bad).cast(pl.Int8)
        if texts.n_unique() - int(texts.null_count() > 0) > 2:
            raise ColumnsRefused((f"column {name}: holds more than two values",))
    else:
        numbers = _numbers(series)
        labels = _only(numbers, numbers.is_in([0.0, 1.0])).cast(pl.Int8)
    if labels.null_count():
        row = int(labels.is_null().arg_true()[0]) + 1
        what = (
            "is missing" if bad is not None else "is not 0 or 1; name the bad value in sample.bad"
        )
        raise ColumnsRefused((f"column {name}, row {row}: the label {what}",))
    return labels.to_numpy()


def _tidy(series: pl.Series) -> pl.Series:
    """Take NaN and empty texts for missing, and strip spaces around texts."""
    if series.dtype.is_float():
        return series.fill_nan(None)
    if series.dtype != pl.String:
        return series
    stripped = series.str.strip_chars()
    return stripped.set(stripped == "", None)


def _encode(feature: Feature, series: pl.Series, problems: list[str]) -> pl.Series:
    """Return the column as Float64 with NaN for missing; add what is wrong to ``problems``."""
    series = _tidy(series)
    encoded, readable = _converted(feature, series)
    wrong = series.is_not_null() & encoded.is_null()
    checks: list[tuple[pl.Series, str]] = [(wrong, readable)]
    if feature.numeric or feature.type == "date":
        checks += list(_range_checks(feature, encoded))
    if not feature.missing.allowed:
        checks.append((series.is_null(), "missing, which the product does not allow"))
    for mask, what in checks:
        count = int(mask.fill_null(False).sum())
        if count:
            row = int(mask.fill_null(False).arg_true()[0]) + 1
            values = "1 value is" if count == 1 else f"{count} values are"
            problems.append(f"column {feature.column}, row {row}: {values} {what}")
    return encoded.fill_null(np.nan)


def _converted(feature: Feature, series: pl.Series) -> tuple[pl.Series, str]:
    if feature.type == "category":
        positions = {code: float(i) for i, code in enumerate(feature.codes)}
        texts = _as_codes(series)
        encoded = texts.replace_strict(positions, default=None, return_dtype=pl.Float64)
        return encoded, f"not one of the codes {', '.join(feature.codes[:12])}"
    if feature.type == "boolean":
        truth = series if series.dtype == pl.Boolean else _numbers(series)
        numbers = truth.cast(pl.Float64)
        return _only(numbers, numbers.is_in([0.0, 1.0])), "not true or false (or 1 or 0)"
    if feature.type == "date":
        return _days(series), "not a date (YYYY-MM-DD)"
    if series.dtype == pl.Boolean:
        return pl.Series(series.name, [None] * len(series), dtype=pl.Float64), "not a number"
    numbers = _numbers(series)
    return _only(numbers, numbers.is_finite()) + 0.0, "not a finite number"


def _only(series: pl.Series, keep: pl.Series) -> pl.Series:
    nothing = pl.Series(series.name, [None], dtype=pl.Float64)
    return series.zip_with(keep.fill_null(False), nothing.new_from_index(0, len(series)))


def _numbers(series: pl.Series) -> pl.Series:
    return series.cast(pl.Float64, strict=False)


def _as_codes(series: pl.Series) -> pl.Series:
    """Return codes as text; 3.0 is the code "3", for tables that lost their integers."""
    if series.dtype.is_float() and bool((series.drop_nulls() == series.drop_nulls().round()).all()):
        series = series.cast(pl.Int64, strict=False)
    if series.dtype == pl.Boolean:
        return series.cast(pl.String)
    return series.cast(pl.String, strict=False)


def _days(series: pl.Series) -> pl.Series:
    if series.dtype == pl.String:
        series = series.str.to_date("%Y-%m-%d", strict=False)
    if not series.dtype.is_temporal():
        return pl.Series(series.name, [None] * len(series), dtype=pl.Float64)
    return series.cast(pl.Date).to_physical().cast(pl.Float64)


def _range_checks(feature: Feature, encoded: pl.Series) -> Iterator[tuple[pl.Series, str]]:
    special = encoded.is_in(list(feature.special_values) or [np.nan])
    if feature.type == "integer":
        yield encoded != encoded.round(), "not a whole number"
    if feature.minimum is not None:
        yield (encoded < feature.minimum) & ~special, f"below the minimum {feature.minimum:g}"
    if feature.maximum is not None:
        yield (encoded > feature.maximum) & ~special, f"above the maximum {feature.maximum:g}"
