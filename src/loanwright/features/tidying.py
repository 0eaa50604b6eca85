"""Plain numbers and dates out of the texts that spreadsheets write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["text", "amount", "percent", "number", "date"]

#: An amount with a currency sign or with groups of thousands; brackets mean minus.
AMOUNT: Final = (
    r"^\(?[-+]?\s*[$€£¥₽]?\s*[-+]?(?:\d{1,3}(?:[, \u00a0\u202f']\d{3})+|\d+)(?:\.\d+)?"
    r"\s*[$€£¥₽]?\)?$"
)
#: The same with a decimal comma, thousands in groups by spaces or points.
AMOUNT_WITH_COMMA: Final = (
    r"^\(?[-+]?\s*[$€£¥₽]?\s*[-+]?(?:\d{1,3}(?:[. \u00a0\u202f']\d{3})+|\d+)(?:,\d+)?"
    r"\s*[$€£¥₽]?\)?$"
)
CURRENCY: Final = r"[$€£¥₽]"
POINT: Final = r"[.,]"
PERCENT: Final = r"^[-+]?\d+(?:\.\d+)?\s*%$"
PLAIN_NUMBER: Final = r"^[-+]?\d+$"
#: No leading zero: texts such as 0123 are codes.
WHOLE_OR_DECIMAL: Final = r"^[-+]?(?:0|[1-9]\d*)(?:\.\d+)?$"
#: What every text of a column may have in common.
COMMON: Final = (AMOUNT, AMOUNT_WITH_COMMA, PERCENT, PLAIN_NUMBER, WHOLE_OR_DECIMAL)
#: What people write where they have nothing, in small letters.
NOTHING: Final = ("na", "n/a", "#n/a", "null", "nan", "-", "?")
#: How days are written, and the format of each; polars alone would read the year 97 as well.
DATE_FORMATS: Final = (
    (r"^\d{1,2}-[A-Za-z]{3}-\d{2}$", "%d-%b-%y"),
    (r"^\d{1,2}-[A-Za-z]{3}-\d{4}$", "%d-%b-%Y"),
    (r"^\d{1,2} [A-Za-z]{3} \d{4}$", "%d %b %Y"),
    (r"^\d{1,2}\.\d{1,2}\.\d{2}$", "%d.%m.%y"),
    (r"^\d{1,2}\.\d{1,2}\.\d{4}$", "%d.%m.%Y"),
    (r"^\d{1,2}/\d{1,2}/\d{4}$", "%d/%m/%Y"),
    (r"^\d{1,2}/\d{1,2}/\d{4}$", "%m/%d/%Y"),
    (r"^\d{4}/\d{1,2}/\d{1,2}$", "%Y/%m/%d"),
)


@dataclass(frozen=True, slots=True)
class Tidied:
    """A table whose texts were read, and a sentence about each column that was."""

    table: pl.DataFrame
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """How the texts of one column are written.

    Attributes
    ----------
    kind
        What the texts become; a column of kind text stays as it is.
    sign
        The decimal sign of amounts, or the format of days.
    nothing
        Words that stand for a missing value, in small letters.
    remark
        What is to be said about the column; empty where there is nothing to say.
    """

    kind: Kind = "text"
    sign: str = ""
    nothing: tuple[str, ...] = ()
    remark: str = ""

    def read(self, series: pl.Series) -> pl.Series:
        """Return a column of texts read; spaces around texts go, an empty text is missing."""
        series = _stripped(series)
        if self.kind == "text":
            return series
        if self.nothing:
            series = series.set(_is_word(series, self.nothing), None)
        if self.kind == "date":
            return series.str.to_date(self.sign, strict=False)
        if self.kind == "amount":
            return _amounts(series, point=self.sign)
        percents = self.kind == "percent"
        return _as_numbers(series.str.replace(r"\s*%$", "") if percents else series)


class Survey:
    """What the texts of a column have in common, however many blocks they come in.

    Examples
    --------
    >>> import polars as pl
    >>> survey = Survey()
    >>> for texts in (["$1,200.50", ""], ["15"]):
    ...     survey.add(pl.Series(texts))
    >>> survey.habit().kind
    'amount'
    """

    def __init__(self) -> None:
        self._texts = 0
        self._words: set[str] = set()
        self._all = dict.fromkeys(COMMON, True)
        self._formats = dict.fromkeys(DATE_FORMATS, True)
        self._some = dict.fromkeys((CURRENCY, POINT), False)

    def add(self, series: pl.Series) -> None:
        """Take a block of texts into account."""
        present = _stripped(series).drop_nulls()
        words = _is_word(present, NOTHING)
        if bool(words.any()):
            self._words.update(present.filter(words).unique().to_list())
            present = present.filter(~words)
        self._texts += len(present)
        for pattern in [one for one, fits in self._all.items() if fits]:
            self._all[pattern] = _all(present, pattern)
        for pattern, written in [one for one, fits in self._formats.items() if fits]:
            self._formats[pattern, written] = _fits(present, pattern, written)
        for pattern in [one for one, found in self._some.items() if not found]:
            self._some[pattern] = bool(present.str.contains(pattern).any())

    def habit(self) -> Habit:
        """Return how the column is written, as far as every text of it reads in one way."""
        found = self._habit_of_texts() if self._texts else Habit()
        if not self._words:
            return found
        if found.kind == "text" and self._all[WHOLE_OR_DECIMAL]:
            found = Habit(kind="number", remark="numbers were read")
        if found.kind == "text":
            return Habit()
        remark = f"{found.remark}; missing: {', '.join(sorted(self._words))}"
        nothing = tuple(sorted({word.lower() for word in self._words}))
        return replace(found, nothing=nothing, remark=remark)

    def _habit_of_texts(self) -> Habit:
        if self._all[PERCENT]:
            remark = "percentages were read as numbers: 12.5 % is 12.5"
            return Habit(kind="percent", remark=remark)
        if self._all[PLAIN_NUMBER]:
            return Habit()
        with_point, with_comma = self._all[AMOUNT], self._all[AMOUNT_WITH_COMMA]
        if with_point and with_comma and not self._some[CURRENCY] and self._some[POINT]:
            return Habit(remark="stays text: 1,234 may be a thousand or a little over one")
        if with_point:
            remark = "amounts written as text were read as numbers"
            return Habit(kind="amount", sign=".", remark=remark)
        if with_comma:
            remark = "decimal commas were read as decimal points"
            return Habit(kind="amount", sign=",", remark=remark)
        return self._habit_of_days(
            [written for (_, written), fits in self._formats.items() if fits]
        )

    def _habit_of_days(self, fitting: list[str]) -> Habit:
        if len(fitting) == 1:
            two = ", years of two digits between 1969 and 2068" if "%y" in fitting[0] else ""
            remark = f"days written as text were read as dates{two}"
            return Habit(kind="date", sign=fitting[0], remark=remark)
        if fitting:
            ways = " and as ".join(fitting)
            return Habit(remark=f"stays text: its days read as {ways}; write YYYY-MM-DD")
        return Habit()


def tidy_table(table: pl.DataFrame) -> Tidied:
    """Return a table with amounts, percentages and dates that were written as text, read.

    A column is read only if every text of it reads in one way and no other: an amount needs a
    currency sign or groups of thousands somewhere, and days such as 03/04/2021 alone, which may
    be March or April, stay texts. Spaces around texts go; an empty text is a missing value.

    Parameters
    ----------
    table
        polars table as it came from a file.

    Returns
    -------
    Tidied
        The table, and what was done in words.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"amount": ["$1,200.50 ", ""], "day": ["28-Feb-97", "1-Mar-97"]})
    >>> tidied = tidy_table(table)
    >>> tidied.table.rows()[0]
    (1200.5, datetime.date(1997, 2, 28))
    >>> print(tidied.remarks[0])
    amount: amounts written as text were read as numbers
    """
    import polars as pl

    columns, remarks = [], []
    for series in table:
        if series.dtype != pl.String:
            columns.append(series)
            continue
        survey = Survey()
        survey.add(series)
        habit = survey.habit()
        columns.append(habit.read(series))
        if habit.remark:
            remarks.append(f"{series.name}: {habit.remark}")
    return Tidied(pl.DataFrame(columns), tuple(remarks))


def _stripped(series: pl.Series) -> pl.Series:
    plain = series.str.strip_chars()
    return plain.set(plain == "", None)


def _is_word(series: pl.Series, words: tuple[str, ...]) -> pl.Series:
    return series.str.to_lowercase().is_in(words).fill_null(False)


def _all(present: pl.Series, pattern: str) -> bool:
    return bool(present.str.contains(pattern).all())


def _fits(present: pl.Series, pattern: str, written: str) -> bool:
    return _all(present, pattern) and not present.str.to_date(written, strict=False).null_count()


def _amounts(series: pl.Series, *, point: str) -> pl.Series:
    negative = series.str.contains(r"^\(|-")
    digits = series.str.replace_all(rf"[^\d{point}]", "").str.replace(point, ".", literal=True)
    size = _as_numbers(digits)
    return size * (1 - 2 * negative.cast(size.dtype))


def _as_numbers(series: pl.Series) -> pl.Series:
    import polars as pl

    return series.cast(pl.Float64)
