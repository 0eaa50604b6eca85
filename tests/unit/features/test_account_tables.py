"""The table of a product file about accounts, read strictly."""

from datetime import date
from pathlib import Path

import pytest

from loanwright.decisioning.behaviour import MEASURES
from loanwright.decisioning.booking import AccountTerms
from loanwright.decisioning.performance import STANDARD
from loanwright.decisioning.schedule import Repayment
from loanwright.features.errors import ProductRefused
from loanwright.features.product import bundled_product, parse_product

CARD = bundled_product("credit-card").text
HEAD, TAIL = CARD.split("[accounts]")[0], CARD[CARD.index("# --- Questionnaire") :]
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "product-file.md"
DEFINITION = """
[[accounts.performance]]
name = "{name}"
valid_from = {day}
months = 12
bad_from = 90
indeterminate_from = 30
"""
OFFERS = """
[accounts.offers]
amount = "limit"
highest = 500000
term_months = 24
valid_days = 14
rates = { A = 990, B = 1490 }
"""


def read(text):
    return parse_product(HEAD + text + TAIL).accounts


def test_a_product_without_the_table_gets_what_is_usual():
    assert read("") == AccountTerms()
    assert read("[accounts]\n").performance == STANDARD


def test_the_bundled_card_derives_all_that_it_knows_of_behaviour():
    card = bundled_product("credit-card")
    known = {one.name for one in card.inputs("existing") if one.source == "behaviour"}
    assert set(card.accounts.behaviour) == known
    assert card.accounts.repayment is Repayment.REVOLVING


def test_definitions_and_offers_are_read():
    first = DEFINITION.format(name="first", day="2020-01-01")
    second = DEFINITION.format(name="second", day="2024-07-01")
    terms = read(f"[accounts]\n{first}{second}{OFFERS}")
    assert [one.valid_from for one in terms.performance] == [date(2020, 1, 1), date(2024, 7, 1)]
    assert terms.offers.rates == {"A": 990, "B": 1490}
    assert (terms.offers.term_months, terms.offers.valid_days) == (24, 14)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[accounts]\nrepayment = 'weekly'\n", "accounts.repayment"),
        ("[accounts]\ncolour = 'red'\n", "accounts.colour: is not a key"),
        ("[accounts.behaviour]\nlimit = { measure = 'accounts' }\n", "whose source is behaviour"),
        ("[accounts.behaviour]\nmood = { measure = 'accounts' }\n", "whose source is behaviour"),
        ("[accounts.behaviour]\ndelay_1 = { measure = 'mood' }\n", "known are delay"),
        ("[accounts.behaviour]\ndelay_1 = { measure = 'delay' }\n", "month is needed"),
        (
            "[accounts.behaviour]\ndelay_1 = { measure = 'accounts', steps = { one = 1 } }\n",
            "must be a category for steps",
        ),
        (OFFERS.replace("A = 990", "Z = 990"), "is not a grade of the scale"),
        (OFFERS.replace("24", "0"), "must be from 1 to 600"),
        (OFFERS.replace('"limit"', '"delay_1"'), "must name a number of the questionnaire"),
        (DEFINITION.format(name="x", day="2020-01-01").replace("30", "95"), "indeterminate_from"),
        (
            DEFINITION.format(name="b", day="2020-01-01")
            + DEFINITION.format(name="a", day="2020-01-01"),
            "a must begin after b",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_key(text, said):
    with pytest.raises(ProductRefused) as refusal:
        read(text)
    assert said in str(refusal.value)


def test_every_measure_is_explained_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    assert [one for one in MEASURES if f"`{one}`" not in page] == []
