"""What drift cannot be measured for."""

from loanwright.errors import Rejected


class ProfileRefused(Rejected):
    """The profile of a sample cannot be used: {problem}."""


class GridsDiffer(Rejected):
    """What was counted of {feature} was counted in other bins; count both in the same."""


class MethodUnknown(Rejected):
    """There is no method {method}; there are {known}."""


class NothingWatched(Rejected):
    """The reference and the chunk share no feature that can be compared."""
