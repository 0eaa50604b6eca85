import json

import pytest

from loanwright.cli.failures import CommandFailed
from loanwright.cli.rows import read_rows
from loanwright.features.product import bundled_product

CARD = bundled_product("credit-card")


@pytest.fixture
def write(tmp_path):
    def write_file(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def test_a_csv_row_takes_the_types_of_the_dictionary(write):
    rows = read_rows(write("a.csv", "limit,education,delay_1\n200000,university,-1\n"), CARD)
    assert rows[0].features == {"limit": 200000.0, "education": "university", "delay_1": -1}
    assert isinstance(rows[0].features["delay_1"], int)


def test_an_empty_cell_is_missing(write):
    rows = read_rows(write("a.csv", "limit,education\n200000,\n"), CARD)
    assert rows[0].features["education"] is None


def test_a_cell_that_is_no_number_stays_text_for_the_validation_to_refuse(write):
    rows = read_rows(write("a.csv", "limit\nmuch\n"), CARD)
    assert rows[0].features == {"limit": "much"}


def test_columns_that_are_no_feature_are_left_out(write):
    rows = read_rows(write("a.csv", "limit,colour,utilisation_1\n1,red,0.5\n"), CARD)
    assert set(rows[0].features) == {"limit"}


def test_a_document_number_names_the_applicant(write):
    rows = read_rows(write("a.csv", "document_number,limit\nT00001,1000\n"), CARD)
    assert rows[0].reference == {"document_number": "T00001"}


def test_rows_are_counted_from_one(write):
    rows = read_rows(write("a.csv", "limit\n1\n2\n"), CARD)
    assert [row.number for row in rows] == [1, 2]


def test_json_may_be_shaped_as_in_the_api(write):
    body = {"product": "credit-card", "applicant": {"id": "apl_1"}, "features": {"limit": 5}}
    rows = read_rows(write("a.json", json.dumps([body])), CARD)
    assert rows[0].reference == {"applicant_id": "apl_1"}
    assert rows[0].features == {"limit": 5}


def test_json_lines_skip_empty_lines(write):
    rows = read_rows(write("a.jsonl", '{"limit": 1}\n\n{"limit": 2}\n'), CARD)
    assert [row.features["limit"] for row in rows] == [1, 2]


@pytest.mark.parametrize("text", ["{", "[1, 2]", '"text"'])
def test_what_is_not_a_list_of_applications_is_refused_in_a_sentence(write, text):
    with pytest.raises(CommandFailed):
        read_rows(write("a.json", text), CARD)


def test_amounts_and_days_are_read_as_training_reads_them(write):
    text = "limit;education;bill_1\n$200,000.00 ;university;0,5\n"
    row = read_rows(write("a.csv", text), CARD)[0]
    assert row.features == {"limit": 200000.0, "education": "university", "bill_1": 0.5}
