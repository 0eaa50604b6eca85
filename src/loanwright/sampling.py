"""Reading a sample and cutting it in three, and in folds, person by person."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected
from loanwright.features.columns import columns_from_table, labels_from_table
from loanwright.features.errors import ColumnsRefused
from loanwright.features.product import Product

if TYPE_CHECKING:
    import polars as pl

#: With fewer defaults, or fewer good rows, neither a model nor its figures mean anything.
LEAST_OF_EACH: Final = 50

#: Shares of development, calibration and the untouched sample.
SHARES: Final = (0.6, 0.2, 0.2)

#: Share of the dated rows that are only learned from: the first fold needs something to go by.
FIRST_SHARE: Final = 0.4

Rows = NDArray[np.int64]


class SplitRefused(Rejected):
    """The sample cannot be split: {problem}."""


class SampleHasOneClass(Rejected):
    """All {rows} rows of the sample are {what}; a model needs defaults and good rows."""


class TooFewDefaults(Rejected):
    """The sample has {found} {what} among {rows} rows; at least {least} are needed. Add rows."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A table, read.

    Attributes
    ----------
    columns
        Raw feature name to its encoded (n,) column, protected ones included.
    default
        (n,) labels, 1 is bad.
    applicant
        (n,) numbers, one a person, or None where the product names no such column.
    date
        (n,) days since 1970-01-01, or numbers as the table has them where it has numbers; None
        where the product names no such column.
    ignored
        Columns of the table that the product does not know.
    """

    columns: Mapping[str, NDArray[np.float64]]
    default: NDArray[np.int8]
    applicant: NDArray[np.int64] | None = None
    date: NDArray[np.float64] | None = None
    ignored: tuple[str, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256, in hexadecimal, of everything that training reads."""
        digest = hashlib.sha256(self.default.astype(np.int8).tobytes())
        for name in sorted(self.columns):
            digest.update(f"\n{name}\n".encode())
            digest.update(self.columns[name].astype("<f8").tobytes())
        for numbers in (self.applicant, self.date):
            if numbers is not None:
                digest.update(b"\n" + numbers.astype("<f8").tobytes())
        return digest.hexdigest()


def read_sample(product: Product, table: "pl.DataFrame", *, least: int = LEAST_OF_EACH) -> Sample:
    """Read a polars table as the product describes it.

    Parameters
    ----------
    product
        Its dictionary names the columns; its ``sample`` names label, person and date.
    table
        The table; columns that the product does not know are left alone.
    least
        How many defaults, and how many good rows, are asked for. Training needs 50; to judge a
        model on a portfolio with few defaults, 2 will do.

    Returns
    -------
    Sample
        The encoded columns.

    Raises
    ------
    ColumnsRefused
        If a named column is absent, a value does not fit the dictionary, or the date is neither
        a date, a text as YYYY-MM-DD nor a number.
    SampleHasOneClass, TooFewDefaults
        If there are none, or fewer than ``least``, defaults or good rows.

    Examples
    --------
    >>> from loanwright.datasets.bundled import load_dataset
    >>> from loanwright.features.product import bundled_product
    >>> sample = read_sample(bundled_product("credit-card"), load_dataset("credit-card"))
    >>> len(sample.default), sample.ignored
    (30000, ())
    """
    named = product.sample
    default = labels_from_table(product, table)
    _refuse_too_few(default, least)
    known = {feature.column for feature in product.features.values()}
    known |= {name for name in (named.default, named.applicant, named.date) if name}
    return Sample(
        columns=columns_from_table(product, table),
        default=default,
        applicant=_people(_column(table, named.applicant, "the person of each row")),
        date=_dates(_column(table, named.date, "the date of each row")),
        ignored=tuple(name for name in table.columns if name not in known),
    )


def _refuse_too_few(default: NDArray[np.int8], least: int) -> None:
    rows, bad = len(default), int(default.sum())
    for found, what, other in ((bad, "defaults", "good"), (rows - bad, "good rows", "defaults")):
        if not found:
            raise SampleHasOneClass(rows=rows, what=other)
        if found < least:
            raise TooFewDefaults(found=found, what=what, rows=rows, least=least)


def _column(table: "pl.DataFrame", name: str | None, what: str) -> "pl.Series | None":
    if name is None:
        return None
    if name not in table.columns:
        problem = f"column {name}: is absent; it must hold {what}, or take it out of [sample]"
        raise ColumnsRefused((problem,))
    return table.get_column(name)


def _people(series: "pl.Series | None") -> NDArray[np.int64] | None:
    if series is None:
        return None
    named = ["" if name is None else f"{name}" for name in series.to_list()]
    _, people = np.unique(np.array(named), return_inverse=True)
    # Rows without a name are taken for different people: nothing says that they are one.
    missing = np.array([not name for name in named])
    people[missing] = people.max() + 1 + np.arange(missing.sum())
    return people.astype(np.int64)


def _dates(series: "pl.Series | None") -> NDArray[np.float64] | None:
    """Return days since 1970-01-01, or the numbers of a column of numbers as they are."""
    if series is None:
        return None
    if not series.dtype.is_numeric():
        series = _days(series)
    return np.array([np.nan if date is None else date for date in series.to_list()], np.float64)


def _days(series: "pl.Series") -> "pl.Series":
    import polars as pl

    if series.dtype in (pl.Date, pl.Datetime, pl.Null):
        return series.cast(pl.Date).to_physical()
    if series.dtype not in (pl.String, pl.Categorical, pl.Enum):
        raise ColumnsRefused((f"column {series.name}: holds {series.dtype}; write YYYY-MM-DD",))
    texts = series.cast(pl.String).str.strip_chars()
    # polars alone would read 2024-1-5 and the year 97 as well, or guess day and month.
    written = texts.str.contains(r"^\d{4}-\d{2}-\d{2}$")
    days = pl.select(pl.when(written).then(texts)).to_series().str.to_date("%Y-%m-%d", strict=False)
    strange = texts.filter(days.is_null() & (texts != ""))
    if len(strange):
        found = f"{len(strange)} of {len(texts)} texts are not days, such as {strange[0][:30]!r}"
        raise ColumnsRefused((f"column {series.name}: {found}; write YYYY-MM-DD",))
    return days.to_physical()


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Row numbers of the three samples, each in rising order.

    Attributes
    ----------
    development, calibration, judged
        Row numbers; no person is in two of them.
    judged_name
        ``holdout`` when the untouched rows were drawn, ``out_of_time`` when they are the latest.
    set_aside
        How many earlier rows of people in the out-of-time sample are used nowhere.
    """

    development: Rows
    calibration: Rows
    judged: Rows
    judged_name: str
    set_aside: int = 0

    def to_mapping(self) -> dict[str, Any]:
        """Return how the rows were divided, as plain values."""
        return {
            "kind": "random" if self.judged_name == "holdout" else "by date",
            "development": len(self.development),
            "calibration": len(self.calibration),
            self.judged_name: len(self.judged),
            "set_aside": self.set_aside,
        }


def split_sample(
    default: NDArray[Any],
    *,
    applicant: NDArray[Any] | None = None,
    date: NDArray[np.float64] | None = None,
    seed: int = 0,
) -> Split:
    """Split rows 60 : 20 : 20, keeping the rows of one person together.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad; people with and without a default are divided alike.
    applicant
        (n,) numbers, one a person; None takes every row for a person of their own.
    date
        (n,) finite numbers; where given, the latest 20 % of rows, all of one date together, are
        the out-of-time sample, and its people's earlier rows are set aside.
    seed
        Of the random generator.

    Returns
    -------
    Split
        The same for the same input.

    Raises
    ------
    SplitRefused
        If a sample would be empty, or a date is not finite.

    Examples
    --------
    >>> split = split_sample(np.arange(100) % 5 == 0)
    >>> len(split.development), len(split.calibration), len(split.judged), split.judged_name
    (60, 20, 20, 'holdout')
    """
    label = np.asarray(default).astype(np.int64)
    people = np.arange(len(label)) if applicant is None else np.asarray(applicant)
    if date is None:
        split = _split_at_random(label, people, seed)
    else:
        split = _split_by_date(label, people, date, seed)
    for name in ("development", "calibration", "judged"):
        if not len(getattr(split, name)):
            raise SplitRefused(problem=f"no row is left for the {name} sample")
    return split


@dataclass(frozen=True, kw_only=True, slots=True)
class Fold:
    """Rows to learn from and rows to be judged on; no person is in both.

    Attributes
    ----------
    fit, judged
        Row numbers, each in rising order.
    """

    fit: Rows
    judged: Rows


def inner_folds(sample: Sample, split: Split, *, count: int, seed: int = 0) -> tuple[Fold, ...]:
    """Divide the rows that may be learned from into folds, the rows of one person together.

    Parameters
    ----------
    sample
        Labels, people and dates.
    split
        Its development and calibration rows are divided; the judged rows are left alone.
    count
        Number of folds, 2 or more.
    seed
        Of the random generator.

    Returns
    -------
    tuple of Fold
        Without dates every row is judged once, by a model fitted on all other folds. With dates
        the earliest 40 % are judged never; every later fold is judged by a model of the rows
        before it alone, without the people who are judged.

    Raises
    ------
    SplitRefused
        If a fold would lack defaults or good rows.

    Examples
    --------
    >>> sample = Sample(columns={}, default=(np.arange(100) % 5 == 0).astype(np.int8))
    >>> folds = inner_folds(sample, split_sample(sample.default), count=4)
    >>> [(len(fold.fit), len(fold.judged)) for fold in folds]
    [(60, 20), (60, 20), (60, 20), (60, 20)]
    """
    rows = np.sort(np.concatenate([split.development, split.calibration]))
    if sample.date is None:
        folds = _folds_at_random(sample, rows, count, seed)
    else:
        folds = _folds_by_date(sample, rows, count)
    for fold in folds:
        for part in (fold.fit, fold.judged):
            if len(np.unique(sample.default[part])) < 2:
                raise SplitRefused(problem="a fold lacks defaults or good rows; add rows")
    return folds


def _people_of(sample: Sample, rows: Rows) -> NDArray[Any]:
    return rows if sample.applicant is None else sample.applicant[rows]


def _folds_at_random(sample: Sample, rows: Rows, count: int, seed: int) -> tuple[Fold, ...]:
    bounds = np.arange(1, count) / count
    label = sample.default[rows].astype(np.int64)
    parts = _parts(label, _people_of(sample, rows), bounds, seed)
    return tuple(Fold(fit=rows[parts != part], judged=rows[parts == part]) for part in range(count))


def _folds_by_date(sample: Sample, rows: Rows, count: int) -> tuple[Fold, ...]:
    date = np.asarray(sample.date)[rows]
    people = _people_of(sample, rows)
    bounds = np.quantile(date, np.linspace(FIRST_SHARE, 1.0, count + 1), method="lower")
    part = np.searchsorted(bounds[1:-1], date, side="right")
    part[date <= bounds[0]] = -1
    folds = []
    for number in range(count):
        judged = part == number
        fit = (part < number) & ~np.isin(people, people[judged])
        folds.append(Fold(fit=rows[fit], judged=rows[judged]))
    return tuple(folds)


def _split_at_random(label: Rows, people: NDArray[Any], seed: int) -> Split:
    parts = _parts(label, people, np.cumsum(SHARES)[:-1], seed)
    development, calibration, judged = (np.flatnonzero(parts == part) for part in range(3))
    return Split(
        development=development, calibration=calibration, judged=judged, judged_name="holdout"
    )


def _split_by_date(
    label: Rows, people: NDArray[Any], date: NDArray[np.float64], seed: int
) -> Split:
    if not np.isfinite(date).all():
        raise SplitRefused(problem="a row has no date; fill it in, or drop the row")
    late = date >= _first_late(date)
    earlier = np.flatnonzero(~late & ~np.isin(people, people[late]))
    if not len(earlier):
        raise SplitRefused(problem="the dates do not divide it; take the date out of the product")
    first = SHARES[0] / (SHARES[0] + SHARES[1])
    parts = _parts(label[earlier], people[earlier], np.array([first]), seed)
    return Split(
        development=earlier[parts == 0],
        calibration=earlier[parts == 1],
        judged=np.flatnonzero(late),
        judged_name="out_of_time",
        set_aside=int((~late).sum()) - len(earlier),
    )


def _first_late(date: NDArray[np.float64]) -> float:
    """Return the date whose rows and all later ones are nearest to the last share of rows."""
    dates, counts = np.unique(date, return_counts=True)
    later = counts[::-1].cumsum()[::-1]
    return float(dates[np.abs(later - SHARES[2] * len(date)).argmin()])


def _parts(
    label: Rows, people: NDArray[Any], bounds: NDArray[np.float64], seed: int
) -> NDArray[np.int64]:
    """Return for each row the number of its part; the bounds are cumulative shares of rows."""
    _, person = np.unique(people, return_inverse=True)
    rows = np.bincount(person)
    bad = np.bincount(person, weights=label) > 0
    order = np.random.default_rng(seed).permutation(len(rows))
    part_of_person = np.empty(len(rows), dtype=np.int64)
    for stratum in (False, True):
        chosen = order[bad[order] == stratum]
        middle = rows[chosen].cumsum() - rows[chosen] / 2
        part_of_person[chosen] = np.searchsorted(bounds * rows[chosen].sum(), middle)
    return part_of_person[person]
