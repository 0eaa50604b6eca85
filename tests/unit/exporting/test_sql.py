import math
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.exporting.packages import CARD, LOAN, package_of
from tests.unit.exporting.test_onnx import ADDITIVE, ODD

from loanwright.engine.additive import AdditiveTable, additive_runtime
from loanwright.exporting.model import FormatUnfit, read_model
from loanwright.exporting.parity import ExportDiffers
from loanwright.exporting.rows import compared_rows
from loanwright.exporting.sql import export_sql, table_of
from loanwright.exporting.sql_terms import sql_model
from loanwright.features.product import bundled_product

FEATURE = bundled_product("instalment-loan").feature("amount")


def sqlite_with(table):
    connection = sqlite3.connect(":memory:")
    # A build without SQLite's mathematics has neither.
    connection.create_function("EXP", 1, math.exp, deterministic=True)
    connection.create_function("LN", 1, math.log, deterministic=True)
    names = ", ".join(f'"{name}"' for name in table.columns)
    connection.execute(f'CREATE TABLE "applications" ({names})')
    marks = ", ".join("?" * len(table.columns))
    connection.executemany(f'INSERT INTO "applications" VALUES ({marks})', table.rows())
    return connection


@pytest.mark.parametrize("family", ["scorecard", "logistic"])
@pytest.mark.parametrize("place", [LOAN, CARD])
def test_sqlite_says_what_the_engine_says(family, place, tmp_path):
    package, file = package_of(family, *place), tmp_path / "model.sql"
    parity = export_sql(package, file)
    assert parity.max_difference <= 1e-12
    rows = compared_rows(package, read_model(package))
    connection = sqlite_with(table_of(package, rows))
    cursor = connection.execute(file.read_text(encoding="utf-8"))
    names = [one[0] for one in cursor.description]
    found = dict(zip(names, zip(*cursor.fetchall(), strict=True), strict=True))
    expected = package.assess_matrix(rows)
    assert list(found["score"]) == [one.score for one in expected]
    np.testing.assert_allclose(found["log_odds"], [one.log_odds for one in expected], atol=1e-12)
    np.testing.assert_allclose(
        found["probability_of_default"],
        [one.probability_of_default for one in expected],
        rtol=1e-12,
    )


def test_an_additive_model_with_pairs_is_written_too(tmp_path):
    pytest.importorskip("interpret")
    assert export_sql(package_of("additive"), tmp_path / "model.sql").max_difference <= 1e-12


def test_every_kind_of_term_is_kept():
    table = AdditiveTable.from_mapping(ADDITIVE)
    features = {name: replace(FEATURE, name=name) for name in table.features}
    written = sql_model(table, features)
    total = " + ".join([str(written.intercept), *(f"({one})" for _, one in written.terms)])
    rows = [(a, b, c) for a in ODD for b in ODD for c in ODD]
    connection = sqlite3.connect(":memory:")
    connection.create_function("LN", 1, math.log)
    connection.execute("CREATE TABLE applications (a, b, c)")
    # SQLite stores NaN as NULL, which is what a missing value is in SQL.
    connection.executemany("INSERT INTO applications VALUES (?, ?, ?)", rows)
    found = [one[0] for one in connection.execute(f"SELECT {total} FROM applications")]
    matrix = np.column_stack([np.array(rows), np.zeros(len(rows))])
    expected = additive_runtime(table, backend="numpy").log_odds(matrix)
    np.testing.assert_allclose(found, expected, atol=1e-14)


def test_codes_with_quotes_stay_inside_their_literals():
    category = bundled_product("instalment-loan").feature("purpose")
    quoted = replace(category.categories[0], code="o'brien")
    feature = replace(category, name="c", categories=(quoted, category.categories[1]))
    term = {**ADDITIVE["terms"][2]}
    table = AdditiveTable.from_mapping(
        {"schema": 1, "intercept": 0.0, "features": ["c"], "terms": [term]}
    )
    ((_, expression),) = sql_model(table, {"c": feature}).terms
    connection = sqlite3.connect(":memory:")
    asked = f"SELECT {expression} FROM (SELECT ? AS c)"
    answers = [connection.execute(asked, (code,)).fetchone()[0] for code in ("o'brien", "?", None)]
    assert answers == [0.1, -0.9, 0.7]


def test_the_file_says_where_it_comes_from_and_how_far_it_is(tmp_path):
    package, file = package_of("scorecard", *CARD), tmp_path / "model.sql"
    export_sql(package, file, table="scored_people")
    text = file.read_text(encoding="utf-8")
    assert f"-- package: {package.hash}" in text
    assert '"max_difference": ' in text
    assert "-- computed before: worst_delay = max(" in text
    assert 'FROM "scored_people" AS a' in text


def test_trees_are_no_sql(tmp_path):
    with pytest.raises(FormatUnfit, match="lightgbm cannot be exported as SQL"):
        export_sql(package_of("lightgbm"), tmp_path / "model.sql")


def test_a_statement_that_says_something_else_is_not_written(tmp_path):
    package, other = package_of("scorecard"), package_of("logistic")
    assessor = replace(package.assessor, runtime=other.assessor.runtime)
    with pytest.raises(ExportDiffers, match="log-odds"):
        export_sql(replace(package, assessor=assessor), tmp_path / "model.sql")
    assert list(tmp_path.iterdir()) == []
