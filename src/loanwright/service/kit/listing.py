"""Long lists, filtered and sorted, in pages: a page begins after the last row of the one before."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Row, Select, literal, tuple_

from loanwright.errors import Rejected
from loanwright.service.errors import CursorInvalid
from loanwright.service.kit.clock import from_iso, iso
from loanwright.service.kit.database import Moment
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page

LONGEST_CURSOR = 512
DESCENDING = "-"


class SortUnknown(Rejected):
    """The list cannot be sorted by {sort}; it can be by {known}, with a - for descending."""


class Listing:
    """A query that can be read in pages, sorted by one of some columns.

    Parameters
    ----------
    query
        What is listed; it must select `key` and every column of `sorts`.
    key
        A column that is different in every row; it breaks ties.
    sorts
        The columns that one can sort by, by name; none of them may be null.
    """

    def __init__(
        self, query: Select[Any], *, key: Column[str], sorts: Mapping[str, Column[Any]]
    ) -> None:
        self._query = query
        self._key = key
        self._sorts = sorts

    def page(
        self,
        connection: Connection,
        *,
        sort: str,
        limit: int = 50,
        cursor: str | None = None,
        where: Sequence[ColumnElement[bool]] = (),
    ) -> Page[Row[Any]]:
        """Return one page of the rows that meet every condition."""
        descending, column = sort.startswith(DESCENDING), self._column(sort)
        query = self._query.where(*where)
        if cursor is not None:
            query = query.where(self._after(sort, column, cursor))
        order = [one.desc() if descending else one.asc() for one in (column, self._key)]
        size = max(1, min(limit, MAXIMUM_PAGE))
        rows = list(connection.execute(query.order_by(*order).limit(size + 1)))
        items, more = rows[:size], len(rows) > size
        return Page(items=items, next_cursor=self._cursor(sort, items[-1]) if more else None)

    def _column(self, sort: str) -> Column[Any]:
        column = self._sorts.get(sort.removeprefix(DESCENDING))
        if column is None:
            raise SortUnknown(sort=sort[:40], known=", ".join(self._sorts))
        return column

    def _after(self, sort: str, column: Column[Any], cursor: str) -> ColumnElement[bool]:
        told, value, key = _read(cursor)
        if told != sort:
            raise CursorInvalid
        value = _as(column, value)
        # Compared as one pair, which an index over both columns answers at once.
        here, there = tuple_(column, self._key), tuple_(literal(value, column.type), key)
        return here < there if sort.startswith(DESCENDING) else here > there

    def _cursor(self, sort: str, row: Row[Any]) -> str:
        column = self._column(sort)
        value = row._mapping[column]
        plain = iso(value) if isinstance(value, datetime) else value
        content = msgspec.json.encode([sort, plain, row._mapping[self._key]])
        return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, Any, str]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        content = base64.b64decode(padded[: LONGEST_CURSOR * 2], b"-_", validate=True)
        sort, value, key = msgspec.json.decode(content, type=tuple[str, str | int | float, str])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise CursorInvalid from None
    if "\0" in key or (isinstance(value, str) and "\0" in value):
        raise CursorInvalid
    return sort, value, key


def _as(column: Column[Any], value: Any) -> Any:
    kind = datetime if isinstance(column.type, Moment) else column.type.python_type
    try:
        if kind is datetime:
            moment = from_iso(value)
            if moment.tzinfo is not None:
                return moment
        if kind is date:
            return date.fromisoformat(value)
        if kind is int and -(2**63) <= value < 2**63:
            return int(value)
        if kind is float:
            return float(value)
        if kind is str:
            return str(value)
    except (TypeError, ValueError):
        pass
    raise CursorInvalid
