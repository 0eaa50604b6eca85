"""The languages of the pages: choosing one, translating, and writing numbers, money and dates."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)
from babel.support import NullTranslations, Translations

# English is the source of every message; its formats are international, not American.
LOCALES: Final[Mapping[str, str]] = MappingProxyType({"en": "en_GB", "ru": "ru_RU"})
NAMES: Final[Mapping[str, str]] = MappingProxyType({"en": "English", "ru": "Русский"})
DEFAULT_LANGUAGE: Final = "en"
ACCEPTED_LANGUAGES_READ: Final = 10


def N_(message: str) -> str:  # noqa: N802
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """One language: its messages and its formats."""

    code: str
    name: str
    locale: Locale
    messages: NullTranslations

    def gettext(self, message: str) -> str:
        """Translate one message."""
        return self.messages.ugettext(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Translate a message that depends on a count."""
        return self.messages.ungettext(singular, plural, count)

    def number(self, value: float) -> str:
        """Write a number with the grouping and the decimal sign of the language."""
        return format_decimal(value, locale=self.locale)

    def money(self, amount: float, currency: str) -> str:
        """Write an amount in major units; cents only where there are some."""
        whole = float(amount).is_integer()
        pattern = self.locale.currency_formats["standard"].pattern
        if whole:
            pattern = pattern.replace(".00", "")
        if self.currency_sign(currency)[-1].isalpha():
            pattern = pattern.replace("¤#", "¤\u00a0#")
        return format_currency(
            amount, currency, pattern, locale=self.locale, currency_digits=not whole
        )

    def currency_sign(self, currency: str) -> str:
        """Return the sign of a currency, such as ``€`` or ``NT$``."""
        return get_currency_symbol(currency, locale=self.locale)

    def minor(self, amount: int, currency: str) -> str:
        """Write an amount in minor units, such as cents."""
        return self.money(amount / 10 ** get_currency_precision(currency), currency)

    def decimal(self, value: float, digits: int = 2) -> str:
        """Write a number with exactly so many digits after the decimal sign."""
        places = f".{'0' * digits}" if digits else ""
        return format_decimal(value, f"#,##0{places}", locale=self.locale)

    def percent(self, share: float, digits: int = 1) -> str:
        """Write a share between 0 and 1 as per cent."""
        places = f".{'0' * digits}" if digits else ""
        gap = "" if self.code == DEFAULT_LANGUAGE else "\u00a0"
        return format_percent(share, f"#,##0{places}{gap}%", locale=self.locale)

    def day(self, day: date) -> str:
        """Write a day in words."""
        return format_date(day, "long", locale=self.locale)

    def month(self, day: date) -> str:
        """Write the month of a day and its year, in words."""
        return format_skeleton("yMMMM", day, locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """Write day, hour and minute; every moment of the service is in UTC."""
        moment = moment.astimezone(UTC)
        return f"{format_date(moment, 'medium', locale=self.locale)}, {self.time(moment)} UTC"

    def ago(self, moment: datetime, now: datetime) -> str:
        """Write how long ago a moment was, or how far ahead it is."""
        return format_timedelta(moment - now, add_direction=True, locale=self.locale)

    def span(self, length: timedelta) -> str:
        """Write a length of time."""
        return format_timedelta(length, locale=self.locale)

    def time(self, moment: datetime) -> str:
        """Write the hour and minute."""
        return format_time(moment, "HH:mm", locale=self.locale)


@cache
def load_language(code: str) -> Language:
    """Read the messages of a language from its text file."""
    return Language(
        code=code,
        name=NAMES[code],
        locale=Locale.parse(LOCALES[code]),
        messages=NullTranslations() if code == DEFAULT_LANGUAGE else _read_messages(code),
    )


def _read_messages(code: str) -> Translations:
    """Read the catalogues of all areas as one; no message stands in two of them."""
    folder = resources.files("loanwright.service.web") / "locales" / code / "LC_MESSAGES"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".po")), key=lambda f: f.name)
    first, *others = (_compile(file, code) for file in files)
    for other in others:
        first.merge(other)
    return first


def _compile(file: Traversable, code: str) -> Translations:
    with file.open("rb") as text:
        catalogue = read_po(text, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def choose_language(asked: str | None, remembered: str | None, accepted: str | None) -> Language:
    """Choose by what the address asks, then what the cookie remembers, then what the browser says.

    ``accepted`` is the ``Accept-Language`` header.
    """
    for code in (asked, remembered):
        if code in LOCALES:
            return load_language(code)
    found = negotiate_locale(_accepted_codes(accepted or ""), list(LOCALES), sep="-")
    return load_language(found or DEFAULT_LANGUAGE)


def _accepted_codes(header: str) -> list[str]:
    weighed: list[tuple[float, str]] = []
    for part in header.split(",")[:ACCEPTED_LANGUAGES_READ]:
        code, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if code and quality > 0:
            weighed.append((-quality, code))
    weighed.sort(key=lambda pair: pair[0])
    return [code for _, code in weighed]
