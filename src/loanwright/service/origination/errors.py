"""Why an application is not decided."""

from loanwright.errors import Forbidden, Rejected, Unavailable


class IdempotencyKeyReused(Rejected):
    """The Idempotency-Key was used before with another body."""


class IdempotencyKeyRefused(Rejected):
    """An Idempotency-Key has 1 to 255 visible ASCII characters."""


class BodyNotText(Rejected):
    """The body is not UTF-8 text without NUL characters."""


class ProductNotOffered(Rejected):
    """There is no product of this name; offered: {offered}."""


class ApplicantUnknown(Rejected):
    """There is no applicant with this id."""


class ApplicantNotYours(Forbidden):
    """A borrower applies for themselves; leave the applicant out."""


class ApplicantNamedTwice(Rejected):
    """Name the applicant by document number or by id, not by both."""


class DecisionImpossible(Unavailable):
    """The application is acceptable, but it cannot be decided now: {why}."""
