"""Additive packages as one SELECT of standard SQL, run and compared before it is written."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.curve import Calibration
from loanwright.exporting.model import FormatUnfit, read_model
from loanwright.exporting.parity import Parity, compare
from loanwright.exporting.rows import compared_rows, golden_matrix
from loanwright.exporting.sql_terms import SqlModel, number, quoted, sql_model
from loanwright.features.columns import decode
from loanwright.features.feature import Feature
from loanwright.packaging.package import ModelPackage
from loanwright.scaling import Scale

TABLE: Final = "applications"
OUTPUTS: Final = ("log_odds", "probability_of_default", "score")


def export_sql(package: ModelPackage, path: Path, *, table: str = TABLE) -> Parity:
    """Write an additive package as SQL, if it says what the engine says.

    Parameters
    ----------
    package
        The opened package: a scorecard, a logistic regression or an additive model.
    path
        Where the statement is written.
    table
        The table it reads: one column for each feature, categories by their codes, dates as
        days since 1970-01-01, NULL where missing.

    Returns
    -------
    Parity
        How far the statement is from the engine when polars runs it. It is in the comments at
        the head of the file as well.

    Raises
    ------
    FormatUnfit
        Where the family is not additive.
    ExportDiffers
        If the two differ; nothing is written.
    """
    model = read_model(package)
    features = {one.name: one for one in package.product.model_features(package.segment)}
    terms = sql_model(model, features)
    if terms is None:
        raise FormatUnfit(family=package.family, format="SQL")
    statement = write_select(terms, package, table)
    rows = compared_rows(package, model)
    found = run_sql(statement, package, rows, table=table)
    parity = compare(
        package.assessor,
        rows,
        found,
        golden_rows=len(golden_matrix(package)),
        dtype="DOUBLE PRECISION",
    ).refuse_unfit("SQL")
    path.write_text(_head(package, parity) + statement, encoding="utf-8")
    return parity


def write_select(model: SqlModel, package: ModelPackage, table: str) -> str:
    """Return the statement: all columns of the table, the terms, and what they come to."""
    named = [(quoted(f"{name}_log_odds"), expression) for name, expression in model.terms]
    terms = "".join(f",\n    {expression} AS {name}" for name, expression in named)
    total = " + ".join([number(model.intercept), *(name for name, _ in named)])
    scale = package.assessor.scale
    calibrated = _calibration(package.assessor.calibration)
    # Names are delimited identifiers and values are the model's own numbers.
    parts = (
        f"WITH weighed AS (\n  SELECT a.*{terms}\n  FROM {quoted(table)} AS a\n),",  # noqa: S608
        f"summed AS (\n  SELECT w.*, {total} AS log_odds\n  FROM weighed AS w\n),",  # noqa: S608
        f"calibrated AS (\n  SELECT s.*,\n    {calibrated} AS calibrated_log_odds",
        "  FROM summed AS s\n)",
        "SELECT c.*,\n  1.0E0 / (1.0E0 + EXP(-calibrated_log_odds)) AS probability_of_default,",
        f"  {_score(scale)} AS score\nFROM calibrated AS c\n",
    )
    return "\n".join(parts)


def _calibration(curve: Calibration) -> str:
    x, y = np.array(curve.knots_x), np.array(curve.knots_y)
    pieces = [
        f"({number(low)}) + (log_odds - ({number(start)})) * {number(slope)}"
        for start, low, slope in zip(x, y, np.diff(y) / np.diff(x), strict=False)
    ]
    if len(pieces) == 1:
        return pieces[0]
    bounded = zip(x[1:-1], pieces, strict=False)
    branches = " ".join(f"WHEN log_odds < {number(end)} THEN {piece}" for end, piece in bounded)
    return f"CASE {branches} ELSE {pieces[-1]} END"


def _score(scale: Scale) -> str:
    points = f"{number(scale.offset)} - {number(scale.factor)} * calibrated_log_odds"
    return f"CAST(ROUND({points}) AS INTEGER)"


def run_sql(
    statement: str, package: ModelPackage, rows: NDArray[np.float64], *, table: str = TABLE
) -> dict[str, NDArray[Any]]:
    """Return what polars' SQL says about a matrix, by the name of the output."""
    import polars

    context = polars.SQLContext({table: table_of(package, rows)})
    found = context.execute(statement, eager=True)
    return {name: found.get_column(name).to_numpy() for name in OUTPUTS}


def table_of(package: ModelPackage, rows: NDArray[np.float64]) -> Any:
    """Return a matrix as the table that the statement reads."""
    import polars

    features = package.product.model_features(package.segment)
    columns = {
        feature.name: polars.Series(_cells(feature, rows[:, place]), strict=False)
        for place, feature in enumerate(features)
    }
    return polars.DataFrame(columns)


def _cells(feature: Feature, values: NDArray[np.float64]) -> list[Any]:
    if feature.type == "category":
        return [decode(feature, value) for value in values.tolist()]
    plain = [None if value != value else value for value in values.tolist()]
    if feature.type == "boolean":
        return [None if one is None else bool(one) for one in plain]
    return plain


def _head(package: ModelPackage, parity: Parity) -> str:
    facts = {
        "package": package.hash,
        "product": f"{package.product.name}, segment {package.segment}, {package.family}",
        "parity": json.dumps(parity.to_mapping(), sort_keys=True),
        "log_odds": "raw log-odds of default, before calibration",
        "score": "points of the product's scale, higher is safer",
    }
    computed = [
        f"{feature.name} = {feature.expression}"
        for feature in package.product.model_features(package.segment)
        if feature.expression is not None
    ]
    lines = [f"-- {name}: {fact}" for name, fact in facts.items()]
    lines += [f"-- computed before: {' '.join(one.split())}" for one in computed]
    return "".join(f"{line}\n" for line in lines)
