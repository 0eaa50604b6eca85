"""What can go wrong with reviews."""

from loanwright.errors import Conflict, Forbidden, NotFound, Rejected


class ReviewNotFound(NotFound):
    """There is no review {review_id}."""


class ReviewAlreadyOpen(Conflict):
    """The decision {decision_id} has an unresolved review of this kind already: {review_id}."""


class ReviewNotOpen(Conflict):
    """The review {review_id} is {state}; this can be done only while it is {needed}."""


class ReviewOfAnother(Forbidden):
    """Somebody else has taken this review: who resolves it must have taken it."""


class TookPart(Forbidden):
    """Whoever had a part in the decision cannot review it: a second person is needed."""


class OutcomeNeeded(Rejected):
    """A referral ends with outcome approve or decline."""


class CodeUnfit(Rejected):
    """The code {code} does not go with this outcome; these do: {known}."""


class KindUnfit(Rejected):
    """A {kind} cannot be opened by hand, or ends without another outcome."""
