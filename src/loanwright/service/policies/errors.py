"""What can go wrong with policies."""

from loanwright.errors import Conflict, Forbidden, NotFound, Rejected


class PolicyUnknown(NotFound):
    """No policy {policy_hash} was ever published."""


class ProductNotServed(NotFound):
    """There is no product {product}; known: {known}."""


class DraftNotFound(NotFound):
    """There is no draft {draft_id}."""


class DraftOfAnother(Forbidden):
    """{author} has written the draft {draft_id}; only they can change or submit it."""


class DraftFrozen(Conflict):
    """The draft {draft_id} is {state}: nothing in it can be changed any more."""


class DraftNotSubmitted(Conflict):
    """The draft {draft_id} is {state}; only a submitted one can be published or rejected."""


class DraftFails(Conflict):
    """The policy does not pass its checks: {summary}. First: {first}."""


class ExamplesNeeded(Conflict):
    """The policy is of schema 1, without examples; add schema = 2 and [[examples]] to it."""


class DraftChangesNothing(Conflict):
    """The draft is what is live for {product} already; change something first."""


class DraftForAnotherProduct(Rejected):
    """The policy says that it is for {named}, and the draft is for {product}."""


class LivePolicyChanged(Conflict):
    """Another version decides {product} than when this was submitted; compare, and submit anew."""


class SecondPersonNeeded(Forbidden):
    """{person} has written this; somebody else must publish it, by a password of their own."""


class ReasonNeeded(Rejected):
    """Say why: whoever wrote it must be able to answer."""


class NoEarlierVersion(Conflict):
    """No other version has decided {product} before."""


class NameMissing(Rejected):
    """A policy is written, published and rejected by somebody with a name."""


class PolicyAmbiguous(Conflict):
    """{count} policies or drafts begin with {beginning}; give more of it."""
