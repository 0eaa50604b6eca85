"""A dated pack of law as a value: duties with their source, texts, lists, numbers and clocks."""

from __future__ import annotations

import calendar
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from loanwright.features.text import Text

MONTHS: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """How long the law gives after an event.

    Attributes
    ----------
    event
        One of ``loanwright.law.facts.EVENTS``.
    days, months
        Calendar days, or calendar months; one of them is 0.
    waits
        Whether the time stands still while the applicant owes an answer.

    Examples
    --------
    >>> from datetime import UTC
    >>> one_month = Deadline(event="review", months=1)
    >>> one_month.after(datetime(2026, 1, 31, 9, tzinfo=UTC)).isoformat()
    '2026-02-28T09:00:00+00:00'
    """

    event: str
    days: int = 0
    months: int = 0
    waits: bool = False

    def after(self, moment: datetime) -> datetime:
        """Return when the time is over that begins at a moment."""
        return _add_months(moment, self.months) + timedelta(days=self.days)

    def in_language(self, language: str) -> str:
        """Return the time in words.

        Examples
        --------
        >>> Deadline(event="objection", days=30).in_language("ru")
        '30 дней'
        >>> Deadline(event="review", months=1).in_language("en")
        '1 month'
        """
        count, unit = (self.days, "day") if self.days else (self.months, "month")
        if language == "ru":
            return f"{count} {_russian(count, unit)}"
        return f"{count} {unit}" + ("" if count == 1 else "s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """From which amount, in units of a currency, how many hours lie between contract and money.

    Attributes
    ----------
    above
        Whether exactly this amount does not belong to it yet.
    """

    amount: int
    hours: int
    above: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """One thing that the law asks.

    Attributes
    ----------
    code
        Stable name, such as ``us.reg_b.reasons``.
    asks
        What it asks of a lender, in words.
    source
        Law, article and paragraph.
    verified
        Whether the words of the law were read.
    checked
        What was read instead, or where.
    occasions
        Which papers print it; none where it is a clock or a habit only.
    needs
        Facts without which it is left out.
    requires
        Facts without which no paper may go out at all.
    title, text
        What is printed; the words in braces are facts.
    items
        The list printed beneath, one of ``loanwright.law.facts.LISTS``.
    most
        The most entries of that list.
    over
        A share of income: printed only where the debt burden is above it.
    currency, bands
        Hours between contract and money by amount, for credit in this currency.
    deadline
        Its clock.
    """

    code: str
    asks: Text
    source: Text
    verified: bool
    checked: str
    occasions: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    title: Text | None = None
    text: tuple[Text, ...] = ()
    items: str | None = None
    most: int | None = None
    over: float | None = None
    currency: str | None = None
    bands: tuple[Band, ...] = ()
    deadline: Deadline | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """The law of a jurisdiction between two days.

    Attributes
    ----------
    code
        Name of its file, such as ``us-2026-07-21``.
    valid_from, valid_until
        First and last day; ``valid_until`` is None where no end is known.
    title, note
        What it is, and what was changed or is doubtful.
    duties
        In the order in which a paper prints them.
    """

    code: str
    jurisdiction: str
    valid_from: date
    valid_until: date | None
    title: Text
    note: Text
    duties: tuple[Duty, ...] = field(repr=False)

    @property
    def hash(self) -> str:
        """Return the SHA-256 of everything in it, in hexadecimal."""
        content = json.dumps(self.to_mapping(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def in_force(self, day: date) -> bool:
        """Tell whether it is the law of a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def duty(self, code: str) -> Duty | None:
        """Return the duty of this code, if it has one."""
        return next((one for one in self.duties if one.code == code), None)

    def deadline(self, event: str) -> Deadline | None:
        """Return the clock that an event starts, the shortest where there are several."""
        found = [
            one.deadline for one in self.duties if one.deadline and one.deadline.event == event
        ]
        return min(found, key=lambda one: one.days + 31 * one.months, default=None)

    def cooling_hours(self, amount: float, currency: str) -> int:
        """Return the hours between contract and money for an amount in units of a currency.

        Examples
        --------
        >>> from loanwright.law.packs import pack_for
        >>> law = pack_for("RU", date(2025, 9, 1))
        >>> [law.cooling_hours(amount, "RUB") for amount in (49_999, 50_000, 200_000, 200_001)]
        [0, 4, 4, 48]
        >>> law.cooling_hours(1_000_000, "EUR")
        0
        """
        bands = [one for duty in self.duties if duty.currency == currency for one in duty.bands]
        met = [one.hours for one in bands if amount > one.amount - (not one.above) * 1e-9]
        return max(met, default=0)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        plain: dict[str, Any] = _plain(self)
        return plain


def _plain(value: Any) -> Any:
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is not None:
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _add_months(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * MONTHS + moment.month - 1 + months, MONTHS)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _russian(count: int, unit: str) -> str:
    forms = {"day": ("день", "дня", "дней"), "month": ("месяц", "месяца", "месяцев")}[unit]
    tens, ones = count % 100, count % 10
    if ones == 1 and tens != 11:
        return forms[0]
    return forms[1] if ones in (2, 3, 4) and tens not in (12, 13, 14) else forms[2]
