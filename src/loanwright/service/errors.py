"""Errors that every part of the service may meet."""

from loanwright.errors import Rejected, Unavailable


class DatabaseUnavailable(Unavailable):
    """The database does not answer now: {why}."""


class CursorInvalid(Rejected):
    """The cursor was not given out by this list."""
