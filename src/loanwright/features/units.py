"""Values as people read them: money, shares and counts with the right form of their unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from loanwright.decisioning.money import DIGITS, USUAL_DIGITS
from loanwright.features.feature import Feature
from loanwright.features.text import Text
from loanwright.features.wording import NO_BREAK_SPACE, shown_number

YES: Final = Text(en="yes", ru="да")
NO: Final = Text(en="no", ru="нет")
SHARE_DIGITS: Final = 1
#: Operations after which an amount divided by an amount is no share any more.
CURVED: Final = ("log", "exp", "sqrt", "*")


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of a unit beside a number.

    Attributes
    ----------
    one, many
        English: "1 month", "2 months".
    ru_one, ru_few, ru_many, ru_part
        Russian: "1 месяц", "2 месяца", "5 месяцев", "1,5 месяца".
    """

    one: str
    many: str
    ru_one: str
    ru_few: str
    ru_many: str
    ru_part: str

    def beside(self, value: float) -> Text:
        """Return the form beside a number.

        Examples
        --------
        >>> [UNITS["months"].beside(number).ru for number in (1, 3, 11, 1.5)]
        ['месяц', 'месяца', 'месяцев', 'месяца']
        """
        return Text(en=self.one if abs(value) == 1 else self.many, ru=self._russian(abs(value)))

    def _russian(self, value: float) -> str:
        if value != int(value):
            return self.ru_part
        tens, ones = int(value) % 100, int(value) % 10
        if ones == 1 and tens != 11:
            return self.ru_one
        return self.ru_few if ones in (2, 3, 4) and tens not in (12, 13, 14) else self.ru_many


_MARKS: Final = Forms(
    "German mark", "German marks",
    "немецкая марка", "немецкие марки", "немецких марок", "немецкой марки",
)  # fmt: skip
_TAIWAN: Final = Forms(
    "New Taiwan dollar", "New Taiwan dollars",
    "тайваньский доллар", "тайваньских доллара", "тайваньских долларов", "тайваньского доллара",
)  # fmt: skip
#: By the English text of the unit in a product file.
UNITS: Final = {
    "days": Forms("day", "days", "день", "дня", "дней", "дня"),
    "months": Forms("month", "months", "месяц", "месяца", "месяцев", "месяца"),
    "years": Forms("year", "years", "год", "года", "лет", "года"),
}
CURRENCIES: Final = {
    "DEM": _MARKS,
    "EUR": Forms("euro", "euros", "евро", "евро", "евро", "евро"),
    "RUB": Forms("rouble", "roubles", "рубль", "рубля", "рублей", "рубля"),
    "TWD": _TAIWAN,
    "USD": Forms(
        "US dollar", "US dollars",
        "доллар США", "доллара США", "долларов США", "доллара США",
    ),
}  # fmt: skip


def value_text(feature: Feature, value: float | bool | str | None, currency: str) -> Text:
    r"""Return a value as people write it, with its unit.

    Parameters
    ----------
    feature
        What it is a value of.
    value
        As a record holds it: a category as its code.
    currency
        Of the product, as in ISO 4217.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> amount = bundled_product("instalment-loan").feature("amount")
    >>> value_text(amount, 347.222, "DEM").en
    '347.22 German marks'
    >>> value_text(amount, 6300.0, "DEM").ru
    '6\xa0300 немецких марок'
    """
    if value is None:
        return feature.missing.title
    special = next((one for one in feature.special if one.value == value), None)
    if special is not None:
        return special.title
    if isinstance(value, bool) or feature.type == "boolean":
        return YES if value else NO
    if isinstance(value, str):
        return feature.category_title(value) or Text(en=value, ru=value)
    return _measured(feature, float(value), currency)


def is_share(feature: Feature, money: frozenset[str]) -> bool:
    """Tell whether a value is a share: between nothing and the whole, or money by money.

    Parameters
    ----------
    feature
        Of which product does not matter.
    money
        Names of the product's features that are money.
    """
    if feature.type != "number" or feature.unit is not None:
        return False
    if feature.expression is None:
        return (feature.minimum, feature.maximum) == (0, 1)
    curved = any(one in feature.expression for one in CURVED)
    return money.issuperset(feature.depends_on) and not curved


def share_text(value: float) -> Text:
    r"""Return a share as per cent.

    Examples
    --------
    >>> share_text(0.0894341).en, share_text(-0.5).ru
    ('8.9%', '−50,0\xa0%')
    """
    shown = f"{value * 100:,.{SHARE_DIGITS}f}"
    return Text(en=f"{_minus(shown)}%", ru=f"{_minus(_russian(shown))}{NO_BREAK_SPACE}%")


def _measured(feature: Feature, value: float, currency: str) -> Text:
    if feature.type == "money":
        return _money(value, currency, feature.unit)
    number = shown_number(feature, value)
    unit = feature.unit
    if unit is None:
        return number
    forms = UNITS.get(unit.en)
    return _beside(number, unit if forms is None else forms.beside(value))


def _money(value: float, currency: str, unit: Text | None) -> Text:
    """Return an amount; minor units are shown where there are any."""
    digits = DIGITS.get(currency, USUAL_DIGITS)
    rounded = round(value, digits) + 0.0
    shown = f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.{digits}f}"
    number = Text(en=_minus(shown), ru=_minus(_russian(shown)))
    forms = CURRENCIES.get(currency)
    if forms is not None:
        return _beside(number, forms.beside(rounded))
    if not currency:
        return number if unit is None else _beside(number, unit)
    return _beside(number, Text(en=currency, ru=currency))


def _beside(number: Text, unit: Text) -> Text:
    return Text(en=f"{number.en} {unit.en}", ru=f"{number.ru} {unit.ru}")


def _russian(shown: str) -> str:
    return shown.replace(",", NO_BREAK_SPACE).replace(".", ",")


def _minus(shown: str) -> str:
    return shown.replace("-", "−")
