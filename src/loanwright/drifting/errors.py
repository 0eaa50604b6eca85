"""Why tables cannot be compared."""

from loanwright.errors import Rejected


class TablesShareNothing(Rejected):
    """{reference} and {chunk} share no column that can be compared; the first has {columns}."""


class TableHasNoRows(Rejected):
    """{path} has no rows, so nothing can be compared with it."""


class ReferenceMissing(Rejected):
    """The package {path} has no profile of its sample; give the reference as a table."""


class ColumnOfOtherType(Rejected):
    """The column {column} holds {found} in {chunk} and {expected} in {reference}."""
