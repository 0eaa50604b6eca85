"""From records and tables to columns, and from columns to the matrix of a model.

There is one way: whatever the features came as, they become encoded raw columns, and one program
computes the matrix from them. So training, serving and batch see the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from loanwright.features import wording
from loanwright.features.errors import ColumnsRefused, FieldProblem, RecordRejected
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.program import Program, compile_program, evaluate
from loanwright.features.records import Record, Value, date_to_days

if TYPE_CHECKING:
    import polars as pl

Matrix = npt.NDArray[np.float64]
Encoder = Callable[[Value], float]

NAN = float("nan")


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnSpec:
    """What a model must know about one column of the matrix.

    Attributes
    ----------
    name
        Feature name.
    kind
        "numeric" or "category" (values are positions 0 … categories - 1).
    direction
        Sign of the effect of a rising value on RISK: -1, 0 (free) or +1.
    special
        Values that are codes, not quantities.
    categories
        Number of category codes; 0 for a numeric column.
    """

    name: str
    kind: Literal["numeric", "category"]
    direction: int
    special: tuple[float, ...]
    categories: int


def column_specs(product: Product, segment: str) -> tuple[ColumnSpec, ...]:
    """Return what a model must know about each column of the matrix.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> [(s.name, s.kind, s.direction) for s in column_specs(bundled_product("credit-card"), "new")]
    [('limit', 'numeric', -1), ('education_level', 'numeric', -1)]
    """
    return tuple(
        ColumnSpec(
            name=feature.name,
            kind="category" if feature.type == "category" else "numeric",
            direction=0 if feature.type == "category" else feature.direction.risk,
            special=feature.special_values,
            categories=len(feature.categories),
        )
        for feature in product.model_features(segment)
    )


def matrix(product: Product, segment: str, records: Sequence[Record]) -> Matrix:
    """Return the model's matrix of validated records.

    Parameters
    ----------
    product, segment
        Whose model inputs are wanted.
    records
        n records as ``validate_record`` returns them.

    Returns
    -------
    ndarray
        (n, p) float64, C-contiguous, columns in the order of ``product.model_features(segment)``;
        NaN = missing, a category is the position of its code, a date is days since 1970-01-01.

    Raises
    ------
    RecordRejected
        If a record lacks an input or holds an unknown code: it was not validated.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> matrix(card, "new", [{"limit": 200000.0, "education": "university"}])
    array([[2.e+05, 2.e+00]])
    """
    program, encoders = _plan(product, segment)
    return evaluate(program, _raw(product, encoders, records))


def matrix_from_columns(
    product: Product, segment: str, columns: Mapping[str, npt.NDArray[np.float64]]
) -> Matrix:
    """Return the model's matrix of encoded raw columns.

    Parameters
    ----------
    product, segment
        Whose model inputs are wanted.
    columns
        Raw feature name to (n,) float64, as ``columns_from_table`` returns them.

    Returns
    -------
    ndarray
        (n, p) float64, C-contiguous; the same bits as ``matrix`` of the same rows.

    Raises
    ------
    ColumnsRefused
        If a raw feature is absent, lengths differ, or a value is infinite.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> columns = {"limit": np.array([2e5, 5e4]), "education": np.array([1.0, np.nan])}
    >>> matrix_from_columns(bundled_product("credit-card"), "new", columns)
    array([[2.e+05, 2.e+00],
           [5.e+04, 1.e+00]])
    """
    program, _ = _plan(product, segment)
    absent = [name for name in program.inputs if name not in columns]
    if absent:
        raise ColumnsRefused(tuple(f"column {name}: is absent; add it" for name in absent))
    arrays = [np.asarray(columns[name], dtype=np.float64) for name in program.inputs]
    if len({array.shape for array in arrays}) != 1 or arrays[0].ndim != 1:
        raise ColumnsRefused(("columns: have different lengths; make them equal",))
    infinite = [n for n, a in zip(program.inputs, arrays, strict=True) if np.isinf(a).any()]
    if infinite:
        raise ColumnsRefused(tuple(f"column {name}: holds an infinite value" for name in infinite))
    return evaluate(program, np.stack(arrays))


def columns_from_table(product: Product, table: pl.DataFrame) -> dict[str, Matrix]:
    """Return the dictionary's raw columns of a table, encoded as float64.

    Parameters
    ----------
    product
        The dictionary.
    table
        A polars table; columns that the dictionary does not know are left alone, and a raw
        feature whose column is not in the table is left out.

    Returns
    -------
    dict
        Raw feature name to (n,) float64; NaN = missing, a category is the position of its code.

    Raises
    ------
    ColumnsRefused
        If a value does not fit the dictionary; each problem names column and row.
    """
    from loanwright.features.tables import encode_table

    return encode_table(product, table)


def labels_from_table(product: Product, table: pl.DataFrame) -> npt.NDArray[np.int8]:
    """Return the label of every row.

    Parameters
    ----------
    product
        Its ``sample`` names the column, and the bad value where the column holds texts.
    table
        A polars table.

    Returns
    -------
    ndarray
        (n,) int8, 1 = bad.

    Raises
    ------
    ColumnsRefused
        If the column is absent, or a value is neither good nor bad.
    """
    from loanwright.features.tables import encode_labels

    return encode_labels(product, table)


def facts(
    product: Product, segment: str, record: Record, names: Collection[str] | None = None
) -> dict[str, Value]:
    """Return the values that a policy reads.

    Parameters
    ----------
    product, segment
        Whose application it is.
    record
        A record as ``validate_record`` returns it.
    names
        What the policy reads, as ``Policy.names`` says; features that cannot be computed from
        this record are left out. None takes what the rules of the starter policy name.

    Returns
    -------
    dict
        The raw record, and the derived features among the names: numbers, codes, booleans, None
        where missing.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> facts(bundled_product("credit-card"), "new", {"limit": 200000.0, "education": None})
    {'limit': 200000.0, 'education': None}
    """
    derived, program, encoders = _facts_plan(product, segment, _wanted(names))
    values: dict[str, Value] = dict(record)
    if derived:
        computed = evaluate(program, _raw(product, encoders, [record]))[0]
        values |= {f.name: decode(f, v) for f, v in zip(derived, computed.tolist(), strict=True)}
    return values


def facts_from_columns(
    product: Product,
    segment: str,
    columns: Mapping[str, npt.NDArray[np.float64]],
    names: Collection[str] | None = None,
) -> dict[str, Matrix]:
    """Return, encoded, the values that a policy reads of many rows.

    Parameters
    ----------
    product, segment
        Whose applications they are.
    columns
        Raw feature name to (n,) float64: every input of the segment, and what was stated
        beside them.
    names
        As for `facts`.

    Returns
    -------
    dict
        Name to (n,) float64; ``decode`` of its values gives what ``facts`` gives row by row.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> columns = {"limit": np.array([2e5]), "education": np.array([1.0])}
    >>> list(facts_from_columns(bundled_product("credit-card"), "new", columns))
    ['limit', 'education']
    """
    derived, program, _ = _facts_plan(product, segment, _wanted(names))
    values = {feature.name: columns[feature.name] for feature in product.inputs(segment)}
    stated = [one.name for one in product.readable_inputs(segment) if one.name in columns]
    values |= {name: columns[name] for name in stated}
    if derived:
        computed = evaluate(program, np.stack([columns[name] for name in program.inputs]))
        values |= {f.name: computed[:, place] for place, f in enumerate(derived)}
    return values


def encode(feature: Feature, value: Value) -> float:
    """Return a validated value as the columns hold it; the other way of ``decode``.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> encode(bundled_product("credit-card").feature("education"), "university")
    1.0
    """
    return _encoder(feature)(value)


def decode(feature: Feature, value: float) -> Value:
    """Return an encoded value as people write it: a code, a boolean, a number, None if missing.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> decode(bundled_product("credit-card").feature("education"), 1.0)
    'university'
    """
    if value != value:
        return None
    if feature.type == "category":
        return feature.codes[int(value)]
    if feature.type == "boolean":
        return bool(value)
    if feature.type == "date":
        return wording.shown_number(feature, value).en
    return int(value) if feature.type == "integer" and value == int(value) else value


_Plan = tuple[Program, tuple[tuple[str, Encoder], ...]]


@lru_cache(maxsize=64)
def _plan(product: Product, segment: str) -> _Plan:
    program = compile_program(product.features, product.segment(segment).features)
    return program, _encoders(product, program)


def _wanted(names: Collection[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


@lru_cache(maxsize=256)
def _facts_plan(
    product: Product, segment: str, names: frozenset[str] | None
) -> tuple[tuple[Feature, ...], Program, tuple[tuple[str, Encoder], ...]]:
    derived = tuple(f for f in _read(product, segment, names) if f.derived)
    program = compile_program(product.features, [feature.name for feature in derived])
    return derived, program, _encoders(product, program)


def _read(product: Product, segment: str, names: frozenset[str] | None) -> tuple[Feature, ...]:
    """Return the features named that a record of the segment can give."""
    if names is None:
        return product.rule_features(segment)
    at_hand = {feature.name for feature in product.inputs(segment)}
    named = [feature for feature in product.features.values() if feature.name in names]
    return tuple(feature for feature in named if at_hand.issuperset(feature.depends_on))


def _encoders(product: Product, program: Program) -> tuple[tuple[str, Encoder], ...]:
    return tuple((name, _encoder(product.features[name])) for name in program.inputs)


def _encoder(feature: Feature) -> Encoder:
    if feature.type == "category":
        positions: dict[Value, float] = {code: float(i) for i, code in enumerate(feature.codes)}
        return ({None: NAN} | positions).__getitem__
    if feature.type == "date":
        return _encode_date
    return _encode_number


def _encode_number(value: Value) -> float:
    return NAN if value is None else float(value) + 0.0


def _encode_date(value: Value) -> float:
    days = None if value is None else date_to_days(str(value))
    return NAN if days is None else days


def _raw(
    product: Product, encoders: tuple[tuple[str, Encoder], ...], records: Sequence[Record]
) -> Matrix:
    try:
        rows = [[encode(record[name]) for record in records] for name, encode in encoders]
    except (KeyError, ValueError) as error:
        raise RecordRejected(_unvalidated(product, encoders, records)) from error
    return np.array(rows, dtype=np.float64).reshape(len(encoders), len(records))


def _unvalidated(
    product: Product, encoders: tuple[tuple[str, Encoder], ...], records: Sequence[Record]
) -> tuple[FieldProblem, ...]:
    problems = []
    for name, encode in encoders:
        feature = product.features[name]
        for record in records:
            if name not in record:
                problems.append(wording.problem(name, "missing", wording.missing(feature)))
                break
            try:
                encode(record[name])
            except (KeyError, ValueError):
                code = wording.wrong_type(feature)
                problems.append(wording.problem(name, "wrong_type", code))
                break
    return tuple(problems)
