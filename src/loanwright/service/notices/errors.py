"""What can go wrong with papers."""

from loanwright.errors import Rejected


class JurisdictionUnnamed(Rejected):
    """Nobody has said whose law applies: name a jurisdiction of {known}."""
