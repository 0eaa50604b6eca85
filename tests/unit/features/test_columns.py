"""Records and tables become the same matrix."""

import math

import numpy as np
import polars as pl
import pytest

from loanwright.features.columns import (
    column_specs,
    columns_from_table,
    decode,
    facts,
    facts_from_columns,
    labels_from_table,
    matrix,
    matrix_from_columns,
)
from loanwright.features.errors import ColumnsRefused
from loanwright.features.product import bundled_product, parse_product
from loanwright.features.records import RecordRejected, validate_record

TABLE = pl.DataFrame(
    {
        "person": ["a", "b", "c"],
        "income": [2500.0, 0.0, 900.0],
        "housing": ["own", None, "rent"],
        "owner": [True, False, True],
        "since": ["2020-01-01", "1970-01-02", "2000-02-29"],
        "rent": [500.0, 400.0, None],
        "age": [40, 20, 30],
        "sex": ["male", "female", None],
        "delay": [0, 2, 9],
        "bad": [0, 1, 0],
    }
)


def records(small, segment):
    wanted = {feature.name for feature in small.inputs(segment)}
    rows = TABLE.to_dicts()
    return [
        validate_record(small, segment, {k: v for k, v in row.items() if k in wanted})
        for row in rows
    ]


def test_values_are_encoded_as_the_dictionary_says(small):
    result = matrix(small, "new", records(small, "new"))
    expected = [
        [2500.0, 1.0, 1.0, 18262.0, 0.2],
        [0.0, math.nan, 0.0, 1.0, math.nan],
        [900.0, 0.0, 1.0, 11016.0, math.nan],
    ]
    np.testing.assert_array_equal(result, expected)
    assert result.flags.c_contiguous
    assert result.dtype == np.float64


@pytest.mark.parametrize("segment", ["new", "existing"])
def test_table_batch_and_single_rows_give_the_same_bits(small, segment):
    from_table = matrix_from_columns(small, segment, columns_from_table(small, TABLE))
    rows = records(small, segment)
    assert from_table.tobytes() == matrix(small, segment, rows).tobytes()
    alone = b"".join(matrix(small, segment, [row]).tobytes() for row in rows)
    assert alone == from_table.tobytes()


def test_no_records_give_an_empty_matrix(small):
    assert matrix(small, "new", []).shape == (0, 5)


def test_an_unvalidated_record_is_rejected_not_guessed(small):
    good = records(small, "new")[0]
    with pytest.raises(RecordRejected, match="housing"):
        matrix(small, "new", [{**good, "housing": "castle"}])
    with pytest.raises(RecordRejected, match="income"):
        matrix(small, "new", [{k: v for k, v in good.items() if k != "income"}])


def test_specs_tell_models_kind_direction_and_codes(small):
    specs = {spec.name: spec for spec in column_specs(small, "existing")}
    assert (specs["income"].direction, specs["delay"].direction) == (-1, 1)
    assert (specs["housing"].kind, specs["housing"].categories) == ("category", 2)
    assert specs["delay"].special == (0.0,)
    assert (specs["income_band"].kind, specs["income_band"].categories) == ("category", 3)


def test_facts_hold_the_record_and_the_derived_features_of_the_rules(small):
    record = records(small, "existing")[1]
    found = facts(small, "existing", record)
    assert found["is_late"] is True
    assert found["age"] == 20
    assert "income_band" not in found


def test_decoding_turns_numbers_into_what_people_write(small):
    assert decode(small.feature("income_band"), 2.0) == "high"
    assert decode(small.feature("owner"), 0.0) is False
    assert decode(small.feature("since"), 18262.0) == "2020-01-01"
    assert decode(small.feature("age"), 40.0) == 40
    assert decode(small.feature("rent"), math.nan) is None


def test_columns_must_be_there_and_agree(small):
    columns = columns_from_table(small, TABLE)
    with pytest.raises(ColumnsRefused, match="column rent: is absent"):
        matrix_from_columns(small, "new", {k: v for k, v in columns.items() if k != "rent"})
    with pytest.raises(ColumnsRefused, match="different lengths"):
        matrix_from_columns(small, "new", {**columns, "rent": np.zeros(2)})
    with pytest.raises(ColumnsRefused, match="infinite"):
        matrix_from_columns(small, "new", {**columns, "rent": np.array([1.0, np.inf, 2.0])})


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("income", [1.0, -1.0, -2.0], "column income, row 2: 2 values are below the minimum 0"),
        ("income", [1.0, 2.0, 1e9], "column income, row 3: 1 value is above the maximum"),
        ("income", [1.0, None, 2.0], "column income, row 2: 1 value is missing"),
        ("income", ["1", "much", "3"], "column income, row 2: 1 value is not a finite number"),
        ("income", [1.0, math.inf, 2.0], "row 2: 1 value is not a finite number"),
        ("income", [True, False, True], "not a number"),
        ("age", [40.5, 20.0, 30.0], "column age, row 1: 1 value is not a whole number"),
        ("housing", ["own", "castle", None], "column housing, row 2: 1 value is not one of"),
        ("owner", [2, 0, 1], "column owner, row 1: 1 value is not true or false"),
        ("since", ["2020-01-01", "soon", "2000-01-01"], "column since, row 2: 1 value is not a d"),
        ("delay", [0, 10, -1], "column delay, row 2: 1 value is above the maximum 9"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_by_column_and_row(small, column, values, words):
    table = TABLE.with_columns(pl.Series(column, values, strict=False))
    with pytest.raises(ColumnsRefused) as refusal:
        columns_from_table(small, table)
    assert words in str(refusal.value)


def test_tables_lose_types_and_are_still_understood(small):
    table = TABLE.with_columns(
        pl.col("income").cast(pl.String),
        pl.col("owner").cast(pl.Int64),
        pl.col("since").str.to_date(),
        pl.Series("housing", [" own", "", "rent "]),
    )
    expected, found = columns_from_table(small, TABLE), columns_from_table(small, table)
    for name, column in expected.items():
        np.testing.assert_array_equal(found[name], column)


def test_number_codes_survive_a_trip_through_floats(small_text):
    text = small_text.replace('code = "rent"', 'code = "1"').replace('code = "own"', 'code = "2"')
    product = parse_product(text)
    table = TABLE.with_columns(pl.Series("housing", [2.0, None, 1.0]))
    np.testing.assert_array_equal(columns_from_table(product, table)["housing"], [1, np.nan, 0])


def test_a_table_of_another_product_is_refused(small):
    with pytest.raises(ColumnsRefused, match="no column of product small"):
        columns_from_table(small, pl.DataFrame({"colour": [1]}))


def test_labels_are_zero_and_one_or_a_named_bad_value(small, small_text):
    assert labels_from_table(small, TABLE).tolist() == [0, 1, 0]
    named = parse_product(small_text.replace('default = "bad"', 'default = "bad"\nbad = "lost"'))
    table = TABLE.with_columns(pl.Series("bad", ["paid", "lost", "paid"]))
    assert labels_from_table(named, table).tolist() == [0, 1, 0]
    with pytest.raises(ColumnsRefused, match="row 1: the label is not 0 or 1"):
        labels_from_table(small, table)
    with pytest.raises(ColumnsRefused, match="row 2: the label is missing"):
        labels_from_table(named, table.with_columns(pl.Series("bad", ["paid", None, "lost"])))
    with pytest.raises(ColumnsRefused, match="more than two"):
        labels_from_table(named, table.with_columns(pl.Series("bad", ["paid", "open", "lost"])))
    with pytest.raises(ColumnsRefused, match="is absent"):
        labels_from_table(small, TABLE.drop("bad"))


def test_a_feature_reads_the_column_it_names(small_text):
    product = parse_product(
        small_text.replace("maximum = 100000", 'maximum = 1e5\ncolumn = "INC-2"')
    )
    columns = columns_from_table(product, TABLE.rename({"income": "INC-2"}))
    assert columns["income"].tolist() == [2500.0, 0.0, 900.0]


def test_facts_hold_whatever_a_policy_reads_that_the_record_can_give():
    card = bundled_product("credit-card")
    record = validate_record(card, "new", {"limit": 200_000, "education": "university"})
    read = facts(card, "new", record, {"education_level", "utilisation_1", "nobody"})
    assert read == {**record, "education_level": 2}
    columns = {"limit": np.array([2e5]), "education": np.array([1.0])}
    encoded = facts_from_columns(card, "new", columns, {"education_level", "utilisation_1"})
    assert sorted(encoded) == ["education", "education_level", "limit"]
    assert encoded["education_level"].tolist() == [2.0]
