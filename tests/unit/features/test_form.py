"""The form follows the dictionary."""

import pytest

from loanwright.features.form import form_fields, parse_answers
from loanwright.features.product import bundled_product
from loanwright.features.records import validate_record


def test_the_fields_of_a_form_are_the_questionnaire_in_dictionary_order(small):
    fields = form_fields(small, "new")
    assert [(f.name, f.kind, f.required) for f in fields] == [
        ("income", "number", True),
        ("housing", "select", False),
        ("owner", "checkbox", False),
        ("since", "date", True),
        ("age", "number", True),
    ]


def test_a_field_carries_what_html_needs(small):
    income, housing, _, since, age = form_fields(small, "new")
    assert (income.minimum, income.maximum, income.step) == ("0", "100000", "any")
    assert (age.minimum, age.maximum, age.step) == ("14", "110", "1")
    assert (since.minimum, since.maximum) == ("1970-01-02", "2030-12-31")
    assert [option.code for option in housing.options] == ["rent", "own", ""]


def test_typed_answers_become_a_record_that_validates(small):
    answers = {"income": " 2 500 ", "housing": "", "owner": "on", "since": "2020-01-01"}
    raw = parse_answers(form_fields(small, "new"), {**answers, "age": "40"})
    record = validate_record(small, "new", raw, accept_sources={"questionnaire"})
    assert record["income"] == 2500
    assert record["owner"] is True
    assert record["housing"] is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1500", 1500),
        ("1 500,5", 1500.5),
        ("1\u00a0500.50", 1500.5),
        ("\u2212 5", -5),
        ("1,500", "1,500"),
        ("1.5.5", "1.5.5"),
        ("NaN", "NaN"),
        ("1e9", "1e9"),
        ("٣", "٣"),
        ("9" * 50, "9" * 50),
        ("-", "-"),
        ("--5", "--5"),
        ("+5", 5),
    ],
)
def test_a_number_is_taken_only_where_it_is_plain(small, typed, meant):
    assert parse_answers(form_fields(small, "new"), {"income": typed})["income"] == meant


def test_an_unticked_box_is_no_and_an_unknown_field_stays(small):
    raw = parse_answers(form_fields(small, "new"), {"castle": "x"})
    assert raw == {"owner": False, "castle": "x"}


def test_the_card_asks_two_questions():
    assert len(form_fields(bundled_product("credit-card"), "new")) == 2
