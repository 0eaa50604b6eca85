"""Rows of applications from a file: CSV, JSON, JSONL or parquet."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loanwright.cli.failures import fail
from loanwright.features.cells import read_cell

if TYPE_CHECKING:
    from loanwright.features.feature import Feature
    from loanwright.features.product import Product

REFERENCES = ("document_number", "applicant_id")
REFERENCE_NAMES = {"id": "applicant_id"}
API_SHAPED = (".json", ".jsonl")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One application of a file.

    Attributes
    ----------
    number
        Its place in the file, counted from 1 without the header.
    reference
        `document_number` or `applicant_id` with its value, or nothing.
    features
        Feature name to value.
    """

    number: int
    reference: Mapping[str, str] = field(default_factory=dict)
    features: Mapping[str, Any]


def read_rows(path: Path, product: "Product", *segments: str) -> list[Row]:
    """Read the applications of a file; columns that no segment asks for are left out.

    What an applicant may state beside the inputs, such as an income, is read where it is there.
    A column is found by the name of its feature or by the name the training table gave it.

    A row is either flat, feature by feature with `document_number` or `applicant_id` beside them,
    or shaped as in the API: `applicant` and `features`, which are taken as they are.
    """
    readers = {".csv": _read_csv, ".json": _read_json, ".jsonl": _read_jsonl}
    reader = readers.get(path.suffix, _read_parquet)
    try:
        found = reader(path)
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error) as problem:
        raise fail(f"{path} cannot be read: {problem}") from problem
    if not all(isinstance(one, dict) for one in found):
        raise fail(f"{path} is not a list of applications: each must be an object.")
    chosen = segments or tuple(product.segments)
    wanted = {
        one.name: one
        for segment in chosen
        for one in (*product.inputs(segment), *product.readable_inputs(segment))
    }
    read = partial(_row, wanted=tuple(wanted.values()), typed=path.suffix not in API_SHAPED)
    return [read(number, one) for number, one in enumerate(found, 1)]


def _row(number: int, found: Mapping[str, Any], *, wanted: "Sequence[Feature]", typed: bool) -> Row:
    if isinstance(found.get("features"), Mapping):
        applicant = found.get("applicant") or {}
        named = {REFERENCE_NAMES.get(key, key): value for key, value in applicant.items()}
        return Row(number=number, reference=_reference(named), features=found["features"])
    features = {}
    for feature in wanted:
        name = feature.name if feature.name in found else feature.column
        if name in found:
            value = found[name]
            features[feature.name] = read_cell(value, feature.type) if typed else _known(value)
    return Row(number=number, reference=_reference(found), features=features)


def _reference(named: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(named[key]) for key in REFERENCES if named.get(key)}


def _known(value: Any) -> Any:
    """Tables write NaN where nothing is known."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _read_csv(path: Path) -> list[Any]:
    from loanwright.cli.tables import find_separator

    with path.open(newline="", encoding="utf-8-sig") as file:
        found = list(csv.DictReader(file, delimiter=find_separator(path)))
    return _tidied(found) if find_spec("polars") else found


def _tidied(found: list[dict[str, Any]]) -> list[Any]:
    """Return rows whose amounts and days are written plainly, as training has read them."""
    import polars as pl

    from loanwright.features.tidying import tidy_table

    if any(None in row or None in row.values() for row in found):
        return found
    table = tidy_table(pl.DataFrame(found, infer_schema_length=None)).table
    columns = {series.name: _as_texts(series.to_list()) for series in table}
    return [{name: columns[name][place] for name in row} for place, row in enumerate(found)]


def _as_texts(values: list[Any]) -> list[str]:
    return ["" if value is None else _as_text(value) for value in values]


def _as_text(value: Any) -> str:
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else f"{value}"


def _read_json(path: Path) -> list[Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if isinstance(found, list) else [found]


def _read_jsonl(path: Path) -> list[Any]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _read_parquet(path: Path) -> Sequence[Any]:
    from loanwright.cli.tables import read_table

    return list(read_table(path).to_dicts())
