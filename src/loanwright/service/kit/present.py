"""The clock of the database, as a part of a query."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from loanwright.service.kit.database import Moment


class Present(FunctionElement[datetime]):
    """The present moment, as an expression of SQL: whole milliseconds, by the database's clock."""

    name = "present"
    type = Moment()
    inherit_cache = True


@compiles(Present, "postgresql")
def _in_postgresql(_element: Present, _compiler: Any, **_more: Any) -> str:
    return "date_trunc('milliseconds', clock_timestamp())"


@compiles(Present, "sqlite")
def _in_sqlite(_element: Present, _compiler: Any, **_more: Any) -> str:
    return "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
