"""What stands against a finding, or a change of one."""

from loanwright.errors import Conflict, NotFound, Rejected


class FindingNotFound(NotFound):
    """There is no finding {finding_id} on this model."""


class FindingDueBefore(Rejected):
    """A finding is due today or later, not on {due_on}."""


class FindingIncomplete(Rejected):
    """A finding needs {missing}."""


class FindingUnchanged(Conflict):
    """The finding {finding_id} is already like this."""
