"""Who the lender is, and which bureau gave what a decision used."""

from datetime import date

import pytest

from loanwright.features.product import bundled_product, parse_product
from loanwright.service.notices.deeds import OTHER, deed_in_words
from loanwright.service.notices.lender import (
    BureauUnnamed,
    Issuers,
    LenderRefused,
    read_issuers,
    used_bureau,
)
from loanwright.service.notices.values import told_value, value_in_words

CARD = bundled_product("credit-card")
LOAN = bundled_product("instalment-loan")
BUREAU = """
name = "Bank"
[[bureau]]
name = "Bureau One"
address = "PO Box 1"
phone = "1"
features = ["education"]
score = "limit"
day = "score_day"
lowest = 300
highest = 850
factors = ["education"]
inquiries = "university"
"""


DAY = """
[features.score_day]
title = { en = "Day of the score", ru = "Дата балла" }
help = { en = "When it was made.", ru = "Когда посчитан." }
type = "date"
minimum = 2000-01-01
maximum = 2100-01-01
source = "bureau"
direction = { sign = "none", why = { en = "It is a day.", ru = "Это дата." } }

"""


@pytest.fixture
def product():
    """Return a card whose limit and education come from a bureau."""
    before, _, rest = CARD.text.partition("[features.limit]")
    limit, _, rest = rest.partition("[features.education]")
    education, _, rest = rest.partition("[features.education_level]")
    from_bureau = [part.replace('"questionnaire"', '"bureau"', 1) for part in (limit, education)]
    return parse_product(
        f"{before}[features.limit]{from_bureau[0]}[features.education]{from_bureau[1]}"
        f"{DAY}[features.education_level]{rest}"
    )


@pytest.fixture
def read(tmp_path):
    def read(text):
        file = tmp_path / "lender.toml"
        file.write_text(text)
        told = read_issuers(file)
        return told.own, told.bureaus

    return read


def test_without_a_file_the_lender_has_a_name_and_nothing_else():
    told = read_issuers(None)
    assert (told.own.name, told.own.address, told.bureaus) == ("Loanwright Demo Bank", None, ())


def test_a_score_is_told_with_its_day_its_range_and_its_factors(product, read):
    _, bureaus = read(BUREAU)
    record = {"limit": 612, "education": "university", "score_day": "2026-11-19"}
    bureau, score = used_bureau(product, record, bureaus)
    undated = {name: value for name, value in record.items() if name != "score_day"}

    assert bureau.name == "Bureau One"
    assert (score.score, score.lowest, score.highest) == (612, 300, 850)
    assert score.day == date(2026, 11, 19)
    assert [one.en for one in score.factors] == ["University degree"]
    assert score.inquiries == score.factors[0]
    assert used_bureau(product, undated, bureaus) == (bureau, None)


def test_data_of_a_bureau_that_nobody_names_stop_the_notice(product, read):
    _, bureaus = read('name = "Bank"')
    with pytest.raises(BureauUnnamed, match="limit"):
        used_bureau(product, {"limit": 612.0}, bureaus)
    assert used_bureau(product, {}, bureaus) == (None, None)
    assert used_bureau(CARD, {"limit": 612.0}, bureaus) == (None, None)


@pytest.mark.parametrize("text", ["name", "nickname = 'x'", "name = 'x'\n[[bureau]]\nname = 'y'"])
def test_a_file_that_is_wrong_is_refused_with_the_reason(read, text):
    with pytest.raises(LenderRefused):
        read(text)


def test_values_are_told_as_people_read_them():
    limit, education = CARD.feature("limit"), CARD.feature("education")
    assert value_in_words(CARD, limit, 200_000.0).en == "200,000 New Taiwan dollars"
    assert value_in_words(CARD, limit, 200_000).ru == "200\xa0000 тайваньских долларов"
    assert value_in_words(CARD, education, "university").en == "University degree"
    assert value_in_words(CARD, limit, None).ru == "не указано"


def test_the_ground_of_automated_decisions_is_one_of_two(tmp_path):
    file = tmp_path / "lender.toml"
    file.write_text('name = "Bank"\nlegal_basis = "law"')
    assert read_issuers(file).own.legal_basis == "law"
    file.write_text('name = "Bank"\nlegal_basis = "custom"')
    with pytest.raises(LenderRefused, match="consent or law"):
        read_issuers(file)


def told(product, name, value, record=(), hidden=()):
    return told_value(product, product.feature(name), value, dict(record), hidden)


def test_a_level_is_told_by_what_it_is_made_from():
    record = {"employment_since": "from_7_years"}
    text = told(LOAN, "employment_level", 4.0, record)
    assert (text.en, text.ru) == ("7 years or more", "7 лет и больше")


def test_a_sum_of_weights_is_told_by_what_it_is_made_from_but_for_what_is_hidden():
    record = {f"delay_{month}": float(month - 3) for month in range(1, 7)}
    text = told(CARD, "delay_burden", 22.0, record, {"delay_6"})
    assert text.en.startswith("Payment delay, latest month: Card not used; Payment delay, month 2")
    assert "month 5: 2 months" in text.en
    assert "5-й месяц: 2 месяца" in text.ru
    assert "month 6" not in text.en


def test_a_share_is_told_as_per_cent():
    assert told(CARD, "utilisation_1", 0.0894341).en == "8.9%"
    assert told(CARD, "utilisation_mean", 0.0894341).ru == "8,9\xa0%"


def test_computed_money_has_minor_units_and_months_their_plural():
    assert told(LOAN, "instalment_amount", 347.222).en == "347.22 German marks"
    assert told(LOAN, "amount", 6300.0).ru == "6\xa0300 немецких марок"
    assert told(CARD, "months_late_1", 1.0).en == "1 month"
    assert told(CARD, "months_late_1", 3.0).ru == "3 месяца"


def test_deeds_are_told_by_the_longest_name_that_fits():
    assert deed_in_words("decision.overridden").en.startswith("decided otherwise")
    assert deed_in_words("decision.made").en == "decided an application of yours"
    assert deed_in_words("something.else") is OTHER


def test_a_lender_with_a_directory_signs_by_its_own_name():
    from dataclasses import replace

    from loanwright.features.text import Text
    from loanwright.notices.record import Lender

    north = replace(CARD, lender="north")
    titles = {"north": Text(en="North", ru="Север")}
    known = Issuers(others={"north": Lender(name="North Inc", contact="1")})

    assert Issuers().of(CARD, "en", titles).name == "Loanwright Demo Bank"
    assert Issuers().of(north, "ru", titles) == Lender(name="Север")
    assert known.of(north, "en", titles).contact == "1"
