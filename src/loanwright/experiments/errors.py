"""What is wrong with an experiment as it was asked for."""

from loanwright.errors import Rejected


class SplitRefused(Rejected):
    """The shares of the arms cannot be used: {problem}."""


class PlanRefused(Rejected):
    """The experiment cannot be planned: {problem}."""


class EvidenceRefused(Rejected):
    """The evidence cannot be weighed: {problem}."""
