"""Why something cannot be simulated."""

from __future__ import annotations

from loanwright.errors import Rejected


class GroupTooFine(Rejected):
    """{column} has more than {most} values; group by a column of fewer, such as a band."""


class GroupUnknown(Rejected):
    """There is no column {column} to group by; known: {known}."""


class NothingToSimulate(Rejected):
    """There is no application to simulate: {why}."""


class PricesRefused(Rejected):
    """Money cannot be computed: {problem}."""


class DemandRefused(Rejected):
    """{name} is a share between 0 and 1, not {value}."""


class SegmentsTooMany(Rejected):
    """Cut-offs of {count} segments have too many combinations to try; choose for one segment."""


class VersionTwice(Rejected):
    """Two of the compared versions are called {name}; give each a name of its own."""


class SegmentNotCounted(Rejected):
    """The policy has no cut-offs for the segment {segment}; it has them for {known}."""
