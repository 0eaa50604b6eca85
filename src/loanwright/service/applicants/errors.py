"""Why an applicant is not added or edited."""

from loanwright.errors import Conflict, Rejected


class DocumentTaken(Conflict):
    """Somebody else has this document number; find them by it."""


class VerifiedInFuture(Rejected):
    """A document cannot have been verified in the future."""


class BornInFuture(Rejected):
    """Nobody is born in the future; correct date_of_birth."""
