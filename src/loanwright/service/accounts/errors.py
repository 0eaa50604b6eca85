"""What can go wrong with accounts and payments."""

from loanwright.errors import Conflict, NotFound, Rejected


class AccountNotFound(NotFound):
    """There is no account {account_id}."""


class ProductNotOffered(Rejected):
    """There is no product {product}."""


class CurrencyRefused(Rejected):
    """Accounts of {product} are in {currency}."""


class AccountAlreadyOpen(Conflict):
    """There is an account with this reference, or from this offer, already."""


class DecisionOfAnother(Rejected):
    """The decision {decision_id} is not about this applicant and this product."""


class StatusRefused(Conflict):
    """The account {account_id} is {status}; from there it cannot become {wanted}."""


class EndRefused(Rejected):
    """An account that is not open has a day on which it ended, not before it was paid out."""


class TermsFixed(Conflict):
    """The terms of the account {account_id} cannot be changed: it is {status}."""


class AccountCancelled(Conflict):
    """The account {account_id} was cancelled; nothing is paid on it."""


class PaymentNotFound(NotFound):
    """The account {account_id} has no payment {number}."""


class PaymentAlreadyRecorded(Conflict):
    """Payment {number} of {account_id} is recorded already; correct it instead."""


class PaymentIncomplete(Rejected):
    """The schedule knows no payment {number}: say when it was due, and how much."""


class PaymentRefused(Rejected):
    """Payment {number} cannot be recorded: {problem}."""
