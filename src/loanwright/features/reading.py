"""Strict reading of TOML tables: every problem is collected, with its key and a remedy."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from loanwright.features.text import LANGUAGES, Text

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
LONGEST_TEXT: Final = 600


class Reader:
    """One TOML table under one path; what is asked for is checked, what is left over refused.

    Parameters
    ----------
    table
        The parsed table.
    path
        Its dotted key, for messages.
    problems
        The list that every problem found is added to.
    """

    def __init__(self, table: Mapping[str, Any], path: str, problems: list[str]) -> None:
        self._table = table
        self._asked: set[str] = set()
        self.path = path
        self.problems = problems

    def refuse(self, key: str, what: str) -> None:
        """Record a problem with ``key``."""
        self.problems.append(f"{self.path}.{key}: {what}" if self.path else f"{key}: {what}")

    def has(self, key: str) -> bool:
        """Return whether the table has ``key``."""
        return key in self._table

    def names(self) -> list[str]:
        """Return the keys of the table, all of them counted as asked for."""
        self._asked.update(self._table)
        return list(self._table)

    def _get(self, key: str, kind: type | tuple[type, ...], what: str, required: bool) -> Any:
        self._asked.add(key)
        value = self._table.get(key)
        if value is None:
            if required:
                self.refuse(key, f"is missing; add it as {what}")
            return None
        boolean = isinstance(value, bool) and kind is not bool
        if boolean or not isinstance(value, kind):
            self.refuse(key, f"must be {what}, not {type(value).__name__}")
            return None
        return value

    def raw(self, key: str) -> Any:
        """Return a value of any kind, None if it is not there."""
        self._asked.add(key)
        return self._table.get(key)

    def string(self, key: str, default: str | None = None) -> str:
        """Return a non-empty string; required when there is no default."""
        value = self._get(key, str, "a text in quotes", default is None)
        if value is not None and not value.strip():
            self.refuse(key, "is empty; write a text")
        return value if value is not None else (default or "")

    def name(self, key: str) -> str:
        """Return a required product or policy name."""
        value = self.string(key)
        if value and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,62}", value):
            self.refuse(key, "must be lower-case letters, digits and hyphens")
        return value

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        """Return one of ``options``."""
        value = self.string(key, default)
        if value and value not in options:
            self.refuse(key, f"is {value[:40]!r}; write one of {', '.join(options)}")
            return options[0]
        return value or options[0]

    def boolean(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._get(key, bool, "true or false", False)
        return default if value is None else value

    def number(self, key: str, *, required: bool = False) -> float | None:
        """Return a finite number."""
        value = self._get(key, (int, float), "a number", required)
        if value is None:
            return None
        if not math.isfinite(value) or abs(value) > 1e15:
            self.refuse(key, "must be a finite number below 1e15")
            return None
        return float(value) + 0.0

    def integer(self, key: str) -> int | None:
        """Return a required whole number."""
        value: int | None = self._get(key, int, "a whole number", True)
        return value

    def day(self, key: str, *, required: bool = False) -> float | None:
        """Return a date as days since 1970-01-01."""
        value = self._get(key, date, "a date such as 2020-01-31", required)
        if isinstance(value, datetime):
            self.refuse(key, "must be a date without a time")
            return None
        return None if value is None else float((value - date(1970, 1, 1)).days)

    def strings(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts without repetition."""
        value = self._get(key, list, "a list of texts", required) or []
        if not all(isinstance(item, str) for item in value):
            self.refuse(key, "must hold texts in quotes only")
            return ()
        if len(set(value)) != len(value):
            self.refuse(key, "names something twice; keep one")
        return tuple(dict.fromkeys(value))

    def child(self, key: str, *, required: bool = False) -> Reader | None:
        """Return a reader of a table."""
        value = self._get(key, dict, "a table", required)
        path = f"{self.path}.{key}" if self.path else key
        return None if value is None else Reader(value, path, self.problems)

    def children(self, key: str, *, required: bool = False) -> list[Reader]:
        """Return the readers of a list of tables."""
        value = self._get(key, list, "a list of tables", required) or []
        if not all(isinstance(item, dict) for item in value):
            self.refuse(key, "must hold tables such as { code = ... } only")
            return []
        path = f"{self.path}.{key}" if self.path else key
        return [Reader(item, f"{path}[{i}]", self.problems) for i, item in enumerate(value)]

    def text(self, key: str, default: Text | None = None) -> Text:
        """Return a text in every language; required when there is no default."""
        table = self.child(key, required=default is None)
        if table is None:
            return default or Text(en="", ru="")
        texts = {language: table.string(language) for language in LANGUAGES}
        for language, text in texts.items():
            if len(text) > LONGEST_TEXT:
                table.refuse(language, f"is longer than {LONGEST_TEXT} characters; shorten it")
        table.finish()
        return Text(**texts)

    def finish(self) -> None:
        """Refuse every key that was never asked for."""
        for key in self._table:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                self.refuse(key, f"is not a key of this table; known keys: {known}")
