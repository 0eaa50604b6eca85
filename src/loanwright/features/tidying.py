"""Plain numbers and dates out of the texts that spreadsheets write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

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
PERCENT: Final = r"^[-+]?\d+(?:\.\d+)?\s*%$"
PLAIN_NUMBER: Final = r"^[-+]?\d+$"
#: No leading zero: texts such as 0123 are codes.
WHOLE_OR_DECIMAL: Final = r"^[-+]?(?:0|[1-9]\d*)(?:\.\d+)?$"
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
        read, remark = _read(_stripped(series))
        columns.append(read)
        if remark:
            remarks.append(f"{series.name}: {remark}")
    return Tidied(pl.DataFrame(columns), tuple(remarks))


def _stripped(series: pl.Series) -> pl.Series:
    plain = series.str.strip_chars()
    return plain.set(plain == "", None)


def _read(series: pl.Series) -> tuple[pl.Series, str]:
    """Return a column read, with words for missing taken for such where the others are numbers."""
    empty = series.str.to_lowercase().is_in(NOTHING)
    if not bool(empty.any()):
        return _parsed(series)
    read, remark = _parsed(series.set(empty.fill_null(False), None))
    if read.dtype == series.dtype and _all(read.drop_nulls(), WHOLE_OR_DECIMAL):
        read, remark = _as_numbers(read), "numbers were read"
    if read.dtype == series.dtype or not remark:
        return series, ""
    words = sorted(set(series.filter(empty).to_list()))
    return read, f"{remark}; missing: {', '.join(words)}"


def _parsed(series: pl.Series) -> tuple[pl.Series, str]:
    present = series.drop_nulls()
    if not len(present):
        return series, ""
    if _all(present, PERCENT):
        numbers = _as_numbers(series.str.replace(r"\s*%$", ""))
        return numbers, "percentages were read as numbers: 12.5 % is 12.5"
    if not _all(present, PLAIN_NUMBER):
        with_point, with_comma = _all(present, AMOUNT), _all(present, AMOUNT_WITH_COMMA)
        unsaid = not bool(present.str.contains(CURRENCY).any())
        if with_point and with_comma and unsaid and bool(present.str.contains(r"[.,]").any()):
            return series, "stays text: 1,234 may be a thousand or a little over one"
        if with_point:
            return _amounts(series, point="."), "amounts written as text were read as numbers"
        if with_comma:
            return _amounts(series, point=","), "decimal commas were read as decimal points"
    return _dates(series, present)


def _all(present: pl.Series, pattern: str) -> bool:
    return bool(present.str.contains(pattern).all())


def _amounts(series: pl.Series, *, point: str) -> pl.Series:
    negative = series.str.contains(r"^\(|-")
    digits = series.str.replace_all(rf"[^\d{point}]", "").str.replace(point, ".", literal=True)
    size = _as_numbers(digits)
    return size * (1 - 2 * negative.cast(size.dtype))


def _as_numbers(series: pl.Series) -> pl.Series:
    import polars as pl

    return series.cast(pl.Float64)


def _dates(series: pl.Series, present: pl.Series) -> tuple[pl.Series, str]:
    fitting = list(_fitting_formats(present))
    if len(fitting) == 1:
        century = ", years of two digits between 1969 and 2068" if "%y" in fitting[0] else ""
        read = series.str.to_date(fitting[0], strict=False)
        return read, f"days written as text were read as dates{century}"
    if fitting:
        return series, f"stays text: its days read as {' and as '.join(fitting)}; write YYYY-MM-DD"
    return series, ""


def _fitting_formats(present: pl.Series) -> Iterator[str]:
    for pattern, written in DATE_FORMATS:
        if _all(present, pattern) and not present.str.to_date(written, strict=False).null_count():
            yield written
