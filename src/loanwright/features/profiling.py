"""What a column of an unknown table looks like: the ground of a drafted product file."""

from __future__ import annotations

import keyword
import math
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from loanwright.features.expressions import FUNCTION_NAMES

ColumnKind = Literal["number", "integer", "category", "boolean", "date"]
Array = npt.NDArray[np.float64]

LEAK_AUC: Final = 0.85
MOST_CODES: Final = 60
LONGEST_CODE: Final = 64
GROUPS: Final = 20
_IDENTIFIER: Final = re.compile(r"(^|_)(id|nr|no|number|key|uuid|ref|reference)(_|$)")
_CODE_NAME: Final = re.compile(r"(^|_)(zip|post|postal|postcode|naics|code)(_|$)")
_PROTECTED: Final = re.compile(
    r"(^|_)(sex|gender|age|marital|marriage|race|ethnicity|religion|nationality|birth)(_|$)"
)
_MONEY: Final = r"^\(?-?\s*[$€£¥]\s*[\d,]+(\.\d+)?\)?$"
_DAY: Final = r"^\d{4}-\d\d-\d\d$"
_WRITTEN_DAY: Final = r"^(\d{1,2}[-/. ]([A-Za-z]{3,9}|\d{1,2})[-/. ]\d{2,4}|\d{4}[/.]\d\d[/.]\d\d)$"
_NUMERIC: Final = r"^[+-]?\d+(\.\d+)?$"
_HIGH_CODES: Final = frozenset(
    float(v) for v in (*range(96, 100), *range(996, 1000), *range(9996, 10000))
)
_LOW_CODES: Final = frozenset(float(v) for v in (*range(-9, 0), -99, -999, -9999))


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnProfile:
    """What was seen in one column.

    Attributes
    ----------
    column, name
        Its header, and the feature name made of it.
    kind
        Type of the feature, or None if the column cannot be a feature.
    minimum, maximum
        Range with a margin.
    codes, special
        Category codes and special numbers.
    has_missing
        Whether a value is missing.
    auc
        Area under the curve of this column alone, grouped: 0.5 … 1.
    rising_auc
        Of the ordered values alone: above 0.5 if rising values go with default; 0.5 if the bad
        rates do not run one way.
    protected
        Whether the name speaks of a protected trait.
    left_out
        Why it should not be a model input, or "".
    """

    column: str
    name: str
    kind: ColumnKind | None
    minimum: float = 0.0
    maximum: float = 0.0
    codes: tuple[str, ...] = ()
    special: tuple[float, ...] = ()
    has_missing: bool = False
    auc: float = 0.5
    rising_auc: float = 0.5
    protected: bool = False
    left_out: str = ""


def feature_name(column: str, taken: set[str]) -> str:
    """Return a snake-case feature name for a column header.

    Examples
    --------
    >>> feature_name("NumberOfTime30-59Days", set()), feature_name("LOAN", {"loan"})
    ('number_of_time30_59_days', 'loan_2')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", column)
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:50] or "column"
    if not name[0].isalpha():
        name = f"f_{name}"
    if keyword.iskeyword(name) or name in FUNCTION_NAMES:
        name = f"{name}_value"
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name}_{count}"
    return unique


def profile_column(
    series: pl.Series, default: Array, name: str, *, allowed: bool = False
) -> ColumnProfile:
    """Look at one column.

    Parameters
    ----------
    series
        The column.
    default
        (n,) label, 1 = bad.
    name
        The feature name it will have.
    allowed
        Whether it may be a model input although its name speaks of a protected trait.

    Returns
    -------
    ColumnProfile
        What was seen.
    """
    series = _tidy(series)
    seen = _Seen(series=series, name=name, default=default, allowed=allowed)
    present = series.drop_nulls()
    if present.n_unique() <= 1:
        why = "constant" if len(present) else "empty"
        return seen.unusable(f"{why}: it can tell nobody apart")
    if series.dtype.is_temporal() or _share(present, _DAY) >= 0.95:
        return _date_profile(seen)
    if series.dtype == pl.Boolean:
        return seen.profile(series.cast(pl.Float64), kind="boolean")
    if series.dtype == pl.String or not series.dtype.is_numeric():
        return _text_profile(seen, series.cast(pl.String))
    return _number_profile(seen, series)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """One column with the label beside it."""

    series: pl.Series
    name: str
    default: Array
    allowed: bool = False

    def unusable(self, why: str) -> ColumnProfile:
        """Return a profile of a column that cannot be a feature as it is."""
        gaps = self.series.is_null().cast(pl.Float64).to_numpy()
        score = max(auc(gaps, self.default), auc(-gaps, self.default))
        return ColumnProfile(
            column=self.series.name,
            name=self.name,
            kind=None,
            auc=score,
            left_out=_leak(why, score),
        )

    def profile(self, encoded: pl.Series, *, left_out: str = "", **rest: Any) -> ColumnProfile:
        """Return a profile with what the encoded values alone say about default."""
        values = encoded.fill_null(np.nan).to_numpy()
        special: tuple[float, ...] = rest.get("special", ())
        groups = _groups(values, special)
        score = auc(_group_rates(groups, self.default)[groups], self.default)
        left_out = _leak(left_out, score)
        protected = bool(_PROTECTED.search(self.name))
        if protected and not left_out and not self.allowed:
            left_out = "protected by its name: keep it apart to measure fairness"
        plain = ~np.isnan(values) & ~np.isin(values, special)
        ordered = rest.get("kind") in ("number", "integer", "boolean")
        return ColumnProfile(
            column=self.series.name,
            name=self.name,
            has_missing=bool(np.isnan(values).any()),
            auc=score,
            rising_auc=rising_auc(values[plain], self.default[plain]) if ordered else 0.5,
            protected=protected,
            left_out=left_out,
            **rest,
        )


def _leak(left_out: str, score: float) -> str:
    if score <= LEAK_AUC:
        return left_out
    leak = f"a leak suspect: alone it reaches AUC {score:.2f}; is it known before the decision?"
    return f"{left_out}; {leak}" if left_out else leak


def _tidy(series: pl.Series) -> pl.Series:
    if series.dtype.is_float():
        return series.fill_nan(None)
    if series.dtype == pl.String:
        stripped = series.str.strip_chars()
        return stripped.set(stripped == "", None)
    return series


def _share(present: pl.Series, pattern: str) -> float:
    """Return the share of texts that match."""
    if present.dtype != pl.String or not len(present):
        return 0.0
    return int(present.str.contains(pattern).sum()) / len(present)


def _date_profile(seen: _Seen) -> ColumnProfile:
    why = "a date: dates age and may leak; if it is the day of application, name it in sample.date"
    series = seen.series
    days = series.str.to_date("%Y-%m-%d", strict=False) if series.dtype == pl.String else series
    if days.dtype not in (pl.Date, pl.Datetime) or days.null_count() > series.null_count():
        return seen.unusable(why)
    numbers = days.cast(pl.Date).to_physical().cast(pl.Float64)
    known = numbers.drop_nulls().to_numpy()
    ends = {"minimum": float(known.min()) - 3650, "maximum": float(known.max()) + 3650}
    return seen.profile(numbers, kind="date", left_out=why, **ends)


def _text_profile(seen: _Seen, series: pl.Series) -> ColumnProfile:
    present = series.drop_nulls()
    distinct = present.n_unique()
    if _share(present, _MONEY) >= 0.95:
        numbers = series.str.replace_all(r"[^\d.\-]", "").cast(pl.Float64, strict=False)
        why = "money written as text: turn it into plain numbers first"
        return seen.profile(numbers, kind=None, left_out=why)
    if _share(present, _WRITTEN_DAY) >= 0.95:
        return seen.unusable("a date written as text: dates age and may leak")
    looks_coded = bool(_CODE_NAME.search(seen.name)) or _share(present, r"^0\d") > 0
    if distinct > GROUPS and not looks_coded and _share(present, _NUMERIC) >= 0.95:
        if _share(present, _NUMERIC) < 1:
            return seen.unusable("numbers with other texts among them: clean them first")
        return _number_profile(seen, series.cast(pl.Float64))
    return _code_profile(seen, series, distinct)


def _code_profile(seen: _Seen, series: pl.Series, distinct: int) -> ColumnProfile:
    present = series.drop_nulls()
    if distinct > 0.95 * len(present) and len(present) >= 50:
        return seen.unusable("an identifier: nearly every row has its own value")
    if distinct > MOST_CODES:
        why = f"text with {distinct} different values: group it to at most {MOST_CODES} first"
        return seen.unusable(why)
    codes = tuple(sorted(present.unique().to_list()))
    if max(map(len, codes)) > LONGEST_CODE:
        return seen.unusable("free text: shorten it to codes first")
    positions = {code: float(i) for i, code in enumerate(codes)}
    encoded = series.replace_strict(positions, default=None, return_dtype=pl.Float64)
    return seen.profile(encoded, kind="category", codes=codes)


def _number_profile(seen: _Seen, series: pl.Series) -> ColumnProfile:
    numbers = series.cast(pl.Float64)
    values = numbers.drop_nulls().to_numpy()
    if not bool(np.isfinite(values).all()):
        return seen.unusable("infinite values: clean them first")
    whole = bool((values == np.round(values)).all())
    special = _special_values(values) if whole else ()
    plain = values[~np.isin(values, special)]
    low, high = _range(float(plain.min()), float(plain.max()))
    return seen.profile(
        numbers,
        kind="integer" if whole else "number",
        special=special,
        minimum=low,
        maximum=high,
        left_out=_identifier(values, seen.name) if whole else "",
    )


def _identifier(values: Array, name: str) -> str:
    distinct = len(np.unique(values))
    running = len(values) >= 50 and distinct == len(values) and bool((np.diff(values) > 0).all())
    named = bool(_IDENTIFIER.search(name)) and distinct > 0.5 * len(values)
    return "an identifier: it counts or names the rows" if running or named else ""


def _special_values(values: Array) -> tuple[float, ...]:
    """Return numbers that look like codes: few negatives, or 96 … 99 far above the rest."""
    distinct = np.unique(values)
    low = [v for v in distinct[distinct < 0] if v in _LOW_CODES]
    low = low if len(low) == int((distinct < 0).sum()) and (distinct >= 0).any() else []
    high = [v for v in distinct if v in _HIGH_CODES]
    rest = distinct[~np.isin(distinct, [*low, *high])]
    far = len(rest) > 0 and bool(high) and min(high) > 2 * float(rest.max()) + 10
    chosen = [*low, *(high if far else [])]
    return tuple(float(v) for v in chosen) if len(chosen) < len(distinct) else ()


def _range(low: float, high: float) -> tuple[float, float]:
    """Return a range with room around what was seen, in round numbers."""
    room = max(high - low, abs(high), 1.0) / 2
    return (0.0 if low >= 0 else -_round_up(-(low - room))), _round_up(high + room)


def _round_up(value: float) -> float:
    if value <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(round(math.ceil(value / unit) * unit, 12))


def _groups(values: Array, special: tuple[float, ...]) -> npt.NDArray[np.int64]:
    """Return a group for each row: codes of their own, quantiles of the rest, missing last."""
    plain = values[~np.isnan(values) & ~np.isin(values, special)]
    distinct = np.unique(plain)
    if len(distinct) > MOST_CODES:
        distinct = np.unique(np.quantile(plain, np.linspace(0, 1, GROUPS + 1)[1:-1]))
    groups = np.searchsorted(distinct, values).astype(np.int64)
    for position, value in enumerate(special):
        groups[values == value] = len(distinct) + 1 + position
    groups[np.isnan(values)] = len(distinct) + 1 + len(special)
    return groups


def _group_rates(groups: npt.NDArray[np.int64], default: Array) -> Array:
    """Return the bad rate of each group, drawn to the mean so that small groups say little."""
    count = np.bincount(groups).astype(np.float64)
    bad = np.bincount(groups, weights=default)
    rates: Array = (bad + 10 * float(default.mean())) / (count + 10)
    return rates


def rising_auc(values: Array, default: Array) -> float:
    """Return the AUC of rising values, or 0.5 where the sample does not clearly say one direction.

    Parameters
    ----------
    values
        (n,) quantities, without missing values and codes.
    default
        (n,) label, 1 = bad.

    Notes
    -----
    A direction is clear where the AUC is three standard errors from one half and no neighbour of
    ten quantile groups turns back by two: a forced direction that is wrong costs more than a
    missing one.
    """
    bad = float(default.sum())
    if len(values) < 100 or not 0 < bad < len(default):
        return 0.5
    score = auc(values, default)
    error = math.sqrt((1 / bad + 1 / (len(default) - bad)) / 12)
    if abs(score - 0.5) < 3 * error:
        return 0.5
    edges = np.unique(np.quantile(values, np.linspace(0.1, 0.9, 9)))
    groups = np.searchsorted(edges, values)
    count = np.maximum(np.bincount(groups, minlength=len(edges) + 1), 1)
    rates = _group_rates(groups, default)
    rates = np.append(rates, np.full(len(count) - len(rates), rates[-1]))
    mean = float(default.mean())
    noise = np.sqrt(mean * (1 - mean) * (1 / count[1:] + 1 / count[:-1]))
    steps = np.diff(rates) * (1.0 if score > 0.5 else -1.0)
    return score if bool((steps > -2 * noise).all()) else 0.5


def auc(values: Array, default: Array) -> float:
    """Return the area under the curve: the chance that a bad row has the larger value.

    Examples
    --------
    >>> auc(np.array([1.0, 2.0, 2.0, 3.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    0.875
    """
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    bad = float(default.sum())
    good = len(default) - bad
    return float((ranks[default == 1].sum() - bad * (bad + 1) / 2) / (bad * good))
