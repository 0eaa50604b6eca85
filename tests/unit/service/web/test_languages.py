from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.web.languages import LOCALES, choose_language, load_language

MOMENT = datetime(2026, 11, 21, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "chosen"),
    [
        ("ru", "en", "en", "ru"),
        (None, "ru", "en", "ru"),
        (None, None, "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        (None, None, "de,en-US;q=0.7,ru;q=0.3", "en"),
        (None, None, "en;q=0.1,ru;q=0.9", "ru"),
        (None, None, "ru;q=0,de", "en"),
        ("de", "xx", "fr", "en"),
        (None, None, None, "en"),
        (None, None, ";q=x,,;;q=", "en"),
    ],
)
def test_what_is_asked_goes_before_what_is_remembered_and_what_the_browser_says(
    asked, remembered, accepted, chosen
):
    assert choose_language(asked, remembered, accepted).code == chosen


@given(st.text(max_size=80))
def test_no_header_breaks_the_choice(header):
    assert choose_language(header, header, header).code in LOCALES


def test_numbers_money_and_days_are_written_by_the_language():
    english, russian = load_language("en"), load_language("ru")
    assert english.number(1234567.5) == "1,234,567.5"
    assert russian.number(1234567.5) == "1\u00a0234\u00a0567,5"
    assert english.money(1250, "EUR") == "€1,250"
    assert english.money(12.5, "EUR") == "€12.50"
    assert english.money(200, "DEM") == "DEM\u00a0200"
    assert russian.money(1250, "RUB") == "1\u00a0250\u00a0₽"
    assert (english.day(MOMENT.date()), english.time(MOMENT)) == ("21 November 2026", "04:05")
    assert russian.day(MOMENT.date()).startswith("21 ноября 2026")


NO_BREAK = "\u00a0"


def plain(text: str) -> str:
    return text.replace(NO_BREAK, " ").replace("\u202f", " ")


def test_numbers_and_shares_are_written_as_the_language_does():
    english, russian = load_language("en"), load_language("ru")
    assert (english.percent(0.1234), plain(russian.percent(0.1234))) == ("12.3%", "12,3 %")
    assert (english.percent(0.5, 0), english.decimal(1234.5)) == ("50%", "1,234.50")
    assert plain(russian.decimal(1234.5, 1)) == "1 234,5"


def test_money_in_minor_units_knows_how_many_a_currency_has():
    english = load_language("en")
    assert plain(english.minor(123_450, "EUR")) == "€1,234.50"
    assert english.minor(1_200, "JPY") == "JP¥1,200"


def test_months_moments_and_spans_are_written_in_words():
    english, russian = load_language("en"), load_language("ru")
    assert english.month(MOMENT.date()) == "November 2026"
    assert plain(russian.month(MOMENT.date())) == "ноябрь 2026 г."
    assert english.moment(MOMENT) == "21 Nov 2026, 04:05 UTC"
    assert english.ago(MOMENT - timedelta(hours=3), MOMENT) == "3 hours ago"
    assert plain(russian.ago(MOMENT + timedelta(days=2), MOMENT)) == "через 2 дня"
    assert russian.span(timedelta(hours=5)) == "5 часов"
