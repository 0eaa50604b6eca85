"""What can be wrong with a lender's directory."""

from collections.abc import Sequence

from loanwright.errors import NotFound, Rejected


class LenderRefused(Rejected):
    """The lender in {path} cannot be used:{listing}."""

    def __init__(self, path: str, problems: Sequence[str]) -> None:
        listing = "".join(f"\n- {problem}" for problem in problems).removesuffix(".")
        super().__init__(path=path, problems=tuple(problems), listing=listing)


class LendersMissing(NotFound):
    """There is no directory of lenders at {path}; make it, or take it out of the settings."""


class BaseNotRenamable(Rejected):
    """The product {base} cannot be renamed: {problem}."""
