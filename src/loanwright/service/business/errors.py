"""Why a figure cannot be told."""

from loanwright.errors import Rejected, Unavailable


class MonthsRefused(Rejected):
    """From 1 to {most} months can be told."""


class ScopeUnknown(Rejected):
    """There is no {name} {value}; known: {known}."""


class MonthUndecided(Rejected):
    """Nothing was decided on {product} in {month}."""


class CohortUnknown(Rejected):
    """Applications of {product} cannot be grouped by {column}; known: {known}."""


class FiguresUnderway(Unavailable):
    """The accounts are still being gone through; ask again in a moment."""
