"""The table of a product file about accounts, read strictly."""

from datetime import date
from pathlib import Path

import pytest

from loanwright.decisioning.behaviour import MEASURES
from loanwright.decisioning.booking import AccountTerms, AffordabilityTerms
from loanwright.decisioning.burden import burdening_payment
from loanwright.decisioning.costs import Fees
from loanwright.decisioning.performance import STANDARD
from loanwright.decisioning.schedule import Repayment
from loanwright.features.affordable import affordability_of, credit_of
from loanwright.features.errors import ProductRefused, RecordRejected
from loanwright.features.product import bundled_product, parse_product
from loanwright.features.records import validate_record

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


AFFORDABILITY = """
[affordability]
income = "income"
payments = "debts"
cap_bp = 4000

[features.income]
title = { en = "Income", ru = "Доход" }
help = { en = "Of a month.", ru = "За месяц." }
type = "money"
source = "questionnaire"
minimum = 0
maximum = 1000
missing = { allowed = true }

[features.debts]
title = { en = "Debts", ru = "Долги" }
help = { en = "Of a month.", ru = "За месяц." }
type = "money"
source = "questionnaire"
minimum = 0
maximum = 1000
missing = { allowed = true }
"""


def test_fees_and_affordability_are_read():
    fees = "[accounts.offers.fees]\nupfront_bp = 200\nmonthly = 99\n"
    product = parse_product(HEAD + OFFERS + "cooling_off = false\n" + fees + AFFORDABILITY + TAIL)
    assert product.accounts.offers.fees == Fees(upfront_bp=200, monthly=99)
    assert not product.accounts.offers.cooling_off
    assert product.affordability == AffordabilityTerms(
        income="income", payments="debts", cap_bp=4000
    )


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('income = "income"', 'income = "mood"', "affordability.income: must name a raw number"),
        ('income = "income"', 'income = "bill_1"', "must be stated by the questionnaire"),
        ('income = "income"', 'income = "limit"', "must be allowed to be missing"),
        ('income = "income"\n', "", "affordability.income: is missing"),
        ("4000", "0", "affordability.cap_bp: must be from 1 to 10000"),
    ],
)
def test_affordability_that_cannot_be_asked_is_refused(before, after, said):
    with pytest.raises(ProductRefused, match=said):
        parse_product(HEAD + AFFORDABILITY.replace(before, after, 1) + TAIL)


def test_what_says_what_one_can_afford_is_taken_when_it_is_sent_and_never_asked_for():
    product = parse_product(HEAD + AFFORDABILITY + TAIL)
    assert validate_record(product, "new", {"limit": 10_000, "income": 900})["income"] == 900.0
    assert "income" not in validate_record(product, "new", {"limit": 10_000})
    with pytest.raises(RecordRejected, match="income"):
        validate_record(product, "new", {"limit": 10_000, "income": -1})


def test_the_credit_that_a_product_lays_down_follows_from_the_application():
    product = parse_product(HEAD + OFFERS + AFFORDABILITY + TAIL)
    record = {"limit": 1_000_000.0, "income": 200_000.0, "debts": 20_000.0}
    credit = credit_of(product, record, "A")
    assert (credit.amount, credit.annual_rate_bp, credit.term_months) == (50_000_000, 990, 24)
    facts = affordability_of(product, record, "A")
    assert facts["debt_burden_before"] == 0.1
    assert facts["monthly_payment"] == burdening_payment(credit) / 100
    assert affordability_of(product, record, "G")["debt_burden_after"] is None
    assert credit_of(product, {"limit": None}, "A") is None
