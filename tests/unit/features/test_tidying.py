"""Texts that spreadsheets write become numbers and dates, or stay what they are."""

from datetime import date

import polars as pl
import pytest

from loanwright.features.tidying import tidy_table


def tidied(*texts):
    result = tidy_table(pl.DataFrame({"column": list(texts)}, schema={"column": pl.String}))
    return result.table["column"].to_list(), result.remarks


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$70,000.00 ", 70000.0),
        ("1 250 ₽", 1250.0),
        ("€12.50", 12.5),
        ("(1,000.00)", -1000.0),
        ("-$3,500", -3500.0),
        ("$-3,500", -3500.0),
        ("1'234'567", 1234567.0),
    ],
)
def test_an_amount_is_read(text, number):
    values, remarks = tidied(text, "$1.00", None)
    assert values == [number, 1.0, None]
    assert remarks == ("column: amounts written as text were read as numbers",)


def test_an_empty_text_is_missing_and_spaces_go():
    assert tidied("  ", "a ", "b")[0] == [None, "a", "b"]


def test_percentages_and_decimal_commas_are_read():
    assert tidied("12.5 %", "3%") == (
        [12.5, 3.0],
        ("column: percentages were read as numbers: 12.5 % is 12.5",),
    )
    assert tidied("12,5", "0,25")[0] == [12.5, 0.25]


@pytest.mark.parametrize("other", ["none", "12,34.5", "$", "1,23,456", "twelve"])
def test_one_text_that_is_no_amount_leaves_the_column_as_it_is(other):
    values, remarks = tidied("$70,000.00", other)
    assert values == ["$70,000.00", other]
    assert remarks == ()


def test_groups_by_spaces_or_points_with_a_decimal_comma_are_read():
    assert tidied("1 200,00", "900,5")[0] == [1200.0, 900.5]
    assert tidied("1 200", "900")[0] == [1200.0, 900.0]
    assert tidied("1.234.567,25 €", "1,00 €")[0] == [1234567.25, 1.0]


def test_a_comma_that_may_mean_either_leaves_the_column_as_it_is():
    values, remarks = tidied("1,234", "5,678")
    assert values == ["1,234", "5,678"]
    assert "may be a thousand" in remarks[0]
    assert tidied("$1,234", "$5,678")[0] == [1234.0, 5678.0]
    assert tidied("1,234", "5,678,000")[0] == [1234.0, 5678000.0]


def test_plain_whole_numbers_as_text_stay_codes():
    assert tidied("0123", "4567")[0] == ["0123", "4567"]


def test_days_are_read_where_they_read_in_one_way():
    assert tidied("28-Feb-97", "1-Mar-05")[0] == [date(1997, 2, 28), date(2005, 3, 1)]
    assert tidied("31.12.2020", "01.02.2021")[0] == [date(2020, 12, 31), date(2021, 2, 1)]
    assert tidied("12/31/2020", "01/02/2021")[0] == [date(2020, 12, 31), date(2021, 1, 2)]


def test_days_that_read_in_two_ways_stay_texts_and_are_named():
    values, remarks = tidied("03/04/2021", "05/06/2021")
    assert values == ["03/04/2021", "05/06/2021"]
    assert "%d/%m/%Y and as %m/%d/%Y; write YYYY-MM-DD" in remarks[0]


def test_numbers_are_left_alone():
    table = pl.DataFrame({"a": [1, 2], "b": [0.5, None]})
    result = tidy_table(table)
    assert result.table.equals(table)
    assert result.remarks == ()


def test_words_for_nothing_are_missing_among_numbers_and_days_and_stay_elsewhere():
    assert tidied("$1,200.00", "N/A", "-") == (
        [1200.0, None, None],
        ("column: amounts written as text were read as numbers; missing: -, N/A",),
    )
    assert tidied("12", "NA", "0.5")[0] == [12.0, None, 0.5]
    assert tidied("31.12.2020", "n/a")[0] == [date(2020, 12, 31), None]
    assert tidied("rent", "N/A") == (["rent", "N/A"], ())
    assert tidied("0123", "?") == (["0123", "?"], ())
