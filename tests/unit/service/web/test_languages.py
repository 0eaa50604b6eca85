from datetime import UTC, datetime

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
