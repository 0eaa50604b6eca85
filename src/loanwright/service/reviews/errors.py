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


class NothingWaits(NotFound):
    """No review waits that you could take."""


class ReviewHeld(Conflict):
    """Somebody else keeps the review {review_id} until {until}."""


class ReturnCodeUnknown(Rejected):
    """There is no reason {code} to put a review back; there are: {known}."""


class ItemUnknown(Rejected):
    """Applicants cannot be asked for {item}; they can be asked for: {known}."""


class TooManyRequests(Conflict):
    """The applicant owes {open} things for this review already, which is the most."""


class RequestNotFound(NotFound):
    """There is no request {request_id}."""


class RequestEnded(Conflict):
    """The request {request_id} is {state} already."""


class SecondLookNotFound(NotFound):
    """There is no second look {look_id}."""


class SecondLookAnswered(Conflict):
    """Somebody has answered the second look {look_id} already."""


class OutcomeNeeded(Rejected):
    """A referral ends with outcome approve or decline."""


class CodeUnfit(Rejected):
    """The code {code} does not go with this outcome; these do: {known}."""


class KindUnfit(Rejected):
    """A {kind} cannot be opened by hand, or ends without another outcome."""
