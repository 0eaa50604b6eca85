"""What a model may lack."""

from loanwright.errors import NotFound


class PackageWithout(NotFound):
    """The package of the model {model_hash} has no {file}."""
