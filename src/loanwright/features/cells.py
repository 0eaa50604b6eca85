"""One cell of a table, read as what its feature holds."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

SEPARATORS: Final = (",", ";", "\t", "|")
#: What is taken for nothing in any column of texts.
ABSENT: Final = ("", "NA", "null")
TRUTHS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def separator_of(header: str) -> str:
    """Return what separates the columns of a CSV file: what divides its first line most often.

    Examples
    --------
    >>> separator_of("limit;education")
    ';'
    """
    return max(SEPARATORS, key=header.count)


def read_cell(value: Any, kind: str) -> Any:
    """Return the cell of a table as a feature of this kind holds it.

    Parameters
    ----------
    value
        A text of a CSV file, or what a column of another type gives.
    kind
        Type of the feature.

    Returns
    -------
    object
        None where the cell says nothing. What does not fit stays as it is, for the validation to
        refuse.

    Examples
    --------
    >>> read_cell(" 12 ", "integer"), read_cell("yes", "boolean"), read_cell("", "money")
    (12, True, None)
    >>> read_cell(3.0, "category"), read_cell(date(2024, 1, 31), "date"), read_cell("x", "number")
    ('3', '2024-01-31', 'x')
    """
    if isinstance(value, str):
        return _read_text(value.strip(), kind)
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if kind == "category":
        return _as_code(value)
    if kind == "boolean" and value in (0, 1):
        return bool(value)
    return value


def _read_text(text: str, kind: str) -> Any:
    if text in ABSENT:
        return None
    if kind == "boolean":
        return TRUTHS.get(text.lower(), text)
    if kind in {"category", "date"}:
        return text
    try:
        return int(text) if kind == "integer" and "." not in text else float(text)
    except ValueError:
        return text


def _as_code(value: Any) -> Any:
    """Return a code as text; 3.0 is the code "3", for tables that lost their integers."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value) if isinstance(value, int | float) else value
