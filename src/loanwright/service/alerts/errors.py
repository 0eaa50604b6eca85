"""What can go wrong with alerts."""

from loanwright.errors import Conflict, NotFound, Unavailable


class AlertNotFound(NotFound):
    """There is no alert {alert_id}."""


class AlertRuleNotFound(NotFound):
    """There is no rule {rule_id}."""


class AlertNotOpen(Conflict):
    """The alert {alert_id} is {state}; only an open one is acknowledged."""


class FigureUnknown(NotFound):
    """Nothing here can tell {figure} of what the rule names."""


class MailServerUnavailable(Unavailable):
    """The mail server does not take the mail: {why}."""
