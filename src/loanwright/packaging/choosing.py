"""Which rows of a sample become golden rows: every kind of value once, then every risk."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from loanwright.features.columns import decode
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.records import Value

Column = NDArray[np.float64]


def choose_rows(
    columns: Mapping[str, Column], features: Sequence[Feature], risk: Column, *, count: int
) -> list[int]:
    """Return row numbers in rising order.

    Parameters
    ----------
    columns
        Encoded raw columns, each (n,).
    features
        The raw features whose values are to be covered; those without a column are passed over.
    risk
        (n,) anything that orders the rows by risk.
    count
        How many rows are wanted; fewer when there are not as many.

    Returns
    -------
    list of int
        For each feature a row with its least and greatest value, with each special value, each
        category and a missing one, as far as the sample has them and there is room; the rest
        evenly over the ranks of the risk.

    Examples
    --------
    >>> choose_rows({}, (), np.array([0.3, 0.1, 0.2]), count=2)
    [0, 1]
    """
    chosen = dict.fromkeys(
        row
        for feature in features
        if feature.name in columns
        for row in _kinds_of_values(columns[feature.name], feature)
    )
    wanted = list(chosen)[:count]
    rest = np.setdiff1d(np.argsort(risk, kind="stable"), wanted, assume_unique=True)
    by_risk = rest[np.argsort(risk[rest], kind="stable")]
    room = min(count - len(wanted), len(by_risk))
    spread = np.linspace(0, max(len(by_risk) - 1, 0), room).round().astype(np.int64)
    return sorted([*wanted, *by_risk[spread].tolist()])


def records_of(
    product: Product, segment: str, columns: Mapping[str, Column], rows: Sequence[int]
) -> list[dict[str, Value]]:
    """Return rows of a sample as records, as ``validate_record`` would return them.

    Inputs that only the policy needs and the sample lacks are missing in every record.
    """
    features = product.inputs(segment)
    return [
        {
            feature.name: _value(feature, columns[feature.name][row])
            if feature.name in columns
            else None
            for feature in features
        }
        for row in rows
    ]


def _value(feature: Feature, encoded: float) -> Value:
    value = decode(feature, float(encoded))
    return float(value) if feature.type in ("number", "money") and value is not None else value


def _kinds_of_values(column: Column, feature: Feature) -> Iterator[int]:
    present = np.flatnonzero(~np.isnan(column))
    if len(present):
        yield int(present[column[present].argmin()])
        yield int(present[column[present].argmax()])
    wanted = [*feature.special_values, *map(float, range(len(feature.codes)))]
    for mask in [*(column == value for value in wanted), np.isnan(column)]:
        if mask.any():
            yield int(mask.argmax())
