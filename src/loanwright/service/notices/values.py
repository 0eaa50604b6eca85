"""Values of features as people read them, in both languages."""

from datetime import date
from typing import Any

from loanwright.features.feature import Feature
from loanwright.features.text import Text
from loanwright.features.wording import shown_number
from loanwright.notices.words import WORDS, day_in_words


def value_in_words(feature: Feature, value: Any, currency: str) -> Text:
    """Return the value of a feature with its unit."""
    if value is None or value != value:
        return WORDS["not_given"]
    if feature.type == "category":
        return _category(feature, value)
    if feature.type == "boolean":
        return WORDS["yes" if value else "no"]
    special = next((one for one in feature.special if one.value == value), None)
    if special is not None:
        return special.title
    if isinstance(value, str):
        return _day(value)
    return _measured(feature, value, currency)


def _category(feature: Feature, value: Any) -> Text:
    # A vector has the place of a code, a record the code itself.
    code = feature.codes[int(value)] if isinstance(value, float) else value
    return feature.category_title(code) or Text(en=str(code), ru=str(code))


def _day(value: str) -> Text:
    day = date.fromisoformat(value)
    return Text(en=day_in_words(day, "en"), ru=day_in_words(day, "ru"))


def _measured(feature: Feature, value: float, currency: str) -> Text:
    number = shown_number(feature, value)
    money = Text(en=currency, ru=currency) if feature.type == "money" else None
    unit = feature.unit or money
    if unit is None:
        return number
    return Text(en=f"{number.en} {unit.en}", ru=f"{number.ru} {unit.ru}")
