"""The data sets of the quality benchmark: tables, outer folds, and a draft for each fold.

The product file of every fold is what ``product draft`` writes from the rows of that fold that a
model may see; no line of it is edited. The rows held out are encoded by it as serving would, but
for values that the draft has never seen, which count as missing.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from sklearn.model_selection import StratifiedKFold

from loanwright.datasets.bundled import load_dataset
from loanwright.features.columns import (
    ColumnSpec,
    column_specs,
    columns_from_table,
    matrix_from_columns,
)
from loanwright.features.draft import draft_product
from loanwright.features.feature import Feature, Missing
from loanwright.features.product import Product, parse_product

FOLDS: Final = 3
MOST_ALIKE: Final = 20
DIRECTORY: Final = "LOANWRIGHT_BENCH_DATA"


@dataclass(frozen=True, kw_only=True, slots=True)
class DataSet:
    """A table and how it is to be read.

    Attributes
    ----------
    name, title
        Short and in words.
    file
        Of the directory that ``LOANWRIGHT_BENCH_DATA`` names.
    bundled
        Data set of the library that stands in for it where there is no such directory, or None.
    default, bad
        Label column and its bad value.
    protected
        Columns with a protected trait that are used all the same, because the published figures
        used all columns; a lender may not be allowed to.
    dropped
        Columns that number the rows.
    repeats
        How often the folds are drawn anew, because one draw of a small table is mostly chance.
    """

    name: str
    title: str
    file: str
    default: str
    bad: str = "1"
    bundled: str | None = None
    protected: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    repeats: int = 1


DATA_SETS: Final = (
    DataSet(
        name="german",
        title="German credit",
        file="german_credit.parquet",
        bundled="instalment-loan",
        default="creditability",
        bad="bad",
        protected=("age_in_years", "personal_status_and_sex"),
        repeats=5,
    ),
    DataSet(name="hmeq", title="Home equity (HMEQ)", file="hmeq.parquet", default="BAD"),
    DataSet(
        name="heloc",
        title="FICO HELOC",
        file="heloc.parquet",
        default="RiskPerformance",
        bad="Bad",
        repeats=2,
    ),
    DataSet(
        name="taiwan",
        title="Taiwan credit card",
        file="taiwan_credit_card.parquet",
        bundled="credit-card",
        default="target",
        protected=("SEX", "MARRIAGE", "AGE"),
        dropped=("ID",),
    ),
    DataSet(
        name="gmsc",
        title="Give Me Some Credit",
        file="give_me_some_credit.parquet",
        default="SeriousDlqin2yrs",
        protected=("age",),
        dropped=("id",),
    ),
)


def available() -> tuple[DataSet, ...]:
    """Return the data sets whose tables are here."""
    return tuple(one for one in DATA_SETS if one.bundled or _path(one).is_file())


def _path(data: DataSet) -> Path:
    return Path(os.environ.get(DIRECTORY, "var/no-such-directory")) / data.file


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A data set that was read.

    Attributes
    ----------
    data
        How it was read.
    rows
        The table, without columns that number the rows.
    label
        (n,) 1 is bad.
    people
        (n,) rows alike in everything, or of one applicant, have one number.
    """

    data: DataSet
    rows: pl.DataFrame
    label: Any
    people: Any


def read(data: DataSet) -> Table:
    """Read a data set."""
    if _path(data).is_file():
        rows = pl.read_parquet(_path(data))
    else:
        rows = load_dataset(str(data.bundled))
        protected = tuple(c for c in rows.columns if c in ("sex", "marital_status", "age"))
        data = replace(data, default="default", bad="1", protected=protected)
    rows = rows.drop(column for column in data.dropped if column in rows.columns)
    if "applicant" in rows.columns:
        people = np.unique(rows.get_column("applicant").to_numpy(), return_inverse=True)[1]
        rows = rows.drop("applicant")
    else:
        alike = rows.drop(data.default).hash_rows(seed=0).to_numpy()
        people = _one_person(np.unique(alike, return_inverse=True)[1])
    texts = rows.get_column(data.default).cast(pl.String)
    label = (texts == data.bad).cast(pl.Int8).to_numpy()
    return Table(data=data, rows=rows, label=label, people=people)


def _one_person(alike: Any) -> Any:
    """Return people from numbers of rows alike; many rows alike are empty rows of many people."""
    crowd = np.bincount(alike)[alike] > MOST_ALIKE
    return np.where(crowd, alike.max() + 1 + np.arange(len(alike)), alike)


def outer_folds(table: Table, seed: int) -> list[tuple[Any, Any]]:
    """Return (rows to learn from, rows held out) of three folds, people kept together."""
    names, people = np.unique(table.people, return_inverse=True)
    worst = np.zeros(len(names), dtype=np.int8)
    np.maximum.at(worst, people, table.label)
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(names, worst)
    held = [np.isin(people, chosen) for _, chosen in split]
    return [(np.flatnonzero(~one), np.flatnonzero(one)) for one in held]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafted:
    """What ``product draft`` made of the rows to learn from.

    Attributes
    ----------
    product
        The draft.
    matrix
        (n, p) features of all rows of the table.
    columns
        What the draft says about them.
    raw
        Positions of the features that are columns of the table.
    """

    product: Product
    matrix: Any
    columns: tuple[ColumnSpec, ...]
    raw: tuple[int, ...]


def drafted(table: Table, learned: Any) -> Drafted:
    """Draft a product from the rows to learn from and encode all rows by it."""
    data = table.data
    text, _ = draft_product(
        table.rows[learned],
        data.default,
        name=data.name,
        bad=None if data.bad == "1" else data.bad,
        allow_protected=data.protected,
    )
    product = parse_product(text)
    columns = columns_from_table(_lenient(product), _seen_codes(product, table.rows))
    specs = column_specs(product, "new")
    return Drafted(
        product=product,
        matrix=matrix_from_columns(product, "new", columns),
        columns=specs,
        raw=tuple(i for i, spec in enumerate(specs) if not product.feature(spec.name).derived),
    )


def _lenient(product: Product) -> Product:
    """Return the product without ranges: rows held out may lie beyond those learned from."""
    features = {
        name: feature if feature.derived else _without_range(feature)
        for name, feature in product.features.items()
    }
    return replace(product, features=features)


def _without_range(feature: Feature) -> Feature:
    missing = Missing(allowed=True, title=feature.missing.title)
    return replace(feature, missing=missing, minimum=None, maximum=None)


def _seen_codes(product: Product, rows: pl.DataFrame) -> pl.DataFrame:
    for feature in product.features.values():
        if feature.type == "category" and not feature.derived:
            texts = pl.col(feature.column).cast(pl.String).str.strip_chars()
            known = pl.when(texts.is_in(list(feature.codes))).then(texts)
            rows = rows.with_columns(known.alias(feature.column))
    return rows
