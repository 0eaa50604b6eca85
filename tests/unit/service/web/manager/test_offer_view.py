"""The form of an offer: what is typed, within what was laid down, in both languages."""

import pytest

from loanwright.decisioning.schedule import Repayment
from loanwright.service.offers.bounds import Bounds
from loanwright.service.web.languages import load_language
from loanwright.service.web.manager.offer_view import read_terms, starting_values

FREE = Bounds(currency="TWD", repayment=Repayment.REVOLVING)
FOUND = Bounds(
    currency="EUR",
    repayment=Repayment.ANNUITY,
    highest=2_000_000,
    annual_rate_bp=990,
    asked=2_500_050,
    term_months=24,
)
TYPED = {"amount": "20,000.50", "term": "24", "rate": "14.99", "valid": "30"}


def read(values, bounds, code="en"):
    return read_terms({**TYPED, **values}, bounds, load_language(code))


def test_what_is_typed_becomes_minor_units_and_basis_points():
    terms, days, wrong = read({}, FREE)
    assert (terms.amount, terms.annual_rate_bp, terms.term_months) == (2_000_050, 1_499, 24)
    assert (terms.repayment, days, wrong) == (Repayment.REVOLVING, 30, {})


def test_russians_write_a_comma():
    terms, _, wrong = read({"amount": "20 000,50", "rate": "14,99"}, FREE, "ru")
    assert (terms.amount, terms.annual_rate_bp, wrong) == (2_000_050, 1_499, {})


def test_a_rate_that_was_found_is_not_asked_for():
    terms, _, _ = read({"amount": "1000", "rate": "0.01"}, FOUND)
    assert terms.annual_rate_bp == 990


def test_what_is_above_the_limit_is_said_beside_the_amount():
    terms, _, wrong = read({"amount": "20000.01"}, FOUND)
    assert terms is None
    assert wrong == {"amount": "At most €20,000 may be offered after this decision."}
    assert "€" in read({"amount": "20000,01"}, FOUND, "ru")[2]["amount"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("amount", "0"),
        ("amount", "-5"),
        ("amount", "much"),
        ("amount", ""),
        ("term", "0"),
        ("term", "601"),
        ("term", "1.5"),
        ("rate", "-1"),
        ("rate", "10001"),
        ("rate", "<b>"),
        ("valid", "366"),
        ("valid", ""),
    ],
)
def test_each_mistake_is_said_beside_its_field(name, text):
    terms, days, wrong = read({name: text}, FREE)
    assert (terms, days, set(wrong)) == (None, 0, {name})


def test_the_form_begins_with_what_was_asked_for_within_the_limit():
    english, russian = load_language("en"), load_language("ru")
    assert starting_values(FOUND, english) == {
        "amount": "20000",
        "term": "24",
        "rate": "",
        "valid": "30",
    }
    asked = Bounds(currency="EUR", repayment=Repayment.ANNUITY, asked=123_450)
    assert starting_values(asked, russian)["amount"] == "1234,50"
    assert starting_values(FREE, english)["amount"] == ""
