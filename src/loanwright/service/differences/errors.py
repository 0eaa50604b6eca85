"""Why a decision cannot be compared with another way of deciding it."""

from loanwright.errors import Rejected


class ModelOfAnotherSegment(Rejected):
    """The model {model_hash} is for {found}; the decision is of {needed}."""


class NothingToCompare(Rejected):
    """Name a policy or a model, or ask for the data of today: nothing else can differ."""
