"""What can go wrong with offers."""

from loanwright.errors import Conflict, Forbidden, NotFound


class OfferNotFound(NotFound):
    """There is no offer {offer_id}."""


class DecisionNotApproved(Conflict):
    """The decision {decision_id} is {outcome}; only what was approved can be offered."""


class OfferNotOpen(Conflict):
    """The offer {offer_id} is {state}."""


class SecondPersonNeeded(Forbidden):
    """Whoever made an offer cannot approve it: a second person is needed."""
