"""What can be wrong with a file of rows, with one row of it, and with going on."""

from __future__ import annotations

from dataclasses import dataclass

from loanwright.errors import Conflict, Rejected, Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedField:
    """One thing that is wrong with one row.

    Attributes
    ----------
    line
        Where the row begins: the line of a CSV file (its header is line 1), else the row from 1.
    field
        The feature concerned, or empty where the whole row cannot be used.
    code
        As the API names it, or ``row_unreadable``, ``row_not_utf8``, ``row_of_other_width``,
        ``row_not_assessable``.
    message
        What to do about it; it never repeats the value.
    """

    line: int
    field: str
    code: str
    message: str


class TableUnreadable(Rejected):
    """{path} cannot be read: {why}."""


class TableKindUnknown(Rejected):
    """{path} is neither .csv nor .parquet; name the file by what is in it."""


class ColumnsMissing(Rejected):
    """{path} has no column for: {listing}. Rename or add columns, or allow them to be absent."""


class ColumnUnknown(Rejected):
    """{path} has no column {column}; it has {known}."""


class ColumnTwice(Rejected):
    """{path} has two columns called {column}; rename one."""


class ColumnNameTaken(Rejected):
    """The column {column} cannot be kept: the result has one of that name. Rename it."""


class SegmentUnfit(Rejected):
    """The package is for the segment {segment}, not for {asked}; leave the option out."""


class ExtraMissing(Unavailable):
    """The package {package} is not installed: pip install 'loanwright[{extra}]'."""


class ResultIsInput(Conflict):
    """{path} cannot be its own result; name another file for the result."""


class ResumeRefused(Conflict):
    """The run begun in {path} cannot go on: since then {what} changed. Start it anew."""


class JournalDamaged(Rejected):
    """The journal {path} cannot be read: {why}. Start anew."""


class WorkTaken(Conflict):
    """Another run is at work on {path}; wait for it, or stop it."""


class Stopped(Unavailable):
    """Stopped after {rows} rows; nothing is lost. The same command goes on from there."""


class ClusterUnavailable(Unavailable):
    """The cluster at {address} cannot be used: {why}."""


class ClusterUnfit(Rejected):
    """The cluster does not fit this machine: {why}."""
